/* SPDX-License-Identifier: Apache-2.0
 * Invented people, bodies and forms. Nobody here exists. */
#include "play/simulate_priv.h"

static str pick(struct town *town, const char *const *words, size_t n)
{
    return str_of(words[prng_below(&town->prng, n)]);
}

str invent_person(struct town *town)
{
    static const char *const FAMILY[] = {"赵", "钱", "孙", "李", "周", "吴", "郑",
                                         "王", "冯", "陈", "褚", "卫", "蒋", "沈",
                                         "韩", "杨", "朱", "秦", "许", "何"};
    static const char *const GIVEN[] = {"明远", "思齐", "文博", "若兰", "志强", "晓燕", "建国",
                                        "雨桐", "海峰", "静怡", "子涵", "国栋", "丽华", "一鸣"};
    str family = pick(town, FAMILY, COUNT_OF(FAMILY)), given = pick(town, GIVEN, COUNT_OF(GIVEN));
    return str_printf(town->arena, "%.*s%.*s", STR_FMT(family), STR_FMT(given));
}

static const char *const BUREAUS[] = {
    "交通运输局", "教育局", "卫生健康委员会", "人力资源和社会保障局", "自然资源和规划局",
    "市场监督管理局", "文化广电和旅游局", "应急管理局", "住房保障和房地产管理局", "生态环境局",
    "民政局", "财政局", "司法局", "水利局", "农业农村工作委员会", "城市管理局", "医疗保障局",
    "退役军人事务局", "统计局", "信访局"};
static const char *const COUNTIES[] = {"青山县", "云溪县", "临江区", "石桥市", "平原县", "东岭区"};

str invent_unit(struct town *town, bool of_county, int n)
{
    size_t bureau = (size_t)n % COUNT_OF(BUREAUS);
    size_t round = (size_t)n / COUNT_OF(BUREAUS);
    const char *place = of_county ? COUNTIES[(size_t)n % COUNT_OF(COUNTIES)] : "市";
    if (round == 0)
        return str_printf(town->arena, "%s%s", place, BUREAUS[bureau]);
    return str_printf(town->arena, "%s%s第%zu分局", place, BUREAUS[bureau], round);
}

/* What a role is called is seldom what a body of it is called. */
static str body_of_role(struct town *town, str label)
{
    static const struct { const char *role, *body; } ENDINGS[] = {
        {"主管部门", "大数据管理局"}, {"部门", "局"}, {"机关", "局"},      {"监督", "局"},
        {"机构", "中心"},             {"单位", "中心"}, {"专家", "专家组"},
    };
    for (size_t i = 0; i < COUNT_OF(ENDINGS); i++) {
        str ending = str_of(ENDINGS[i].role);
        if (str_ends(label, ending))
            return str_printf(town->arena, "%.*s%s", (int)(label.len - ending.len), label.ptr,
                              ENDINGS[i].body);
    }
    return label;
}

str invent_body(struct town *town, const struct role *role, int n)
{
    static const char *const COMPANIES[] = {"北辰云科技", "远山云计算", "明鉴信息服务",
                                            "长河数据技术", "青松安全科技", "云帆检测认证"};
    str label = role->label.zh, level = role->levels[0];
    if (str_ends(label, S("商")) || str_ends(label, S("公司")))
        return str_printf(town->arena, "%s有限公司",
                          COMPANIES[town->companies++ % COUNT_OF(COMPANIES)]);
    const char *place = str_eq(level, S("province")) ? "省"
                        : str_eq(level, S("county")) ? COUNTIES[0]
                                                     : "市";
    bool placed = str_starts(label, str_of(place));
    str body = body_of_role(town, label);
    return str_printf(town->arena, "%s%.*s%s", placed ? "" : place, STR_FMT(body),
                      n > 0 ? "（第二）" : "");
}

str invent_system(struct town *town, int n)
{
    static const char *const WHAT[] = {
        "公共自行车运营管理", "学籍管理", "电子健康档案", "社保经办", "不动产登记", "特种设备监管",
        "文旅资源库", "应急指挥调度", "房屋网签备案", "空气质量监测", "社会救助", "预算一体化",
        "法律援助预约", "河湖长制管理", "农产品质量追溯", "城市生命线监测", "医保结算稽核"};
    static const char *const KIND[] = {"系统", "平台", "信息系统", "业务平台"};
    str what = pick(town, WHAT, COUNT_OF(WHAT)), kind = pick(town, KIND, COUNT_OF(KIND));
    return str_printf(town->arena, "%.*s%.*s（%d期）", STR_FMT(what), STR_FMT(kind), 1 + n % 3);
}

str invent_sentence(struct town *town)
{
    static const char *const TEXT[] = {
        "面向全市公众提供在线服务，日均访问约三万次。", "按近三年业务量峰值测算，并预留增长空间。",
        "已完成部署和联调，运行平稳。", "依据上级主管部门统一部署建设。"};
    return pick(town, TEXT, COUNT_OF(TEXT));
}

str invent_opinion(struct town *town, enum tone tone)
{
    static const char *const GOOD[] = {"同意。", "经审核，方案可行，同意。", "材料齐全，同意。",
                                       "拟同意，请按核定资源办理。"};
    static const char *const MEND[] = {"材料不完整，请补充后重新提交。",
                                       "容灾备份方案需要细化，请补正。",
                                       "测算依据不充分，请说明业务量来源。"};
    static const char *const BAD[] = {"现有资源可以满足，不同意。", "与已建系统重复，不予同意。"};
    switch (tone) {
    case TONE_POSITIVE: return pick(town, GOOD, COUNT_OF(GOOD));
    case TONE_NEUTRAL: return pick(town, MEND, COUNT_OF(MEND));
    case TONE_NEGATIVE: return pick(town, BAD, COUNT_OF(BAD));
    }
    return STR_NONE;
}

/* ---- forms ---------------------------------------------------------------------------------- */

static struct doc *invent_quantities(struct town *town)
{
    struct doc *map = doc_map(town->scratch);
    for (size_t i = 0; i < town->policy->n_items; i++) {
        int64_t units = (int64_t)(1 + prng_below(&town->prng, 8)) * 4;
        doc_put_int(town->scratch, map, town->policy->items[i].id, units * QUANTITY_ONE);
    }
    return map;
}

/* Small numbers are more common than large ones, and now and then it is just the least or most. */
static struct doc *invent_integer(struct town *town, const struct field *field)
{
    uint64_t span = field->max > field->min ? (uint64_t)(field->max - field->min) + 1 : 1;
    uint64_t roll = prng_below(&town->prng, 20);
    if (roll < 2)
        return doc_int(town->scratch, roll ? field->max : field->min);
    uint64_t one = prng_below(&town->prng, span), two = prng_below(&town->prng, span);
    return doc_int(town->scratch, field->min + (int64_t)(one < two ? one : two));
}

/* As much of it as the field takes. */
static struct doc *fit_text(struct town *town, const struct field *field, str text)
{
    size_t most = field->max > 0 ? (size_t)field->max : text.len;
    while (text.len > most || !utf8_valid(text))
        text.len--;
    return doc_text(town->scratch, text);
}

static struct doc *day_doc(struct town *town, date day)
{
    return doc_text(town->scratch, date_print(town->scratch, day));
}

bool look_offers(struct town *town, struct act *act, struct err *e)
{
    const struct form *form = &act->step->form;
    act->offers = NEWS(town->scratch, struct offer, form->n + 1);
    act->n_offers = 0;
    for (size_t i = 0; i < form->n; i++)
        if (form->fields[i].type == FIELD_CASE || form->fields[i].type == FIELD_PERSON)
            act->offers[act->n_offers++].field = &form->fields[i];
    if (!act->n_offers)
        return true;
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch,
                          .today = date_of_instant(act->at_ms)};
    struct actor *actor = NULL;
    struct facts facts = {.policy = town->policy, .in_force = town->policy};
    bool ok = town_authority(town, &facts.authority, e) && db_begin(world.db, e) &&
              world_actor(&world, act->player->person, act->player->post, &actor, e);
    must(!ok || actor != NULL);
    struct reader reader = {world.db, town->library, town->scratch, actor, world.today};
    for (size_t i = 0; ok && i < act->n_offers; i++)
        ok = view_options(&reader, &facts, act->offers[i].field, NULL, &act->offers[i].items,
                          &act->offers[i].n, e);
    db_rollback(world.db);
    return ok;
}

/* One of what is offered; NULL when there is nothing. */
static struct doc *invent_choice(struct town *town, const struct act *act,
                                 const struct field *field)
{
    for (size_t i = 0; act && i < act->n_offers; i++)
        if (act->offers[i].field == field && act->offers[i].n)
            return doc_int(town->scratch,
                           act->offers[i].items[prng_below(&town->prng, act->offers[i].n)].id);
    return NULL;
}

/* Some of those that hold the role, one at least where there is one. */
static struct doc *invent_bodies(struct town *town, const struct field *field)
{
    struct doc *list = doc_list(town->scratch);
    const struct player *any = town_any(town, field->role);
    if (any)
        doc_push(town->scratch, list, doc_int(town->scratch, any->organisation));
    for (size_t i = 0; any && i < town->players.len; i += PEOPLE) {
        const struct player *player = &town->players.items[i];
        int64_t n = (int64_t)list->list.len;
        if (!str_eq(player->role, field->role) || player->organisation == any->organisation)
            continue;
        if (n < field->max && (n < field->min || prng_chance(&town->prng, 30)))
            doc_push(town->scratch, list, doc_int(town->scratch, player->organisation));
    }
    return list;
}

/* *day: today or the last day of the form so far; the next one lies after it. act: NULL for a line
 * of a register. */
static struct doc *invent_value(struct town *town, const struct act *act,
                                const struct field *field, str own_text, date *day)
{
    struct arena *arena = town->scratch;
    struct player *body;
    switch (field->type) {
    case FIELD_TEXT:
        return fit_text(town, field, own_text.len ? own_text : invent_sentence(town));
    case FIELD_INTEGER: return invent_integer(town, field);
    case FIELD_BOOL: return doc_bool(arena, prng_chance(&town->prng, 85));
    case FIELD_DATE:
        *day = date_plus(*day, (int32_t)prng_below(&town->prng, 30));
        return day_doc(town, *day);
    case FIELD_CHOICE:
        return doc_text(arena, field->choices[prng_below(&town->prng, field->n_choices)].id);
    case FIELD_QUANTITIES: return invent_quantities(town);
    case FIELD_ORGANISATION:
        body = town_any(town, field->role);
        return body ? doc_int(arena, body->organisation) : NULL;
    case FIELD_ORGANISATIONS: return invent_bodies(town, field);
    case FIELD_MONEY: return invent_integer(town, field);
    case FIELD_CASE:
    case FIELD_PERSON: return invent_choice(town, act, field);
    }
    return NULL;
}

/* Whole units, and not less than one. */
static int64_t half(int64_t amount)
{
    int64_t units = amount / 2 / QUANTITY_ONE;
    return (units > 0 ? units : 1) * QUANTITY_ONE;
}

/* Twice as much of everything, or half; something where there was nothing. */
static struct doc *scale(struct town *town, const struct doc *quantities)
{
    if (quantities->map.len == 0)
        return invent_quantities(town);
    struct doc *scaled = doc_map(town->scratch);
    bool more = prng_chance(&town->prng, 50);
    for (size_t i = 0; i < quantities->map.len; i++) {
        const struct doc_member *member = &quantities->map.items[i];
        int64_t amount = member->value->integer;
        doc_put_int(town->scratch, scaled, member->key,
                    more && amount < LIMIT_QUANTITY / 2 ? amount * 2 : half(amount));
    }
    return scaled;
}

/* Today, some time ago, or rather later. */
static date mend_day(struct town *town, date today)
{
    switch (prng_below(&town->prng, 3)) {
    case 0: return today;
    case 1: return date_plus(today, -(int32_t)prng_below(&town->prng, 30));
    default: return date_plus(today, 20 + (int32_t)prng_below(&town->prng, 100));
    }
}

/* Half way down, which is allowed more often, or up. */
static struct doc *mend_integer(struct town *town, const struct field *field, int64_t refused)
{
    int64_t bound = prng_chance(&town->prng, 60) ? field->min : field->max;
    return doc_int(town->scratch, bound + (refused - bound) / 2);
}

/* What somebody writes whose value was refused. */
static struct doc *mend_value(struct town *town, const struct act *act,
                              const struct field *field, const struct doc *refused, date today)
{
    switch (field->type) {
    case FIELD_BOOL: return doc_bool(town->scratch, !refused->boolean);
    case FIELD_INTEGER:
    case FIELD_MONEY: return mend_integer(town, field, refused->integer);
    case FIELD_DATE: return day_doc(town, mend_day(town, today));
    case FIELD_QUANTITIES: return scale(town, refused);
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_ORGANISATIONS:
    case FIELD_CASE:
    case FIELD_PERSON:
    case FIELD_ORGANISATION: return invent_value(town, act, field, STR_NONE, &today);
    }
    return NULL;
}

static bool is_named(const struct refusal *refused, str where)
{
    for (size_t i = 0; refused && i < refused->reasons.len; i++)
        if (str_eq(refused->reasons.items[i].where, where))
            return true;
    return false;
}

struct doc *invent_form(struct town *town, const struct act *act, const struct outcome *outcome,
                        const struct doc *before, const struct refusal *refused)
{
    const struct step *step = act->step;
    struct facts facts = {.policy = town->policy, .kase = act->kase, .system = act->system};
    struct doc *presets = decide_presets(town->scratch, &facts, step);
    struct doc *form = doc_map(town->scratch);
    date today = date_of_instant(act->at_ms), day = today;
    bool anew = is_named(refused, step->id);
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        if (!field_applies(field, outcome->id))
            continue;
        bool names = step == &act->procedure->steps[0] &&
                     str_eq(field->id, act->procedure->title_field);
        struct doc *preset = doc_get(presets, field->id), *last = doc_get(before, field->id);
        struct doc *value = last;
        /* What may be left out is left out by some. */
        if (!before && !preset && field->optional && prng_chance(&town->prng, 3))
            continue;
        bool named = last && is_named(refused, field->id);
        if (named && field->optional && prng_chance(&town->prng, 30))
            continue;
        if (named)
            value = preset && !doc_equal(last, preset)
                        ? preset : mend_value(town, act, field, last, today);
        else if (!last || (anew && !preset))
            value = preset ? preset
                           : invent_value(town, act, field,
                                          names ? invent_system(town, (int)town->keys) : STR_NONE,
                                          &day);
        if (value)
            doc_put(town->scratch, form, field->id, value);
    }
    return form;
}

/* ---- what conditions ask -------------------------------------------------------------------- */

static struct doc *invent_wished(void *ctx, const struct field *field)
{
    const struct mending *mending = ctx;
    date day = date_of_instant(mending->act->at_ms);
    return invent_value(mending->town, mending->act, field, STR_NONE, &day);
}

static bool mend_round(const struct unmet *unmet, struct wish *wish)
{
    bool all = true;
    wish->settled.len = 0;
    for (size_t i = 0; i < unmet->step->n_needs; i++) {
        const struct condition *need = &unmet->step->needs[i];
        if (!need->outcome.len || str_eq(need->outcome, unmet->outcome->id))
            all = expression_wish(wish, need->when) && all;
    }
    return all;
}

void mend_form(void *ctx, const struct unmet *unmet)
{
    enum { ROUNDS = 6 };
    struct mending *mending = ctx;
    struct arena *scratch = mending->town->scratch;
    struct doc *form = *unmet->form ? doc_copy(scratch, *unmet->form) : doc_map(scratch);
    struct wish wish = {
        .arena = scratch,
        .prng = &mending->town->prng,
        .fields = &unmet->step->form,
        .environment = unmet->environment,
        .form = form,
        .invent = invent_wished,
        .ctx = mending,
    };
    *unmet->form = form;
    for (int i = 0; i < ROUNDS && !mend_round(unmet, &wish); i++)
        continue;
    mending->form = form;
}

struct doc *invent_line(struct town *town, const struct ledger *ledger, int habit, date today)
{
    struct doc *form = doc_map(town->scratch);
    for (size_t i = 0; i < ledger->form.n; i++) {
        const struct field *field = &ledger->form.fields[i];
        int64_t third = (field->max - field->min) / 3;
        struct doc *value =
            field->type == FIELD_INTEGER && third > 0
                ? doc_int(town->scratch, field->min + third * habit +
                                             (int64_t)prng_below(&town->prng, (uint64_t)third))
                : invent_value(town, NULL, field, STR_NONE, &today);
        if (value)
            doc_put(town->scratch, form, field->id, value);
    }
    return form;
}
