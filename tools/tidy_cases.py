# SPDX-License-Identifier: Apache-2.0
"""What each rule of tidy.py must find and must leave alone: `tools/tidy.py --self-test`."""

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
MARK = "TO" + "DO"
PLACE = "/wo" + "rk/main"
LOCK = '{"packages": {"node_modules/a": {"optionalDependencies": {"b": "1.0.0"}}%s}}'


def body(lines):
    return "int f(void)\n{\n" + "    g();\n" * (lines - 3) + "}\n"


# rule, file, text, lines where it must find something (none: the text keeps the rule).
CASES = [
    ("twice", "src/base/a.c", 'f("%.*s", STR_FMT(g(x)));\n', [1]),
    ("twice", "src/base/a.c", 'f("%.*s", STR_FMT(a->b[1]), STR_FMT(c ? d : S("none")));\n', []),
    ("rooms", "src/attic/a.c", "", [1]),
    ("rooms", "src/base/a.c", "", []),
    ("includes", "src/decide/a.c", '#include "store/store.h"\n', [1]),
    ("includes", "src/decide/a.c", '#include "policy/policy.h"\n#include <string.h>\n', []),
    ("includes", "src/json/a.c", '#include "crypt/crypt.h"\n', [1]),
    ("includes", "src/view/a.c", '\n#include "policy/expression_priv.h"\n', [2]),
    ("includes", "src/view/a.c", '#include "terms/events.def"\n', []),
    ("includes", "src/view/a.c", '#include "terms/date.h"\n', [1]),
    ("includes", "src/terms/a.c", '#include "terms/date.h"\n', []),
    ("includes", "src/terms/a.c", '#include "date.h"\n', [1]),
    ("includes", "src/door/a.c", '#include "embed/embed.h"\n', []),
    ("includes", "src/embed/a.c", '#include "base/base.h"\n', [1]),
    ("includes", "src/main.c", '#include "cli/cli.h"\n', []),
    ("includes", "src/main.c", '#include "cli/words_priv.h"\n', [1]),
    ("private_headers", "src/store/engine.h", "", [1]),
    ("private_headers", "src/store/engine_priv.h", "", []),
    ("private_headers", "src/store/priv.h", "", []),
    ("private_headers", "src/terms/date.h", "", []),
    ("vendor", "src/view/a.c", "#include <sqlite3.h>\n", [1]),
    ("vendor", "src/store/store_pg.c", "#include <sqlite3.h>\n", [1]),
    ("vendor", "src/store/store_pg.c", "#include <libpq-fe.h>\n", []),
    ("vendor", "src/journal/a.c", "#include <openssl/evp.h>\n", [1]),
    ("vendor", "src/base/a.c", "#include <cmocka.h>\n", [1]),
    ("vendor", "tests/unit/a.c", "#include <cmocka.h>\n", []),
    ("pure", "src/terms/a.c", "#include <stdint.h>\n#include <time.h>\n", [2]),
    ("pure", "src/base/err.c", "#include <stdio.h>\n", []),
    ("pure", "src/decide/a.c", "#include <stdio.h>\n", [1]),
    ("pure", "src/policy/policy_yaml.c", "#include <yaml.h>\n", []),
    ("pure", "src/door/a.c", "#include <time.h>\n", []),
    ("banned", "src/door/a.c", "x = time(NULL);\n", [1]),
    ("banned", "src/door/a.c", "x = journal_time(j) + o->time(c) + o.random(c);\n", []),
    ("banned", "src/door/a.c", "/* strcpy(a, b) */ s = \"system(1)\";\n", []),
    ("banned", "src/door/a.c", "\nstrcpy (a, b);\n", [2]),
    ("banned", "src/door/a.c", "int fd = MHD_quiesce_daemon(d);\n", [1]),
    ("heap", "src/view/a.c", "p = malloc(1);\n", [1]),
    ("heap", "src/view/a.c", "arena_free(a); x->free(p);\n", []),
    ("heap", "src/json/a.c", "#include <jansson.h>\nfree(p);\n", []),
    ("heap", "src/json/b.c", "free(p);\n", [1]),
    ("stdout", "src/view/a.c", 'printf("x");\n', [1]),
    ("stdout", "src/view/a.c", 'fprintf(stderr, "x"); str_printf(a, "x");\n', []),
    ("stdout", "src/view/a.c", 'fputs("x", stdout);\n', [1]),
    ("stdout", "src/cli/a.c", 'printf("x");\n', []),
    ("floats", "src/terms/a.c", "double x;\n", [1]),
    ("floats", "src/terms/a.c", "/* a double 1.5 */ int x = 15;\n", []),
    ("function_length", "src/base/a.c", body(70), []),
    ("function_length", "src/base/a.c", "int a;\n" + body(71), [2]),
    ("function_length", "src/base/a.c", "int t[] = {\n" + "    1,\n" * 90 + "};\n", []),
    ("function_length", "tools/a.py", "def f():\n" + "    g()\n" * 70, [1]),
    ("file_length", "src/base/a.c", "\n" * 700, []),
    ("file_length", "src/base/a.c", "\n" * 701, [701]),
    ("file_length", "web/src/a.vue", "\n" * 501, [501]),
    ("columns", "src/base/a.c", "x" * 100 + "\n" + "x" * 101 + "\n", [2]),
    ("columns", "src/base/a.c", "云" * 51 + "\n", [1]),
    ("spdx", "src/base/a.c", SPDX, []),
    ("spdx", "src/base/a.c", "\n\n\n" + SPDX, [1]),
    ("contract", "src/base/base.h", "/* base: things */\n", [1]),
    ("contract", "src/base/base.h", "/* base.\n * Contract of the room: no I/O. */\n", []),
    ("default", "src/base/a.c",
     "switch (k) {\ncase KIND_A:\n    break;\ndefault:\n    break;\n}\n", [4]),
    ("default", "src/base/a.c", "switch (c) {\ncase 'a': break;\ndefault: break;\n}\n", []),
    ("default", "src/base/a.c", "switch (k) {\ncase KIND_A: break;\n}\n", []),
    ("default", "src/base/a.c",
     "switch (k) {\ncase YAML_SCALAR_EVENT: break;\ndefault: x();\n}\n", []),
    ("unfinished", "src/base/a.c", f"/* {MARK} later */\n", [1]),
    ("unfinished", "src/base/a.c", "enum { BOX_" + MARK + " };\n", []),
    ("blanks", "src/base/a.c", "a \nb\n\tc\n", [1, 3]),
    ("blanks", "src/base/a.c", "a\nb", [2]),
    ("regulations", "src/base/a.c", "/* ZZ-12.1 */\n", [1]),
    ("regulations", "src/base/a.c", 'load("zhengzhou-2019");\n', [1]),
    ("regulations", "policies/zhengzhou-2019/pack.yaml", "id: zhengzhou-2019\n", []),
    ("machine", "docs/a.md", PLACE + "/y\n", [1]),
    ("machine", "web/src/a.ts", "path: '/work/:box'\n", []),
    ("machine", "docs/a.md", "https://host" + PLACE + "\n", []),
    ("lock", "web/package-lock.json", LOCK % "", [1]),
    ("lock", "web/package-lock.json", LOCK % ', "node_modules/b": {}', []),
    ("pages", "docs/a.md", "see docs/b.md\n", [1]),
    ("pages", "docs/a.md", "see docs/a, docs/a.md and docs/x.png\n", []),
    ("reference", "src/policy/a.c", 'x = read_word(l, n, "kind", "old " WORDS\n"new") >= 0;\n',
     [1]),
    ("reference", "src/policy/a.c", '\nstatic const char STEP_KEYS[] = "id "\n"by";\n', [2]),
    ("reference", "src/policy/policy.h", 'X(set_live, "set-live", NOTHING)\n', [1]),
    ("reference", "src/play/expect.c", '\nif (str_eq(what, S("late")))\n', [2]),
    ("reference", "src/policy/a.c", 'if (!check_map(load, node, "a step", ""))\n', []),
    ("reference", "src/policy/a.c", 'diagnose(load, node->pos, "there is no such step.");\n', []),
    ("decisions", "docs/decisions/0001-one-tree.md", "# 0001 One tree\n", []),
    ("decisions", "docs/decisions/0002-two.md", "# 0002 Two\n", [1]),
    ("decisions", "docs/decisions/one.md", "# 0001 One\n", [1]),
]


def run(tree_of, rules):
    """Prints every case that went wrong; true when none did and every rule has a broken case."""
    by_name = {rule.__name__[len("rule_"):]: rule for rule in rules}
    passed = failed = 0
    for name, path, text, expected in CASES:
        found = sorted({line for _, line, _ in by_name[name](tree_of({path: text}))})
        if found == expected:
            passed += 1
        else:
            failed += 1
            print(f"tools/tidy_cases.py: rule {name} on {text[:60]!r} in {path}: "
                  f"found lines {found}, expected {expected}")
    for name in by_name.keys() - {case[0] for case in CASES if case[3]}:
        failed += 1
        print(f"tools/tidy_cases.py: no case breaks the rule {name}")
    print(f"{passed} passed, {failed} failed")
    return failed == 0
