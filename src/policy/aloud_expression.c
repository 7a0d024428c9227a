/* SPDX-License-Identifier: Apache-2.0
 * A condition read aloud: names give way to labels, signs to words. */
#include "policy/aloud_priv.h"
#include "policy/expression_priv.h"

static str term_in(const struct aloud *a, const struct expression *e, const struct term *term);

/* The sentence of the reader's language, with {1} and {2} filled in. */
static str say(const struct aloud *a, const char *zh, const char *en, str first, str second)
{
    struct buf out = buf_new(a->arena, 64);
    str rest = in(a, zh, en), before;
    while (str_cut(rest, '{', &before, &rest)) {
        buf_add(&out, before);
        buf_add(&out, rest.ptr[0] == '1' ? first : second);
        rest = (str){rest.ptr + 2, rest.len - 2};
    }
    buf_add(&out, before);
    return buf_str(&out);
}

static str say_of(const struct aloud *a, const char *zh, const char *en, str what)
{
    return say(a, zh, en, what, STR_NONE);
}

static str quote(const struct aloud *a, struct label label, str id)
{
    str text = label.zh.len ? label_in(a, label) : id;
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "“%.*s”" : "\"%.*s\"", STR_FMT(text));
}

/* ---- values --------------------------------------------------------------------------------- */

static str system_in(const struct aloud *a, str name)
{
    if (str_eq(name, S("stage")))
        return in(a, "系统状态", "the stage of the system");
    if (str_eq(name, S("provider")))
        return in(a, "系统服务商", "the system's provider");
    return in(a, "系统已批准资源", "what is approved for the system");
}

/* The names in a cited case are those of its procedure. */
static str cited_in(const struct aloud *a, const struct term *term, str *out_case)
{
    const struct step *step = procedure_step(a->procedure, term->whose.head);
    const struct field *field = step ? form_field(&step->form, term->whose.name) : NULL;
    struct aloud other = *a;
    other.procedure = field ? policy_procedure(a->policy, field->procedure) : NULL;
    other.step = NULL;
    *out_case = field_in(a, term->whose.head, term->whose.name);
    if (!other.procedure)
        return term->name;
    if (term->op == OP_DONE) {
        const struct step *at = procedure_step(other.procedure, term->parts[0]);
        const struct outcome *outcome = at ? step_outcome(at, term->parts[1]) : NULL;
        str name = step_in(&other, term->parts[0]);
        str what = outcome ? quote(a, outcome->label, outcome->id) : term->parts[1];
        return say(a, "{1}已作出{2}", "{1} came to {2}", name, what);
    }
    return str_eq(term->head, S("seat")) ? role_in(a, term->name)
                                         : field_in(&other, term->head, term->name);
}

static str register_in(const struct aloud *a, const struct term *term)
{
    str ledger = quote(a, term->ledger->label, term->ledger->id);
    str field = quote(a, term->field->label, term->name);
    if (a->ledger == term->ledger) /* of the line that is counted */
        return field;
    str latest = term->ledger->monthly
                     ? say_of(a, "最近一期的{1}", "the latest {1}", field)
                     : say_of(a, "最近一次的{1}", "the latest {1}", field);
    if (!term->n_of)
        return say(a, "台账{2}{1}", "{1} in register {2}", latest, ledger);
    str of = say(a, "{2}{1}", "{1} of the {2}", latest, role_in(a, term->whose.name));
    return say(a, "台账{2}中{1}", "{1} in register {2}", of, ledger);
}

static str value_in(const struct aloud *a, const struct term *term)
{
    str of;
    if (term->ledger)
        return register_in(a, term);
    if (term->n_of) {
        str what = cited_in(a, term, &of);
        return say(a, "{2}所引办件的{1}", "{1} in the case {2}", what, of);
    }
    if (str_eq(term->head, S("unit")))
        return in(a, "单位层级", "the level of the unit");
    if (str_eq(term->head, S("system")))
        return system_in(a, term->name);
    if (str_eq(term->head, S("seat")))
        return say_of(a, "本办件的{1}", "the {1} of this case", role_in(a, term->name));
    return field_in(a, term->own ? S("") : term->head, term->name);
}

static str path_in(const struct aloud *a, const struct term *term)
{
    str value = value_in(a, term);
    const struct item *item = term->item.len ? policy_item(a->policy, term->item) : NULL;
    if (!item)
        return value;
    return say(a, "{2}中的{1}", "{1} in {2}", label_in(a, item->label), value);
}

/* As it is written: what it means in the unit of its type is another matter. */
static str number_in(const struct expression *e, const struct term *term)
{
    str text = {e->text.ptr + term->at, 0};
    while (term->at + text.len < e->text.len &&
           (text.ptr[text.len] == '.' || (text.ptr[text.len] >= '0' && text.ptr[text.len] <= '9')))
        text.len++;
    return text;
}

static str percent_in(const struct aloud *a, int64_t millionths)
{
    str whole = str_printf(a->arena, "%lld.%06lld", (long long)(millionths / QUANTITY_ONE),
                           (long long)(millionths % QUANTITY_ONE));
    while (whole.ptr[whole.len - 1] == '0')
        whole.len--;
    if (whole.ptr[whole.len - 1] == '.')
        whole.len--;
    return whole;
}

/* A word of the choice that stands on the other side. */
static str word_in(const struct aloud *a, const struct term *term, const struct term *other)
{
    static const struct {
        str id;
        struct label label;
    } FIXED[] = {
        {{"province", 8}, {{"省级", 6}, {"province", 8}}},
        {{"city", 4}, {{"市级", 6}, {"city", 4}}},
        {{"county", 6}, {{"县级", 6}, {"county", 6}}},
        {{"planned", 7}, {{"尚未上线", 12}, {"planned", 7}}},
        {{"live", 4}, {{"在用", 6}, {"in operation", 12}}},
        {{"retired", 7}, {{"已停用", 9}, {"retired", 7}}},
    };
    str word = term->parts[0];
    for (size_t i = 0; other->field && i < other->field->n_choices; i++)
        if (str_eq(other->field->choices[i].id, word))
            return quote(a, other->field->choices[i].label, word);
    for (size_t i = 0; !other->field && i < COUNT_OF(FIXED); i++)
        if (str_eq(FIXED[i].id, word))
            return label_in(a, FIXED[i].label);
    return word;
}

/* ---- comparisons ---------------------------------------------------------------------------- */

/* In brackets where it is a comparison or joined of several; sums too, where they would run on. */
static str apart_in(const struct aloud *a, const struct expression *e, const struct term *term,
                    bool sums)
{
    bool joined = term->op >= OP_NOT && term->op <= OP_GE;
    bool sum = sums && (term->op == OP_PLUS || term->op == OP_MINUS);
    str words = term_in(a, e, term);
    return joined || sum ? say_of(a, "（{1}）", "({1})", words) : words;
}

static str sign_in(const struct aloud *a, enum operation op, const struct term *left)
{
    bool day = left->type == TYPE_DATE;
    bool amount = left->type == TYPE_INTEGER || left->type == TYPE_MONEY ||
                  left->type == TYPE_QUANTITY || left->type == TYPE_QUANTITIES;
    if (op == OP_EQ)
        return amount ? in(a, "等于", "is") : in(a, "为", "is");
    if (op == OP_NE)
        return amount ? in(a, "不等于", "is not") : in(a, "不为", "is not");
    if (op == OP_LT)
        return day ? in(a, "早于", "is before") : in(a, "小于", "is less than");
    if (op == OP_LE)
        return day ? in(a, "不晚于", "is not after") : in(a, "不超过", "is at most");
    if (op == OP_GT)
        return day ? in(a, "晚于", "is after") : in(a, "大于", "is more than");
    return day ? in(a, "不早于", "is not before") : in(a, "不少于", "is at least");
}

/* What the number on the other side counts, to stand behind it; empty where nobody says. */
static str unit_of(const struct aloud *a, const struct term *term, bool one)
{
    enum unit unit;
    if (!term)
        return S("");
    if (term->type == TYPE_MONEY)
        return in(a, "元", " yuan");
    if (term->type == TYPE_QUANTITY && term->unit_of)
        return say_of(a, "{1}", " {1}", label_in(a, term->unit_of->unit));
    if (term->op == OP_PATH && term->field && term->field->type == FIELD_INTEGER) {
        str text = term->field->unit;
        bool sign = text.len && (text.ptr[0] < '0' || text.ptr[0] > '9');
        return unit_parse(text, &unit)     ? unit_in(a, unit, one)
               : str_eq(text, S("%")) ? text
               : sign                 ? say_of(a, "{1}", " {1}", text)
                                      : S("");
    }
    if (term->op == OP_IN_A_ROW)
        return in(a, "个月", "");
    if (term->op != OP_PLUS && term->op != OP_MINUS && term->op != OP_PERCENT)
        return S("");
    str left = unit_of(a, term->left, one);
    return left.len ? left : unit_of(a, term->right, one);
}

/* A side of a comparison: a number has the unit of what it is compared with. */
static str side_in(const struct aloud *a, const struct expression *e, const struct term *term,
                   const struct term *other)
{
    str words = apart_in(a, e, term, false);
    if (term->op != OP_NUMBER)
        return words;
    str unit = unit_of(a, other, str_eq(words, S("1")));
    return str_printf(a->arena, "%.*s%.*s", STR_FMT(words), STR_FMT(unit));
}

static str compare_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    const struct term *l = term->left, *r = term->right;
    bool turned = l->op == OP_WORD; /* the word is said last */
    str left = turned ? side_in(a, e, r, l) : side_in(a, e, l, r);
    str right = turned             ? word_in(a, l, r)
                : r->op == OP_WORD ? word_in(a, r, l)
                                   : side_in(a, e, r, l);
    str sign = sign_in(a, term->op, turned ? r : l);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "%.*s%.*s%.*s" : "%.*s %.*s %.*s",
                      STR_FMT(left), STR_FMT(sign), STR_FMT(right));
}

static str sum_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    str left = term_in(a, e, term->left);
    if (term->op == OP_PLUS)
        return say(a, "{1}加{2}", "{1} plus {2}", left, term_in(a, e, term->right));
    return say(a, "{1}减{2}", "{1} minus {2}", left, apart_in(a, e, term->right, true));
}

/* ---- questions ------------------------------------------------------------------------------ */

static str decided_in(const struct aloud *a, const struct term *term, bool yes)
{
    const struct step *step = procedure_step(a->procedure, term->parts[0]);
    const struct outcome *outcome = step ? step_outcome(step, term->parts[1]) : NULL;
    str at = step_in(a, term->parts[0]);
    str what = outcome ? quote(a, outcome->label, outcome->id) : term->parts[1];
    return yes ? say(a, "{1}已作出{2}", "{1} came to {2}", at, what)
               : say(a, "{1}未作出{2}", "{1} did not come to {2}", at, what);
}

static str named_list(const struct aloud *a, str id)
{
    for (size_t i = 0; i < a->policy->n_lists; i++)
        if (str_eq(a->policy->lists[i].id, id))
            return quote(a, a->policy->lists[i].label, id);
    return id;
}

/* yes: it does not stand behind a "not". */
static str running_in(const struct aloud *a, str id, bool yes)
{
    const struct procedure *procedure = policy_procedure(a->policy, id);
    str what = procedure ? quote(a, procedure->label, id) : id;
    return yes ? say_of(a, "该系统另有在办的{1}", "another {1} of the system is open", what)
               : say_of(a, "该系统没有其他在办的{1}", "no other {1} of the system is open", what);
}

static str listed_in(const struct aloud *a, str id, bool yes)
{
    str list = named_list(a, id);
    return yes ? say_of(a, "系统列入清单{1}", "list {1} finds the system", list)
               : say_of(a, "系统未列入清单{1}", "list {1} does not find the system", list);
}

static str filed_in(const struct aloud *a, str id, bool yes)
{
    const struct material_kind *material = policy_material(a->policy, id);
    str what = material ? quote(a, material->label, id) : id;
    return yes ? say_of(a, "已提交{1}", "{1} is filed", what)
               : say_of(a, "未提交{1}", "{1} is not filed", what);
}

static str cited_done_in(const struct aloud *a, const struct term *term, bool yes)
{
    str of, what = cited_in(a, term, &of);
    return yes ? say(a, "{1}所引办件的{2}", "in the case {1}, {2}", of, what)
               : say(a, "并非{1}所引办件的{2}", "not so that in the case {1}, {2}", of, what);
}

static str question_in(const struct aloud *a, const struct term *term, bool yes)
{
    str name = term->parts[0];
    switch (term->op) {
    case OP_GIVEN:
        return yes ? say_of(a, "{1}有值", "{1} is given", path_in(a, term))
                   : say_of(a, "{1}无值", "{1} is not given", path_in(a, term));
    case OP_HAS: return filed_in(a, name, yes);
    case OP_DONE:
        return term->n_of ? cited_done_in(a, term, yes) : decided_in(a, term, yes);
    case OP_LISTED: return listed_in(a, name, yes);
    case OP_RUNNING: return running_in(a, name, yes);
    case OP_SHORT:
        return yes ? say_of(a, "{1}的提前期不足", "the notice of {1} was short", step_in(a, name))
                   : say_of(a, "{1}的提前期足够", "the notice of {1} was long enough",
                            step_in(a, name));
    case OP_OPEN:
        return yes ? say_of(a, "{1}正在办理", "{1} is open", step_in(a, name))
                   : say_of(a, "{1}不在办理中", "{1} is not open", step_in(a, name));
    case OP_NUMBER:
    case OP_SPAN:
    case OP_PATH:
    case OP_WORD:
    case OP_TODAY:
    case OP_ON:
    case OP_IN_A_ROW:
    case OP_NOT:
    case OP_AND:
    case OP_OR:
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_PLUS:
    case OP_MINUS:
    case OP_PERCENT: return STR_NONE; /* no question */
    }
    return STR_NONE;
}

/* ---- logic ---------------------------------------------------------------------------------- */

/* What stands by itself: a flag, or anything that is true or not. */
static str truth_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    if (term->op == OP_PATH)
        return say_of(a, "{1}为是", "{1} is yes", path_in(a, term));
    return term_in(a, e, term);
}

/* "Not less than 6" is at least 6; tables of quantities may be neither. */
static bool turned_round(const struct term *term, struct term *out)
{
    static const enum operation OTHER[] = {
        [OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE,
        [OP_GE] = OP_LT, [OP_GT] = OP_LE, [OP_LE] = OP_GT,
    };
    bool table = term->left && term->left->type == TYPE_QUANTITIES;
    if (term->op < OP_EQ || term->op > OP_GE || (table && term->op > OP_NE))
        return false;
    *out = *term;
    out->op = OTHER[term->op];
    return true;
}

static str denied_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    if (term->op == OP_PATH)
        return say_of(a, "{1}为否", "{1} is no", path_in(a, term));
    struct term turned;
    if (turned_round(term, &turned))
        return term_in(a, e, &turned);
    str question = question_in(a, term, false);
    if (question.ptr)
        return question;
    return say_of(a, "并非（{1}）", "not ({1})", term_in(a, e, term));
}

/* Does the condition name that value, where it has to have one? */
static bool names_value(const struct term *term, const struct term *given)
{
    /* "A is not B" would be true of an empty A in plain words. */
    if (!term || (term->op >= OP_GIVEN && term->op <= OP_OR) || term->op == OP_NE)
        return false;
    if (term->op == OP_PATH)
        return str_eq(term->head, given->head) && str_eq(term->name, given->name) &&
               str_eq(term->whose.head, given->whose.head) &&
               str_eq(term->whose.name, given->whose.name);
    return names_value(term->left, given) || names_value(term->right, given);
}

/* "A is given and A is less than B" says no more than "A is less than B". */
static bool goes_without_saying(const struct term *term, const struct term *chain)
{
    bool named = false;
    for (; chain->op == OP_AND && !named; chain = chain->left)
        named = names_value(chain->right, term);
    return term->op == OP_GIVEN && (named || names_value(chain, term));
}

static str all_of_in(const struct aloud *a, const struct expression *e, const struct term *root)
{
    const struct term *chain[LIMIT_EXPRESSION_BYTES];
    size_t n = 0;
    const struct term *term = root;
    for (; term->op == OP_AND; term = term->left)
        chain[n++] = term->right;
    chain[n++] = term;
    struct buf out = buf_new(a->arena, 128);
    for (size_t i = n; i > 0; i--) {
        const struct term *one = chain[i - 1];
        if (goes_without_saying(one, root))
            continue;
        str words = truth_in(a, e, one);
        if (buf_str(&out).len)
            buf_add(&out, in(a, "，且", " and "));
        buf_add(&out, one->op == OP_OR ? say_of(a, "（{1}）", "({1})", words) : words);
    }
    return buf_str(&out);
}

static str either_side(const struct aloud *a, const struct expression *e, const struct term *term)
{
    str words = truth_in(a, e, term);
    return term->op == OP_AND ? say_of(a, "（{1}）", "({1})", words) : words;
}

static str in_a_row(const struct aloud *a, const struct expression *e, const struct term *term)
{
    const struct ledger *ledger = policy_register(a->policy, term->parts[0]);
    str name = ledger ? quote(a, ledger->label, ledger->id) : term->parts[0];
    struct aloud line = *a;
    line.ledger = ledger;
    return say(a, "台账{1}连续符合（{2}）的月数",
               "the months in a row in which register {1} says that ({2})", name,
               truth_in(&line, e, term->left));
}

static str span_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    bool one = term->number == 1;
    return term->unit == UNIT_MONTH
               ? say_of(a, "{1}个月", one ? "{1} month" : "{1} months", number_in(e, term))
               : say_of(a, "{1}日", one ? "{1} day" : "{1} days", number_in(e, term));
}

static str term_in(const struct aloud *a, const struct expression *e, const struct term *term)
{
    switch (term->op) {
    case OP_NUMBER: return number_in(e, term);
    case OP_SPAN: return span_in(a, e, term);
    case OP_PATH: return path_in(a, term);
    case OP_WORD: return term->parts[0];
    case OP_TODAY: return a->step ? in(a, "办理当日", "today") : in(a, "当日", "today");
    case OP_ON:
        return say_of(a, "{1}之日", "the day on which {1}", decided_in(a, term, true));
    case OP_GIVEN:
    case OP_HAS:
    case OP_DONE:
    case OP_OPEN:
    case OP_SHORT:
    case OP_LISTED:
    case OP_RUNNING: return question_in(a, term, true);
    case OP_IN_A_ROW: return in_a_row(a, e, term);
    case OP_NOT: return denied_in(a, e, term->left);
    case OP_AND: return all_of_in(a, e, term);
    case OP_OR:
        return say(a, "{1}，或{2}", "{1}, or {2}", either_side(a, e, term->left),
                   either_side(a, e, term->right));
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE: return compare_in(a, e, term);
    case OP_PLUS:
    case OP_MINUS: return sum_in(a, e, term);
    case OP_PERCENT:
        return say(a, "{2}的{1}%", "{1}% of {2}", percent_in(a, term->number),
                   apart_in(a, e, term->left, true));
    }
    return STR_NONE;
}

str expression_in(const struct aloud *a, const struct expression *expression)
{
    return a->by_id ? expression_text(expression) : truth_in(a, expression, expression->root);
}
