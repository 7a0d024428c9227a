/* SPDX-License-Identifier: Apache-2.0
 * An expression: read alone, then compiled at every place of a real procedure and asked of a world
 * that answers anything. */
#include "policy.h"

#include "policy/expression_priv.h"

struct world {
    struct prng prng;
    struct doc *quantities;
};

static struct value path(void *facts, str head, str name)
{
    struct world *world = facts;
    (void)head;
    struct value value = {.kind = (enum value_kind)prng_below(&world->prng, VALUE_NONE + 1)};
    value.boolean = prng_chance(&world->prng, 50);
    value.integer = (int64_t)prng_next(&world->prng);
    value.text = name;
    value.day = (date){(int32_t)prng_below(&world->prng, 50000)};
    value.quantities = prng_chance(&world->prng, 50) ? world->quantities : NULL;
    return value;
}

static struct value path_of(void *facts, struct whose whose, str head, str name)
{
    (void)whose;
    return path(facts, head, name);
}

static bool done_of(void *facts, struct whose whose, str step, str outcome)
{
    (void)whose, (void)step, (void)outcome;
    return prng_chance(&((struct world *)facts)->prng, 50);
}

static bool asked_of_step(void *facts, str step)
{
    (void)step;
    return prng_chance(&((struct world *)facts)->prng, 50);
}

static bool line(void *facts, str register_id, size_t n)
{
    (void)register_id;
    return n < 4 && prng_chance(&((struct world *)facts)->prng, 80);
}

static bool done(void *facts, str step, str outcome)
{
    (void)step, (void)outcome;
    return prng_chance(&((struct world *)facts)->prng, 50);
}

static struct value on(void *facts, str step, str outcome)
{
    struct value value = {.kind = VALUE_NONE};
    if (done(facts, step, outcome))
        value = (struct value){.kind = VALUE_DATE, .day = {18292}};
    return value;
}

static bool has(void *facts, str material)
{
    (void)material;
    return prng_chance(&((struct world *)facts)->prng, 50);
}

static bool asked(void *states, str step, str outcome)
{
    (void)states, (void)step, (void)outcome;
    return true;
}

static bool again(void *states, str step)
{
    (void)states;
    return step.len % 2 == 0;
}

static void evaluate(struct arena *arena, str input, const struct expression *expression)
{
    struct world world = {.quantities = doc_map(arena)};
    struct environment environment = {.facts = &world, .path = path, .path_of = path_of,
                                      .done_of = done_of, .done = done, .on = on, .has = has,
                                      .shorter = asked_of_step, .listed = asked_of_step,
                                      .running = asked_of_step,
                                      .line = line};
    prng_seed(&world.prng, str_hash(input));
    doc_put_int(arena, world.quantities, S("vcpu"), LIMIT_QUANTITY);
    bool holds;
    str why = STR_NONE;
    for (int round = 0; round < 4; round++)
        if (!expression_holds(arena, expression, &environment, &holds, &why))
            must(why.len > 0);
    (void)expression_material(expression);
    (void)expression_field(expression);
    (void)expression_own_field(expression);
    struct known known = {.done = asked};
    (void)expression_truth(expression, &known);
    known.again = again;
    (void)expression_truth(expression, &known);
}

static void compile(struct arena *arena, str input, const struct scope *scope)
{
    struct pack line = {0};
    struct diagnostics found = {.errors = 0};
    pack_add(arena, &line, S("line.yaml"), input);
    struct load load = {.arena = arena, .pack = &line, .diagnostics = &found};
    load.policy = NEW(arena, struct policy);
    *load.policy = *fuzz_policy();
    struct node node = {.kind = NODE_SCALAR, .pos = {S("line.yaml"), 1, 1}, .text = input,
                        .plain = true};
    struct expression *expression = expression_compile(&load, &node, scope);
    must((expression == NULL) == (found.errors > 0));
    if (expression)
        evaluate(arena, input, expression);
    else
        must(!utf8_valid(input) || utf8_valid(diagnostics_print(arena, &found)));
}

static void compile_in(struct arena *arena, str input, const struct procedure *procedure)
{
    struct scope scope = {procedure, NULL, PLACE_OFFER, STR_NONE};
    compile(arena, input, &scope);
    for (size_t i = 0; i < procedure->n_steps; i++) {
        scope = (struct scope){procedure, &procedure->steps[i], (enum place)(i % 3), STR_NONE};
        compile(arena, input, &scope);
    }
}

static void run(struct arena *arena, str input)
{
    struct fault fault = {0};
    if (!expression_parse(arena, input, &fault))
        must(fault.sentence.len > 0 && fault.at <= input.len);
    for (size_t p = 0; p < fuzz_policy()->n_procedures; p++)
        compile_in(arena, input, &fuzz_policy()->procedures[p]);
    struct scope scope = {NULL, NULL, PLACE_LIST, STR_NONE};
    compile(arena, input, &scope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_POLICY, run, data, size);
}
