#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house law as a program. Each rule is one check; each breach is one line
`file:line: sentence`; the last line is `N passed, N failed`. Exit status 1 when any rule is broken.

    tools/tidy.py               the whole tree
    tools/tidy.py --self-test   every rule against small trees that keep it and that break it

A rule is a generator over a Tree that yields (file, line, sentence). To add one: write it, put it
into RULES, and give it a row in tools/tidy_cases.py.
"""
import ast
import json
import os
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
import npmlock  # noqa: E402 (after the line above, so that it leaves no cache behind)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# ---- the law -----------------------------------------------------------------------------------

# Rooms of one line are strangers; a room sees the lines above its own.
ROOMS = [["base"], ["terms"], ["policy"], ["decide"], ["store"], ["json", "crypt"], ["journal"],
         ["project"], ["view"], ["clerk"], ["door"], ["play"], ["cli"]]
# Libraries beside the rooms: they need none and any may use them.
BESIDE = ("embed",)
RANK = {room: rank for rank, line in enumerate([BESIDE, *ROOMS]) for room in line}
PURE = ("base", "terms", "policy", "decide")

# Header (or its folder) of another project, and the one place that may see it.
VENDOR = [("sqlite3.h", "src/store/store_sqlite.c"), ("libpq-fe.h", "src/store/store_pg.c"),
          ("jansson.h", "src/json/"), ("openssl/", "src/crypt/"), ("sodium.h", "src/crypt/"),
          ("yaml.h", "src/policy/policy_yaml.c"), ("microhttpd.h", "src/door/"),
          ("utf8proc.h", "src/base/text.c"), ("cmocka.h", "tests/")]

# All that a room without I/O, clock, threads and randomness needs of the C library.
PURE_HEADERS = {"inttypes.h", "limits.h", "setjmp.h", "stdarg.h", "stdbool.h", "stddef.h",
                "stdint.h", "stdlib.h", "string.h"}
# must() prints before it aborts, strings are formatted by vsnprintf, arenas tell ASan what is free.
PURE_EXTRA = {("src/base/err.c", "stdio.h"), ("src/base/err.c", "unistd.h"),
              ("src/base/str.c", "stdio.h"),
              ("src/base/arena.c", "sanitizer/asan_interface.h")}

BANNED = {
    "strcpy": "use str_dup or memcpy with a length", "strcat": "use struct buf",
    "strncpy": "use str_dup or memcpy with a length", "strncat": "use struct buf",
    "MHD_quiesce_daemon": "it races with the daemon's threads and aborts; refuse at the head",
    "sprintf": "use str_printf or buf_addf", "vsprintf": "use str_vprintf",
    "gets": "it has no limit", "strtok": "use str_cut", "strtok_r": "use str_cut",
    "atoi": "use str_to_i64", "atol": "use str_to_i64", "atoll": "use str_to_i64",
    "atof": "there are no floats here", "gmtime": "use terms/date.h",
    "gmtime_r": "use terms/date.h", "localtime": "use terms/date.h",
    "localtime_r": "use terms/date.h", "mktime": "use terms/date.h",
    "time": "time is a parameter, asked from clock_gettime at the edge",
    "rand": "use struct prng or random_bytes", "random": "use struct prng or random_bytes",
    "srand": "use struct prng", "system": "no shell is ever started",
    "popen": "no shell is ever started", "alloca": "use the arena"}
HEAP = ("malloc", "calloc", "realloc", "free", "strdup", "strndup")
STDOUT = re.compile(r"(?<![\w.>])(?:(?:v?printf|puts|putchar|perror)\s*\(|"
                    r"(?:fputs|fwrite|v?fprintf|fputc|putc)\s*\([^;]*\bstdout\b)")
TALKERS = ("src/cli/", "src/play/", "src/main.c")

# Enumerations of other projects and of the C library are too long to be spelled out in a switch.
FOREIGN_CASE = re.compile(r"(YAML|JSON|SQLITE|PGRES|CONNECTION|MHD|EVP)_|(E|SIG)[A-Z0-9]+$")

LINES_FILE, LINES_FUNCTION, COLUMNS, LINES_WEB, LINES_DECISION = 700, 70, 100, 500, 40
SKIP_FOLDERS = {".git", "node_modules", "dist", "demo", "__pycache__", ".cache"}
TEXT_ENDINGS = (".c", ".h", ".def", ".py", ".sh", ".sql", ".yaml", ".scn", ".md", ".ts", ".vue",
                ".mjs", ".js", ".css", ".scss", ".html", ".json", ".tsv", ".build", ".txt")

# Put together here so that this file keeps its own rules.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
MACHINE = re.compile("(?<![\\w.])/(" + "|".join(["wo" + r"rk/(main|shared|\.)", "ro" + "ot/", "fa" +
                                               "rm/", r"home/\w+/"]) + ")")

# ---- reading -----------------------------------------------------------------------------------


class Tree:
    """The files of the project: path -> text, and C text without comments and literals."""

    def __init__(self, files):
        self.files = files
        self.bare = {path: strip_c(text) for path, text in files.items()
                     if path.endswith((".c", ".h", ".def"))}

    def under(self, *folders, ends=None):
        for path in sorted(self.files):
            if path.startswith(folders) and (ends is None or path.endswith(ends)):
                yield path, self.files[path]

    def c_sources(self, *folders):
        for path in sorted(self.bare):
            if path.startswith(folders or ("src/",)):
                yield path, self.bare[path]


def read_tree(root):
    files = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIP_FOLDERS and not f.startswith("build")]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if name.endswith(TEXT_ENDINGS) or path in ("dev", ".ci/run", "tools/pgtest"):
                with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
                    files[path] = f.read()
    return Tree(files)


def strip_c(text):
    """Comments and the insides of literals become blanks; lines and columns stay."""
    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def room_of(path):
    parts = path.split("/")
    if parts[0] != "src":
        return None
    return "main" if len(parts) == 2 else parts[1]


def includes(tree, *folders):
    """(file, line, name, quoted) of every #include."""
    for path, _ in tree.c_sources(*folders):
        for number, line in enumerate(tree.files[path].splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                yield path, number, match.group(2), match.group(1) == '"'


def functions(bare):
    """(name, first line, last line) of every function body of C text without comments."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  bare, flags=re.M)
    depth, begin, name, head_at = 0, 0, None, 0
    for match in re.finditer(r"[{};]", code):
        token, at = match.group(0), match.start()
        if token == "{":
            if depth == 0:
                head = code[begin:at]
                called = re.search(r"([A-Za-z_]\w*)\s*\(", head)
                name = called.group(1) if called and head.rstrip().endswith(")") else None
                head_at = begin + called.start() if called else at
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0 and name:
                yield name, line_of(code, head_at), line_of(code, at)
                name = None
        if depth == 0:
            begin = match.end()


def calls(bare, names):
    """(name, line) of every call of one of these functions; members of structs are others'."""
    pattern = r"(?<![\w.])(?<!->)(" + "|".join(names) + r")\s*\("
    for match in re.finditer(pattern, bare):
        yield match.group(1), line_of(bare, match.start())


# ---- the rules ---------------------------------------------------------------------------------


def rule_rooms(tree):
    """every room has its place in the list"""
    meson = tree.files.get("src/meson.build", "")
    listed = re.findall(r"'(\w+)'", "".join(re.findall(r"foreach room : \[(.*?)\]", meson, re.S)))
    listed = [room for room in listed if room not in BESIDE]
    if meson and listed != [room for line in ROOMS for room in line]:
        yield "src/meson.build", 1, "the list of rooms differs from ROOMS in tools/tidy.py"
    for path, _ in tree.under("src/"):
        room = room_of(path)
        if room != "main" and room not in RANK:
            yield path, 1, f"no room {room} in the list of rooms"


def rule_includes(tree):
    """a file includes its own room and the rooms above it, by their room.h"""
    for path, line, name, quoted in includes(tree, "src/"):
        room, other = room_of(path), name.split("/")[0]
        if not quoted:
            continue
        if "/" not in name:
            yield path, line, f'write the room: "{room}/{name}"'
        elif other not in RANK:
            yield path, line, f"there is no room {other}"
        elif room != other and room != "main" and RANK.get(room, 0) <= RANK[other]:
            kind = "a stranger to" if RANK[room] == RANK[other] else "above"
            yield path, line, f"{room} is {kind} {other} and may not include {name}"
        elif room != other and name != f"{other}/{other}.h" and not name.endswith(".def"):
            yield path, line, f'of other rooms include only "{other}/{other}.h"'


def rule_private_headers(tree):
    """a header other than room.h is private and named _priv.h, those of terms apart"""
    for path, _ in tree.under("src/", ends=".h"):
        room, name = room_of(path), path.split("/")[-1]
        if room not in ("terms", "main") and not name.endswith("_priv.h") \
                and name not in (room + ".h", "priv.h"):
            yield path, 1, f"name a private header {name[:-2]}_priv.h"


def rule_vendor(tree):
    """a vendor header appears in its one place"""
    for path, line, name, quoted in includes(tree, "src/", "tests/"):
        for header, place in VENDOR:
            hit = name.startswith(header) if header.endswith("/") else name == header
            allowed = path.startswith(place) or path.startswith("tests/")
            if hit and not quoted and not allowed:
                yield path, line, f"<{name}> belongs to {place} alone"


def rule_pure(tree):
    """rooms before store include no header of I/O, time, threads or network"""
    for path, line, name, quoted in includes(tree, *(f"src/{room}/" for room in PURE)):
        vendor = any(name == header and path.startswith(place) for header, place in VENDOR)
        if not quoted and name not in PURE_HEADERS and not vendor:
            if (path, name) not in PURE_EXTRA:
                yield path, line, f"<{name}> has no place in a room before store"


def rule_banned(tree):
    """no banned call"""
    for path, bare in tree.c_sources("src/", "tests/"):
        for name, line in calls(bare, BANNED):
            yield path, line, f"{name}() is banned: {BANNED[name]}"


def rule_heap(tree):
    """heap calls stand in base/arena.c and in files that include a vendor header"""
    edges = {"src/base/arena.c"}
    for path, _, name, quoted in includes(tree, "src/"):
        if not quoted and any(name == h or (h.endswith("/") and name.startswith(h))
                              for h, _ in VENDOR):
            edges.add(path)
    for path, bare in tree.c_sources("src/"):
        for name, line in calls(bare, HEAP):
            if path not in edges:
                yield path, line, f"{name}() outside an arena: take the memory from one"


def rule_stdout(tree):
    """only cli, play and main write to standard output"""
    for path, bare in tree.c_sources("src/"):
        if not path.startswith(TALKERS):
            for match in STDOUT.finditer(bare):
                yield path, line_of(bare, match.start()), "only cli, play and main print"


def rule_floats(tree):
    """no floating point in terms, policy and decide"""
    for path, bare in tree.c_sources("src/terms/", "src/policy/", "src/decide/"):
        for match in re.finditer(r"\b(float|double)\b|(?<![\w.])\d+\.\d+", bare):
            yield path, line_of(bare, match.start()), f"{match.group(0)}: count in integers"


def all_functions(tree):
    """(file, name, first line, last line) of the functions in C and Python."""
    for path, bare in tree.c_sources("src/", "tests/"):
        for name, first, last in functions(bare):
            yield path, name, first, last
    for path, text in tree.under("tools/", "tests/", ends=".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield path, node.name, node.lineno, node.end_lineno


def rule_function_length(tree):
    """functions have at most 70 lines"""
    for path, name, first, last in all_functions(tree):
        lines = last - first + 1
        if lines > LINES_FUNCTION:
            yield path, first, f"{name} has {lines} lines, {LINES_FUNCTION} are allowed"


def rule_file_length(tree):
    """files have at most 700 lines, those of the browser application 500"""
    for path, text in tree.files.items():
        lines = text.count("\n")
        web = path.startswith("web/src/") and path.endswith((".vue", ".ts"))
        code = path.startswith(("src/", "tests/", "tools/", "sql/")) or path in ("dev", ".ci/run")
        most = LINES_WEB if web else LINES_FILE
        if (web or code and not path.endswith((".tsv", ".json"))) and lines > most \
                and not path.endswith(".d.ts"):
            yield path, most + 1, f"{lines} lines, {most} are allowed: it is two files"


def columns(line):
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def rule_columns(tree):
    """lines of code have at most 100 columns (rows of .def tables apart)"""
    for path, text in tree.under("src/", "tests/", "tools/", "dev", ".ci/",
                                 ends=(".c", ".h", ".py", ".sh", "dev", "run", "pgtest")):
        for number, line in enumerate(text.split("\n"), 1):
            if columns(line) > COLUMNS:
                yield path, number, f"{columns(line)} columns, {COLUMNS} are allowed"


def rule_spdx(tree):
    """every source file names its licence in its first three lines"""
    for path, text in tree.under("src/", "tests/", "tools/", "web/src/", "dev", ".ci/",
                                 ends=(".c", ".h", ".def", ".py", ".sh", ".ts", ".vue", ".mjs",
                                       "dev", "run", "pgtest")):
        head = "\n".join(text.split("\n")[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head and not path.endswith(".d.ts"):
            yield path, 1, "SPDX-License-Identifier: Apache-2.0 is missing"


def rule_contract(tree):
    """the first comment of room.h is the room's contract"""
    for path, text in tree.under("src/", ends=".h"):
        room = room_of(path)
        if path == f"src/{room}/{room}.h" and room not in BESIDE:
            first = re.match(r"/\*.*?\*/", text, re.S)
            if not first or "Contract of the room:" not in first.group(0):
                yield path, 1, f"the first comment lacks \"Contract of the room:\" {room}"


def switches(bare):
    """(line of default, labels) of every switch that has one."""
    for match in re.finditer(r"\bswitch\s*\(", bare):
        depth, at, labels, default = 0, bare.find("{", match.end()), [], None
        for token in re.finditer(r"[{}]|\bcase\b\s*([^:?]+):|\bdefault\s*:", bare[at:]):
            text = token.group(0)
            depth += (text == "{") - (text == "}")
            if depth == 0:
                break
            if text.startswith("case"):
                labels.append(token.group(1).strip())
            elif text.startswith("default"):
                default = line_of(bare, at + token.start())
        if default:
            yield default, labels


def rule_default(tree):
    """a switch over an enumeration of ours has no default"""
    for path, bare in tree.c_sources("src/", "tests/"):
        for line, labels in switches(bare):
            ours = [label for label in labels if re.fullmatch(r"[A-Z][A-Z0-9]*_\w+", label)
                    and not FOREIGN_CASE.match(label)]
            if ours:
                yield path, line, f"no default beside {ours[0]}: name every case, so that a " \
                    "new one does not compile"


def rule_twice(tree):
    """STR_FMT takes its argument twice, so it is given a value and no call"""
    for path, bare in tree.c_sources("src/"):
        for match in re.finditer(r"\bSTR_FMT\(([^()]*)\(", bare):
            if "define" not in bare[max(0, match.start() - 9):match.start()] and \
                    not re.search(r"\bS$", match.group(1)):
                yield path, line_of(bare, match.start()), \
                    "a call in STR_FMT runs twice: put its result into a variable"


def rule_unfinished(tree):
    """nothing is left for later in the code"""
    for path, text in tree.files.items():
        if path.endswith(("package-lock.json", ".d.ts")):
            continue
        for match in UNFINISHED.finditer(text):
            yield path, line_of(text, match.start()), f"{match.group(0)}: do it or write an issue"


def rule_blanks(tree):
    """no trailing blanks, no tabs, and a line end at the end"""
    for path, text in tree.files.items():
        if path.startswith("data/") or path.endswith((".tsv", ".json")):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield path, number, "trailing blanks"
            if "\t" in line:
                yield path, number, "a tab: indent by blanks, write \\t in a literal"
        if text and not text.endswith("\n"):
            yield path, text.count("\n") + 1, "the last line has no end"


def rule_regulations(tree):
    """no regulation is named in C"""
    packs = {path.split("/")[1] for path in tree.files
             if path.startswith("policies/") and path.endswith("/pack.yaml")}
    cities = sorted({re.split(r"[-.]", pack)[0] for pack in packs} | {"zhengzhou"})
    named = re.compile(r"\bZZ-\d*|郑州|\b(" + "|".join(map(re.escape, cities)) + r")\b", re.I)
    for path, text in tree.under("src/", ends=(".c", ".h", ".def")):
        for match in named.finditer(text):
            yield path, line_of(text, match.start()), \
                f"{match.group(0)}: a regulation is a file in policies/, C knows none"


def rule_machine(tree):
    """no path of somebody's machine"""
    for path, text in tree.files.items():
        for match in MACHINE.finditer(text):
            yield path, line_of(text, match.start()), f"{match.group(0)}: a path of one machine"


def rule_lock(tree):
    """the lock of the browser application is complete, or npm ci refuses it"""
    for path, text in tree.under("web/", ends="package-lock.json"):
        names = [name for _, name, _, _ in npmlock.missing(json.loads(text))]
        if names:
            yield path, 1, f"{len(names)} entries are missing ({names[0]}): run tools/npmlock.py"


def rule_pages(tree):
    """a page that is named exists"""
    for path, text in tree.under("src/", "docs/", "README", "sql/", "dev"):
        for match in re.finditer(r"(?<![\w/])docs/[\w/-]+(\.(?:md|tsv|yaml))?", text):
            page = match.group(0)
            exists = any(known in (page, page + ".md") or known.startswith(page + "/")
                         for known in tree.files)
            if not exists and not text.startswith(".png", match.end()):
                yield path, line_of(text, match.start()), f"{page} does not exist"


REFERENCE = "docs/policy-language.md"
REFUSALS = "src/terms/refusals.def"
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# A call that is given a list of keys or words, a list with a name, a word of an effect.
WORD_LIST = re.compile(r"\b(?P<call>check_map|read_word|check_id)\((?P<given>(?:" + LITERAL +
                       r"|[^;])*?)\)\s*[]);,:&|<>=?]|"
                       r"\b(?:[A-Z]+_)?(?:KEYS|TYPE_WORDS)(?:\[\])+ =(?P<named>[^;]*);|"
                       r"\bstr (?:names|units)\[\] =(?P<functions>[^;]*);|"
                       r"#define SECTIONS (?P<sections>[^\n]*)|"
                       r"\bX\(\w+, (?P<effect>" + LITERAL + r"), [A-Z]+\)")

SCENARIOS = ("src/play/scenario.c", "src/play/act", "src/play/expect")
SCENARIO_WORD = re.compile(r"\b(?:is_word|word_at|str_eq)\([^;\"]*\"([a-z-]+)\"\)")


def notation(tree):
    """(file, line, word) of each key and word that the loader of policies and scenarios reads."""
    for path, text in tree.under(*SCENARIOS, ends=".c"):
        for match in SCENARIO_WORD.finditer(text):
            yield path, line_of(text, match.start()), match.group(1)
    for path, text in tree.under("src/policy/", ends=(".c", "policy.h")):
        for match in WORD_LIST.finditer(text):
            given = next(text for name, text in match.groupdict().items()
                         if name != "call" and text is not None)
            if match.group("call"):
                # The list comes last; what stands before it names the thing for a person.
                given = re.search(r"(?:" + LITERAL + r"|SECTIONS|\s)*$", given).group(0)
            for literal in re.findall(LITERAL, given):
                for word in re.findall(r"[a-z]+(?:-[a-z]+)*", literal):
                    yield path, line_of(text, match.start()), word


def rule_reference(tree):
    """the reference names every key and word that the loader reads, and every refusal"""
    text = tree.files.get(REFERENCE, "")
    blocks = re.findall(r"^```.*?^```|^    [^\n]*", text, re.M | re.S)
    spans = re.findall(r"`[^`\n]+`", text)
    named = set(re.findall(r"[a-z]+(?:-[a-z]+)*", " ".join(blocks + spans)))
    for path, line, word in notation(tree):
        if word not in named:
            yield path, line, f"{REFERENCE} does not name `{word}`"
    for line, row in enumerate(tree.files.get(REFUSALS, "").split("\n"), 1):
        code = re.match(r'X\(\w+, "([a-z-]+)"', row)
        if code and code.group(1) not in named:
            yield REFUSALS, line, f"{REFERENCE} does not name `{code.group(1)}`"


def rule_decisions(tree):
    """decisions are numbered without gaps, short, and titled by their number"""
    expected = 1
    for path, text in tree.under("docs/decisions/"):
        name = path.split("/")[-1]
        match = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", name)
        if not match:
            yield path, 1, "name it NNNN-words-with-hyphens.md"
            continue
        if int(match.group(1)) != expected:
            yield path, 1, f"the next number is {expected:04d}"
        expected = int(match.group(1)) + 1
        if not text.startswith(f"# {match.group(1)} "):
            yield path, 1, f"begin with '# {match.group(1)} Title'"
        if text.count("\n") > LINES_DECISION:
            yield path, LINES_DECISION + 1, f"a decision has at most {LINES_DECISION} lines"


RULES = [rule_rooms, rule_includes, rule_private_headers, rule_vendor, rule_pure, rule_banned,
         rule_heap, rule_stdout, rule_floats, rule_function_length, rule_file_length,
         rule_columns, rule_spdx, rule_contract, rule_default, rule_twice, rule_unfinished,
         rule_blanks, rule_regulations, rule_machine, rule_lock, rule_pages, rule_decisions,
         rule_reference]


def check(tree, rules):
    broken = 0
    for rule in rules:
        findings = list(rule(tree))
        for path, line, sentence in findings:
            print(f"{path}:{line}: {sentence}")
        if findings:
            broken += 1
            print(f"  broken: {rule.__doc__} ({len(findings)})")
    print(f"{len(rules) - broken} passed, {broken} failed")
    return broken == 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        import tidy_cases
        return tidy_cases.run(Tree, RULES)
    if sys.argv[1:]:
        print(__doc__.strip(), file=sys.stderr)
        return False
    return check(read_tree(ROOT), RULES)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
