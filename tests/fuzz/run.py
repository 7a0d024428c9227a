#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the corpus of every fuzz target as ordinary tests, or fuzzes.

    tests/fuzz/run.py --replay BUILD                    every file through build BUILD's programs
    tests/fuzz/run.py --fuzz BUILD [--seconds N] [--keep] [TARGET...]

A corpus is tests/fuzz/corpus/TARGET and the files of the tree that the target's parser is made for.
--keep merges what new inputs reached into the corpus. What ends a target is minimised into
BUILD/found: give it a telling name in the corpus, then mend the parser. The last line is
`N passed, N failed`.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.path.join("tests", "fuzz", "corpus")
# Real files that are no copies in the corpus.
REAL = {"policy": "policies/*/*.yaml", "policy_head": "policies/*/pack.yaml",
        "scenario": "policies/*/scenarios/*.scn", "calendar": "data/china-holidays.tsv"}
JOBS = 2                        # targets at once
INPUT_SECONDS = 60              # one input may take, in a sanitizer's build on a busy machine
MEMORY_MB = 2048
REPLAY_SECONDS = 300
SAN = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1",
       "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}


def targets():
    return sorted(os.path.basename(path) for path in glob.glob(os.path.join(CORPUS, "*")))


def inputs(target):
    found = glob.glob(os.path.join(CORPUS, target, "*")) + glob.glob(REAL.get(target, ""))
    return sorted(found)


def program(build, kind, target):
    path = os.path.join(build, "tests", "fuzz", f"{kind}-{target}")
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}: it is not built")
    return path


# ---- replaying -----------------------------------------------------------------------------------


def replay(build):
    """Every program of the build has a corpus, and every corpus a program."""
    passed = failed = 0
    built = {os.path.basename(path)[len("replay-"):]
             for path in glob.glob(os.path.join(build, "tests", "fuzz", "replay-*"))
             if not path.endswith(".p")}
    for target in sorted(built ^ set(targets())):
        print(f"FAILED {target}: a target and its corpus belong together")
        failed += 1
    for target in sorted(built & set(targets())):
        done = subprocess.run([program(build, "replay", target), *inputs(target)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=REPLAY_SECONDS, check=False,
                              env={**os.environ, **SAN})
        last = re.fullmatch(r"(\d+) passed, (\d+) failed",
                            done.stdout.rstrip().split("\n")[-1])
        good = last and done.returncode == 0 and int(last.group(1)) == len(inputs(target))
        if good:
            passed += int(last.group(1))
            continue
        failed += 1
        at = done.stdout.rstrip().split("\n")[-1]
        print(f"FAILED {target}: it ended with {done.returncode} at {at}\n{done.stderr[-3000:]}")
    return passed, failed


# ---- fuzzing -------------------------------------------------------------------------------------


def dictionary(target):
    path = os.path.join("tests", "fuzz", "words", target)
    return [f"-dict={path}"] if os.path.exists(path) else []


def fuzz_one(build, target, seconds):
    """(target, executions, path of what ended it or None, the end of what was said)."""
    work, found = os.path.join(build, "corpus", target), os.path.join(build, "found", target)
    os.makedirs(work, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    seeds = os.path.join(build, "seeds", target)
    shutil.rmtree(seeds, ignore_errors=True)
    os.makedirs(seeds)
    for path in inputs(target):
        shutil.copy(path, os.path.join(seeds, path.replace("/", "-")))
    binary = program(build, "fuzz", target)
    done = subprocess.run(
        [binary, f"-max_total_time={seconds}", f"-timeout={INPUT_SECONDS}",
         f"-rss_limit_mb={MEMORY_MB}", "-print_final_stats=1", f"-artifact_prefix={found}/",
         *dictionary(target), work, seeds],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    what = re.search(r"Test unit written to (\S+)", done.stderr)
    bad = what.group(1) if what else None
    if bad and "/crash-" in bad:
        small = os.path.join(found, "small-" + os.path.basename(bad))
        subprocess.run([binary, "-minimize_crash=1", "-max_total_time=20",
                        f"-exact_artifact_path={small}", bad], stdin=subprocess.DEVNULL,
                       capture_output=True, check=False)
        bad = small if os.path.exists(small) else bad
    elif done.returncode != 0 and not bad:
        bad = "(no input)"
    return target, int(runs.group(1)) if runs else 0, bad, done.stderr[-4000:]


def keep(build, target):
    """Adds to the corpus what reaches code that the corpus does not; how often does not count."""
    subprocess.run([program(build, "fuzz", target), "-merge=1", "-use_counters=0",
                    os.path.join(CORPUS, target), os.path.join(build, "corpus", target)],
                   stdin=subprocess.DEVNULL, capture_output=True, check=False)


def fuzz(build, names, seconds, keeps):
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        waiting = [pool.submit(fuzz_one, build, name, seconds) for name in names]
        for future in concurrent.futures.as_completed(waiting):
            target, runs, bad, said = future.result()
            print(f"{target:12} {runs:10} executions in {seconds} s"
                  f"{', ended by ' + bad if bad else ''}", flush=True)
            if bad:
                failed += 1
                print("    " + said.rstrip().replace("\n", "\n    "))
            else:
                passed += 1
            if keeps and not bad:
                keep(build, target)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--replay", metavar="BUILD")
    parser.add_argument("--fuzz", metavar="BUILD")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("names", nargs="*", metavar="TARGET")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    unknown = sorted(set(arguments.names) - set(targets()))
    if unknown:
        parser.error(f"no target {unknown[0]}; there are: {' '.join(targets())}")
    if arguments.replay:
        passed, failed = replay(arguments.replay)
    elif arguments.fuzz and arguments.seconds > 0:
        passed, failed = fuzz(arguments.fuzz, arguments.names or targets(), arguments.seconds,
                              arguments.keep)
    else:
        parser.error("--replay BUILD, or --fuzz BUILD with --seconds above 0, is needed")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
