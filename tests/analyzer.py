#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gcc's static analyzer over the rooms before store, with the commands of the build, unoptimised:
the optimiser takes away what the analyzer should see.

    tests/analyzer.py BUILD

Each file is one test; so is a file that is wrong, which the analyzer must find. The last line is
`N passed, N failed`.
"""
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile

ROOMS = ("base", "terms", "policy", "decide")
WRONG = """#include <stdlib.h>
void twice(void);
void twice(void) { char *p = malloc(9); free(p); free(p); }
"""
PLAIN = ["-O0", "-U_FORTIFY_SOURCE"]
JOBS = 2


def commands(build):
    """(source, command without what it would write) of every file of these rooms."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        for entry in json.load(f):
            source = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
            source = os.path.relpath(source)
            if not source.startswith(tuple(f"src/{room}/" for room in ROOMS)):
                continue
            words, kept = iter(shlex.split(entry["command"])), []
            for word in words:
                if word in ("-o", "-MQ", "-MF"):
                    next(words)
                elif word != "-MD":
                    kept.append(word)
            yield source, kept, entry["directory"]


def analyze(command, folder):
    return subprocess.run([*command, *PLAIN, "-fanalyzer", "-o", os.devnull], cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def finds_a_fault(command, source, folder):
    """Is a freed pointer that is freed again found by the same command?"""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as wrong:
        wrong.write(WRONG)
        wrong.flush()
        name = os.path.relpath(source, folder)
        done = analyze([wrong.name if word == name else word for word in command], folder)
    return done.returncode != 0 and "double-free" in done.stderr


def main():
    build = sys.argv[1]
    todo = list(commands(build))
    if not todo:
        print("FAILED: the build has no file of these rooms\n0 passed, 1 failed")
        return 1
    passed = failed = 0
    source, command, folder = todo[0]
    if finds_a_fault(command, source, folder):
        passed += 1
    else:
        failed += 1
        print("FAILED: the analyzer does not find what is wrong")
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for (source, _, _), done in zip(todo, pool.map(lambda one: analyze(*one[1:]), todo)):
            passed, failed = passed + (done.returncode == 0), failed + (done.returncode != 0)
            if done.returncode:
                print(f"FAILED {source}\n{done.stderr}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
