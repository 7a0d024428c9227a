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

str invent_unit(struct town *town, str level, int n)
{
    size_t bureau = (size_t)n % COUNT_OF(BUREAUS);
    size_t round = (size_t)n / COUNT_OF(BUREAUS);
    bool county = str_eq(level, S("county"));
    const char *place = county ? COUNTIES[(size_t)n % COUNT_OF(COUNTIES)] : "市";
    if (round == 0)
        return str_printf(town->arena, "%s%s", place, BUREAUS[bureau]);
    return str_printf(town->arena, "%s%s第%zu分局", place, BUREAUS[bureau], round);
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

static struct doc *invent_organisation(struct town *town, str role)
{
    size_t seen = 0;
    int64_t chosen = 0;
    for (size_t i = 0; i < town->members.len; i++)
        if (str_eq(town->members.items[i].role, role) && prng_below(&town->prng, ++seen) == 0)
            chosen = town->members.items[i].organisation;
    return chosen ? doc_int(town->scratch, chosen) : NULL;
}

static struct doc *invent_value(struct town *town, const struct field *field, bool names_system)
{
    static const char *const TEXT[] = {
        "面向全市公众提供在线服务，日均访问约三万次。", "按近三年业务量峰值测算，并预留增长空间。",
        "已完成部署和联调，运行平稳。", "依据上级主管部门统一部署建设。"};
    struct arena *arena = town->scratch;
    int64_t span = field->max - field->min + 1;
    switch (field->type) {
    case FIELD_TEXT:
        return doc_text(arena, names_system ? invent_system(town, (int)town->keys)
                                            : pick(town, TEXT, COUNT_OF(TEXT)));
    case FIELD_INTEGER:
        return doc_int(arena, field->min +
                                  (int64_t)prng_below(&town->prng, span > 0 ? (uint64_t)span : 1));
    case FIELD_BOOL:
        return doc_bool(arena, true);
    case FIELD_DATE:
        return doc_text(arena, date_print(arena, date_plus(town->plan->from, 30)));
    case FIELD_CHOICE:
        return doc_text(arena, field->choices[prng_below(&town->prng, field->n_choices)].id);
    case FIELD_QUANTITIES:
        return invent_quantities(town);
    case FIELD_ORGANISATION:
        return invent_organisation(town, field->role);
    }
    return NULL;
}

struct doc *invent_form(struct town *town, const struct facts *facts, const struct step *step,
                        str outcome)
{
    struct doc *presets = decide_presets(town->scratch, facts, step);
    struct doc *form = doc_map(town->scratch);
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        if (!field_applies(field, outcome))
            continue;
        bool names_system = !facts->kase && town->policy->n_procedures > 0 &&
                            str_eq(field->id, town->policy->procedures[0].title_field);
        struct doc *preset = doc_get(presets, field->id);
        struct doc *value = preset ? preset : invent_value(town, field, names_system);
        if (value)
            doc_put(town->scratch, form, field->id, value);
    }
    return form;
}
