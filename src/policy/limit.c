/* SPDX-License-Identifier: Apache-2.0
 * Limits: one sentence each, "5 working-day after review.approve". */
#include "policy/expression_priv.h"

enum { EXCEPTIONS_MAX = 16, OVERRIDES_MAX = 3, MONTHS_MAX = LIMIT_CLOCK_UNITS / 31, WORDS_MAX = 4 };

struct sentence {
    struct load *load;
    const struct procedure *procedure;
    const struct step *step;
    const struct node *node;
    str words[WORDS_MAX];
    size_t n;
};

static struct pos word_pos(const struct sentence *s, size_t i)
{
    size_t at = (size_t)(s->words[i].ptr - s->node->text.ptr);
    return node_pos_at(s->load, s->node, at);
}

/* `form` is what the sentence should look like. */
static bool split(struct sentence *s, size_t n, const char *form)
{
    str text = scalar_text(s->load, s->node, "a limit"), head, rest = text;
    if (!text.ptr)
        return false;
    s->n = 0;
    bool more = false;
    while (rest.len && !more) {
        str_cut(rest, ' ', &head, &rest);
        if (head.len == 0)
            continue;
        more = s->n == n;
        if (!more)
            s->words[s->n++] = head;
    }
    if (s->n == n && !more)
        return true;
    diagnose(s->load, PROBLEM_LIMIT_SENTENCE, s->node->pos,
             "\"%.*s\" is no limit; expected %s.", STR_FMT(text), form);
    return false;
}

static bool read_unit(struct sentence *s, enum unit *out)
{
    if (unit_parse(s->words[1], out))
        return true;
    static const str units[] = {{"working-day", 11}, {"day", 3}, {"month", 5}};
    str expected = expected_words(s->load->arena, s->words[1], units, COUNT_OF(units));
    diagnose(s->load, PROBLEM_LIMIT_SENTENCE, word_pos(s, 1), "\"%.*s\" is no unit%.*s",
             STR_FMT(s->words[1]), STR_FMT(expected));
    return false;
}

static int64_t most_units(enum unit unit)
{
    return unit == UNIT_MONTH ? MONTHS_MAX : LIMIT_CLOCK_UNITS;
}

static void check_count_field(struct sentence *s, const struct field *field, enum unit unit)
{
    struct pos pos = word_pos(s, 0);
    if (field->type != FIELD_INTEGER) {
        diagnose(s->load, PROBLEM_COUNT_FIELD, pos,
                 "%.*s is of type %s; the length of a limit comes from an integer field.",
                 STR_FMT(field->id), field_type_name(field->type));
        return;
    }
    if (field->min < 1 || field->max > most_units(unit))
        diagnose(s->load, PROBLEM_COUNT_FIELD, pos,
                 "%.*s can be %lld to %lld; the length of a limit is 1 to %lld. Give the field "
                 "min and max.", STR_FMT(field->id), (long long)field->min,
                 (long long)field->max, (long long)most_units(unit));
    enum unit own;
    if (field->unit.len && unit_parse(field->unit, &own) && own != unit)
        diagnose(s->load, PROBLEM_COUNT_FIELD, pos,
                 "%.*s counts %.*s, the limit counts %s. Use one unit.", STR_FMT(field->id),
                 STR_FMT(field->unit), unit_name(unit));
}

static bool read_count(struct sentence *s, struct limit_case *out)
{
    str word = s->words[0], step_id, field_id;
    struct pos pos = word_pos(s, 0);
    if (word.ptr[0] >= '0' && word.ptr[0] <= '9') {
        int64_t count;
        if (!str_to_i64(word, &count) || count < 1 || count > most_units(out->unit)) {
            diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos,
                     "\"%.*s\" is no length; expected 1 to %lld.", STR_FMT(word),
                     (long long)most_units(out->unit));
            return false;
        }
        out->count = (int32_t)count;
        return true;
    }
    if (!str_cut(word, '.', &step_id, &field_id)) {
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos,
                 "\"%.*s\" is no length; expected a number or STEP.FIELD.", STR_FMT(word));
        return false;
    }
    const struct step *step = want_step(s->load, s->procedure, step_id, pos);
    if (!step || form_is_broken(s->load, step))
        return false;
    if (step == s->step) {
        diagnose(s->load, PROBLEM_OWN_FIELD, pos,
                 "%.*s is filled in by the very act that this limit times; use a field of an "
                 "earlier step.", STR_FMT(word));
        return false;
    }
    const struct field *field = want_field(s->load, step, field_id, pos);
    if (!field || !want_single(s->load, step, field_id, pos))
        return false;
    check_count_field(s, field, out->unit);
    out->count_step = step_id;
    out->count_field = field_id;
    return true;
}

/* STEP.FIELD, a day that an earlier step names. False: there is no such field of another step. */
static bool read_day_field(struct sentence *s, const struct step *step, str word, str id,
                           struct pos pos, struct limit *out)
{
    if (step == s->step) {
        diagnose(s->load, PROBLEM_OWN_FIELD, pos,
                 "%.*s is filled in by the very act that this limit times; use a field of an "
                 "earlier step.", STR_FMT(word));
        return false;
    }
    const struct field *field = want_field(s->load, step, id, pos);
    if (field && !want_single(s->load, step, id, pos))
        return false;
    if (field && field->type != FIELD_DATE)
        diagnose(s->load, PROBLEM_COUNT_FIELD, pos, "%.*s is of type %s; a limit runs to or from "
                 "a date field.", STR_FMT(field->id), field_type_name(field->type));
    out->date_step = step->id;
    out->date_field = id;
    return field != NULL;
}

static bool read_anchor(struct sentence *s, struct limit *out)
{
    str step_id, outcome_id;
    if (!str_eq(s->words[2], S("after"))) {
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, word_pos(s, 2),
                 "expected \"after\", found \"%.*s\"; a limit reads COUNT UNIT after FACT.",
                 STR_FMT(s->words[2]));
        return false;
    }
    if (str_eq(s->words[3], S("opened"))) {
        out->anchor = ANCHOR_OPENED;
        return true;
    }
    struct pos pos = word_pos(s, 3);
    if (!str_cut(s->words[3], '.', &step_id, &outcome_id)) {
        static const str opened[] = {{"opened", 6}};
        str near = str_nearest(s->words[3], opened, 1);
        const struct step *named = procedure_step(s->procedure, s->words[3]);
        if (named && named->n_outcomes) {
            diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos,
                     "%.*s is a step; name the outcome that starts the clock: %.*s.%.*s.",
                     STR_FMT(named->id), STR_FMT(named->id), STR_FMT(named->outcomes[0].id));
            return false;
        }
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos,
                 "\"%.*s\" is no fact; expected opened, STEP.OUTCOME or STEP.FIELD of a date.%s",
                 STR_FMT(s->words[3]),
                 near.ptr ? " Did you mean \"opened\"?" : "");
        return false;
    }
    const struct step *step = want_step(s->load, s->procedure, step_id, pos);
    if (!step)
        return false;
    if (!step_outcome(step, outcome_id) && !form_is_broken(s->load, step) &&
        form_field(&step->form, outcome_id)) {
        out->anchor = ANCHOR_DAY;
        return read_day_field(s, step, s->words[3], outcome_id, pos, out);
    }
    if (!want_outcome(s->load, step, outcome_id, pos))
        return false;
    out->anchor = ANCHOR_FACT;
    out->step = step_id;
    out->outcome = outcome_id;
    return true;
}

static void link_exceptions(struct sentence *s, const struct node *list, struct limit *out)
{
    struct scope scope = {s->procedure, s->step, PLACE_LIMIT, STR_NONE};
    size_t n = 0;
    if (list && check_list(s->load, list, "except", EXCEPTIONS_MAX))
        n = list->items.len;
    out->cases = NEWS(s->load->arena, struct limit_case, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct node *item = list->items.items[i];
        if (!check_map(s->load, item, "an exception", "when is meets"))
            continue;
        const struct node *when = node_get(item, "when"), *is = node_get(item, "is");
        if (!when || !is) {
            diagnose(s->load, PROBLEM_MISSING_KEY, item->pos,
                     "an exception has when and is; add \"%s\".", when ? "is" : "when");
            continue;
        }
        struct limit_case *out_case = &out->cases[out->n++];
        out_case->when = expression_compile(s->load, when, &scope);
        out_case->meets = parse_meets(s->load, item);
        out_case->pos = item->pos;
        struct sentence part = *s;
        part.node = is;
        if (split(&part, 2, "COUNT UNIT, such as 15 working-day") &&
            read_unit(&part, &out_case->unit))
            read_count(&part, out_case);
    }
}

/* round and roll: what happens at the end of a count. */
static void link_ends(struct load *load, const struct node *node, bool waits, struct limit *out)
{
    const struct node *round = node_get(node, "round"), *roll = node_get(node, "roll");
    bool months = false, rolls = !waits;
    for (size_t i = 0; i < out->n; i++)
        months |= out->cases[i].unit == UNIT_MONTH;
    if (round && read_word(load, round, "round", "down") == 0 && !months)
        diagnose(load, PROBLEM_MONTH_ROUND, round->pos,
                 "round is for limits in months; this one has none. Remove it.");
    if (!round && months)
        diagnose(load, PROBLEM_MONTH_ROUND, out->pos,
                 "a month can miss its day: there is no 31 of the next month after 31 January. "
                 "Add round: down, then it ends on the last day of that month.");
    if (roll && read_word(load, roll, "roll", "next none") == 1)
        rolls = false;
    for (size_t i = 0; i < out->n; i++)
        out->cases[i].roll = rolls && out->cases[i].unit != UNIT_WORKING_DAY;
}

/* until STEP.FIELD: a day that a date field names. */
static bool read_until(struct sentence *s, struct limit *out)
{
    str step_id, field_id;
    struct pos pos = word_pos(s, 1);
    if (!str_cut(s->words[1], '.', &step_id, &field_id)) {
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos, "\"%.*s\" is no date; expected STEP.FIELD.",
                 STR_FMT(s->words[1]));
        return false;
    }
    const struct step *step = want_step(s->load, s->procedure, step_id, pos);
    out->kind = LIMIT_UNTIL;
    return step && !form_is_broken(s->load, step) &&
           read_day_field(s, step, s->words[1], field_id, pos, out);
}

/* COUNT UNIT before STEP.FIELD. */
static bool read_before_day(struct sentence *s, struct limit *out)
{
    str step_id, field_id;
    struct pos pos = word_pos(s, 3);
    out->kind = LIMIT_BEFORE;
    if (!str_cut(s->words[3], '.', &step_id, &field_id)) {
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, pos, "\"%.*s\" is no date; expected STEP.FIELD.",
                 STR_FMT(s->words[3]));
        return false;
    }
    const struct step *step = want_step(s->load, s->procedure, step_id, pos);
    return step && !form_is_broken(s->load, step) &&
           read_day_field(s, step, s->words[3], field_id, pos, out);
}

/* by MM-DD, a day of each year, or by DD, one of each month. */
static bool read_by(struct sentence *s, struct limit *out)
{
    str word = s->words[1];
    out->kind = LIMIT_BY;
    if (by_date_parse(word, str_has(word, S("-")), &out->by))
        return true;
    diagnose(s->load, PROBLEM_LIMIT_SENTENCE, word_pos(s, 1),
             "\"%.*s\" is no such day; expected MM-DD of a year, or DD of a month.", STR_FMT(word));
    return false;
}

/* COUNT UNIT before FIELD, a date of the step's own form. */
static bool read_before(struct sentence *s, struct limit *out)
{
    struct pos pos = word_pos(s, 3);
    if (!str_eq(s->words[2], S("before"))) {
        diagnose(s->load, PROBLEM_LIMIT_SENTENCE, word_pos(s, 2),
                 "expected \"before\", found \"%.*s\"; a notice reads COUNT UNIT before FIELD.",
                 STR_FMT(s->words[2]));
        return false;
    }
    if (form_is_broken(s->load, s->step))
        return false;
    const struct field *field = want_field(s->load, s->step, s->words[3], pos);
    if (field && (field->type != FIELD_DATE || field->optional ||
                  !field_always(s->step, field)))
        diagnose(s->load, PROBLEM_COUNT_FIELD, pos,
                 "a notice is counted back from a required date field of every outcome; %.*s is "
                 "none.", STR_FMT(field->id));
    out->kind = LIMIT_AHEAD;
    out->date_step = s->step->id;
    out->date_field = s->words[3];
    return field != NULL;
}

/* extend: {most: COUNT UNIT}, in the limit's own unit. */
static void link_extension(struct load *load, const struct sentence *s, const struct node *node,
                           struct limit *out)
{
    if (!node || !check_map(load, node, "extend", "most basis source meets"))
        return;
    struct sentence part = *s;
    struct limit_case most = {.when = NULL};
    part.node = node_get(node, "most");
    out->extend_basis = read_basis(load, node, "extend", NULL, BASIS_REQUIRED);
    out->extend_meets = parse_meets(load, node);
    if (!part.node) {
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "extend has no \"most\"; say how much time extensions may add in all.");
        return;
    }
    if (!split(&part, 2, "COUNT UNIT, such as 30 day") || !read_unit(&part, &most.unit) ||
        !read_count(&part, &most))
        return;
    if (out->kind != LIMIT_COUNTED || most.count_field.len ||
        most.unit != out->cases[out->n - 1].unit) {
        diagnose(load, PROBLEM_EXTENSION, part.node->pos,
                 "an extension is a number in the unit that the limit itself counts.");
        return;
    }
    out->extend_most = most.count;
}

static const char *const NAMES[] = {"within", "not-before", "ahead"};

/* The sentence of the rule itself, by direction. False: reported. */
static bool link_rule(struct sentence *s, enum direction direction, struct limit *out)
{
    struct limit_case *rule = &out->cases[out->n];
    str text = str_trim(s->node->text);
    bool within = direction == DIRECTION_WITHIN, until = str_starts(text, S("until "));
    if (within && (until || str_starts(text, S("by ")))) {
        if (!split(s, 2, until ? "until STEP.FIELD" : "by MM-DD or by DD") ||
            !(until ? read_until(s, out) : read_by(s, out)))
            return false;
        out->n++;
        return true;
    }
    const char *form = direction == DIRECTION_AHEAD
                           ? "COUNT UNIT before FIELD, such as 10 working-day before start"
                       : direction == DIRECTION_WAIT
                           ? "COUNT UNIT after FACT, such as 5 working-day after opened"
                           : "COUNT UNIT after FACT, such as 5 working-day after opened, until "
                             "STEP.FIELD, or by MM-DD";
    if (!split(s, 4, form))
        return false;
    bool unit = read_unit(s, &rule->unit);
    bool before = within && str_eq(s->words[2], S("before"));
    bool end = direction == DIRECTION_AHEAD ? read_before(s, out)
               : before                     ? read_before_day(s, out)
                                            : read_anchor(s, out);
    if (!unit || !read_count(s, rule) || !end)
        return false;
    out->n++;
    return true;
}

static void read_limit(struct load *load, const struct procedure *procedure,
                       const struct step *step, const struct node *node,
                       enum direction direction, bool higher, struct limit *out)
{
    static const char *const KEYS[][2] = {
        {"is except roll round extend override basis source meets",
         "is except roll round extend basis meets"},
        {"is except round override basis source meets", "is except round basis meets"},
        {"is round miss override basis source meets", "is round miss basis meets"}};
    const char *what = higher ? "an override" : NAMES[direction];
    struct sentence s = {.load = load, .procedure = procedure, .step = step, .node = node};
    if (node->kind == NODE_SCALAR) {
        diagnose(load, PROBLEM_NO_BASIS, node->pos,
                 "\"%.*s\" has neither basis nor source. Write {is: %.*s, basis: 15}, or "
                 "source: local.", STR_FMT(node->text), STR_FMT(node->text));
    } else {
        if (!check_map(load, node, what, KEYS[direction][higher]))
            return;
        out->basis = read_basis(load, node, what, NULL, BASIS_REQUIRED);
        out->meets = parse_meets(load, node);
        s.node = node_get(node, "is");
        if (!s.node) {
            diagnose(load, PROBLEM_MISSING_KEY, node->pos, "%s has no \"is\"; add it.", what);
            return;
        }
    }
    out->pos = s.node->pos;
    link_exceptions(&s, node_get(node, "except"), out);
    if (s.node->kind != NODE_SCALAR || !link_rule(&s, direction, out)) {
        if (s.node->kind != NODE_SCALAR)
            scalar_text(load, s.node, "a limit");
        return;
    }
    out->present = true;
    if (out->kind != LIMIT_UNTIL && out->kind != LIMIT_BY)
        link_ends(load, node, direction != DIRECTION_WITHIN || out->kind == LIMIT_BEFORE, out);
    link_extension(load, &s, node_get(node, "extend"), out);
    const struct node *miss = node_get(node, "miss");
    if (direction != DIRECTION_AHEAD)
        return;
    if (!miss)
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "ahead has no \"miss\"; write miss: refuse, or miss: mark when too short a notice "
                 "is taken and marked.");
    else
        out->refuses = read_word(load, miss, "miss", "refuse mark") == 0;
}

/* ---- higher law ----------------------------------------------------------------------------- */

static enum rank rank_of(const struct load *load, const struct limit *limit)
{
    const struct annexed *law = policy_annexed(load->policy, limit->basis.article);
    return law ? law->rank : RANK_SAME;
}

/* The highest acts; what it displaces hangs below it, by rank. */
static void displace(const struct load *load, struct limit *out, struct limit *other)
{
    enum rank rank = rank_of(load, other);
    struct limit *above = out;
    if (rank > rank_of(load, out)) {
        struct limit *lower = NEW(load->arena, struct limit);
        *lower = *out;
        *out = *other;
        out->displaced = lower;
        return;
    }
    while (above->displaced && rank_of(load, above->displaced) > rank)
        above = above->displaced;
    other->displaced = above->displaced;
    above->displaced = other;
}

static bool prevails(struct load *load, const struct node *node, const struct limit *out,
                     const struct limit *other)
{
    enum rank rank = rank_of(load, other);
    if (rank == RANK_SAME) {
        diagnose(load, PROBLEM_OVERRIDE, node->pos,
                 "an override cites an article of higher law, such as basis: AB-12; give the "
                 "regulation AB a rank in pack.yaml, also: {AB: {rank: law, ...}}.");
        return false;
    }
    for (const struct limit *one = out; one; one = one->displaced)
        if (rank_of(load, one) == rank) {
            diagnose(load, PROBLEM_OVERRIDE, node->pos,
                     "this limit is set twice by law of the same rank, also by article %.*s; keep "
                     "one.", STR_FMT(one->basis.article));
            return false;
        }
    return true;
}

/* What does not act fulfils nothing. */
static void refuse_claims(struct load *load, const struct limit *displaced)
{
    for (const struct limit *one = displaced; one; one = one->displaced)
        for (size_t i = 0; i < one->meets.n; i++)
            diagnose(load, PROBLEM_OVERRIDE, one->meets.items[i].pos,
                     "higher law displaces this limit, so it does not meet %.*s; let the override, "
                     "or the step, claim it.", STR_FMT(one->meets.items[i].id));
}

void link_limit(struct load *load, const struct procedure *procedure, const struct step *step,
                const struct node *node, enum direction direction, struct limit *out)
{
    if (!node)
        return;
    read_limit(load, procedure, step, node, direction, false, out);
    const struct node *list = node->kind == NODE_MAP ? node_get(node, "override") : NULL;
    if (!out->present || !list || !check_list(load, list, "override", OVERRIDES_MAX))
        return;
    for (size_t i = 0; i < list->items.len; i++) {
        const struct node *item = list->items.items[i];
        struct limit *other = NEW(load->arena, struct limit);
        read_limit(load, procedure, step, item, direction, true, other);
        if (other->present && prevails(load, item, out, other))
            displace(load, out, other);
    }
    refuse_claims(load, out->displaced);
}
