/* SPDX-License-Identifier: Apache-2.0
 * What a condition says before there is data: what the exploring of a policy asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/expression_priv.h"

#include "expression_compile.h"

static bool never_again(void *states, str step)
{
    (void)states;
    (void)step;
    return false;
}

static bool apply_again(void *states, str step)
{
    (void)states;
    return str_eq(step, S("apply"));
}

static bool nothing_done(void *states, str step, str outcome)
{
    (void)states;
    (void)step;
    (void)outcome;
    return false;
}

static void data_is_free_when_only_steps_are_known(void **state)
{
    static const struct {
        const char *text;
        enum truth truth;
    } rows[] = {
        {"done(apply.submit)", TRUTH_NO},
        {"not done(apply.submit)", TRUTH_YES},
        {"apply.days > 1", TRUTH_FREE},
        {"apply.days > 1 and done(apply.submit)", TRUTH_NO},
        {"done(apply.submit) and apply.days > 1", TRUTH_NO},
        {"apply.days > 1 and not done(apply.submit)", TRUTH_FREE},
        {"apply.days > 1 or not done(apply.submit)", TRUTH_YES},
        {"not (apply.days > 1 or done(apply.submit))", TRUTH_FREE},
    };
    (void)state;
    struct known now = {.done = nothing_done};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct expression *expression = compile(arena, str_of(rows[i].text), PLACE_NEEDS);
        assert_non_null(expression);
        if (expression_truth(expression, &now) != rows[i].truth)
            fail_msg("%s", rows[i].text);
    }
}

static void a_fixed_day_is_over_at_last_and_one_that_can_be_moved_is_not(void **state)
{
    static const struct {
        const char *text;
        enum truth late;
    } rows[] = {
        {"today <= apply.on", TRUTH_NO},
        {"apply.on >= today", TRUTH_NO},
        {"today < apply.on + 60 month", TRUTH_NO},
        {"today - 5 day == apply.on", TRUTH_NO},
        {"today != apply.on", TRUTH_YES},
        {"today > apply.on", TRUTH_YES},
        {"apply.on < today", TRUTH_YES},
        {"not (today > apply.on)", TRUTH_NO},
        {"today <= apply.on and apply.days > 1", TRUTH_NO},
        {"today <= apply.on or apply.days > 1", TRUTH_FREE},
        {"today <= on", TRUTH_FREE},
        {"apply.on < on", TRUTH_FREE},
        {"today <= today", TRUTH_FREE},
        {"given(granted) and today <= apply.on", TRUTH_NO},
        {"given(apply.on of apply.plan) and today <= apply.on of apply.plan", TRUTH_FREE},
    };
    (void)state;
    struct known now = {.done = nothing_done};
    struct known late = {.done = nothing_done, .again = never_again};
    struct known mended = {.done = nothing_done, .again = apply_again};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct expression *expression = compile(arena, str_of(rows[i].text), PLACE_NEEDS);
        assert_non_null(expression);
        if (expression_truth(expression, &late) != rows[i].late)
            fail_msg("%s", rows[i].text);
        if (expression_truth(expression, &now) != TRUTH_FREE)
            fail_msg("%s without lateness", rows[i].text);
        if (expression_truth(expression, &mended) != TRUTH_FREE)
            fail_msg("%s when apply can be decided again", rows[i].text);
        assert_int_equal(expression_asks_today(expression),
                         strstr(rows[i].text, "today") != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(data_is_free_when_only_steps_are_known),
        TEST(a_fixed_day_is_over_at_last_and_one_that_can_be_moved_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
