#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs test suites one after the other, counts honestly, and leaves no process behind.

`./dev test` builds and then calls this. A suite is a function below that starts commands and
counts what they say; one that cannot start, crashes, says nothing or counts zero has failed. The
last line is `N passed, N failed`; the exit status is 1 when anything failed.
"""
import argparse
import concurrent.futures
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = "build/yunjian"
BINARY_SAN = "build-san/yunjian"
COMMAND_SECONDS = 900
ASKED_SECONDS = 12 * 3600            # for what a person asks for by a variable and waits for
FIRST_LINES = 6
SHOWN_LINES = 30
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1",
              "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
TAP = {"CMOCKA_MESSAGE_OUTPUT": "TAP"}
# Nothing is left out: ignore_noninstrumented_modules would blind the threads of libmicrohttpd, in
# which the door runs.
THREADS = {"TSAN_OPTIONS": "halt_on_error=1:exitcode=66"}


class CannotStart(Exception):
    pass


class Cluster:
    """The one throw-away PostgreSQL cluster of the run, started when first asked for."""

    def __init__(self, log):
        self.log, self.folder, self.made = log, None, 0

    def call(self, *arguments):
        with open(self.log, "a", encoding="utf-8") as log:
            done = subprocess.run(["tools/pgtest", *arguments], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=log, text=True, check=False)
        if done.returncode != 0:
            raise CannotStart(f"PostgreSQL: tools/pgtest {arguments[0]} failed, see {self.log}")
        return done.stdout.strip().split("\n")[-1]

    def database(self, name):
        """The URL of a fresh database."""
        if not self.folder:
            self.folder = tempfile.mkdtemp(prefix="yunjian-pg-")
            self.call("start", self.folder)
        self.made += 1
        words = re.sub(r"[^a-z0-9]+", "_", name.lower())
        return self.call("createdb", self.folder, f"t{self.made}_{words}"[:60])

    def stop(self):
        if self.folder:
            with contextlib.suppress(CannotStart):
                self.call("stop", self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


class Run:
    """Commands of one suite and their counts. Output goes to the suite's log."""

    def __init__(self, name, logs, cluster, broken):
        self.name, self.logs, self.cluster, self.broken = name, logs, cluster, broken
        self.log = os.path.join(logs, f"test-{name}.log")
        self.passed = self.failed = 0
        self.seconds = COMMAND_SECONDS
        open(self.log, "w", encoding="utf-8").close()

    def database(self, name):
        return self.cluster.database(f"{self.name}_{name}")

    def require(self, *builds):
        """Raises when the caller said that one of these builds is broken."""
        for build, reason in self.broken:
            if build in builds:
                raise CannotStart(reason)

    def count(self, passed, failed):
        self.passed += passed
        self.failed += failed

    def execute(self, command, env=None, cwd=ROOT, path=None):
        """(exit status, output). Whatever the command leaves running is killed."""
        path = path or self.log
        with open(path, "a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(command)}\n")
        begin = os.path.getsize(path)
        try:
            with open(path, "ab") as log:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, cwd=cwd, start_new_session=True,
                                           env={**os.environ, **(env or {})})
        except OSError as error:
            raise CannotStart(f"{command[0]}: {error.strerror}") from error
        try:
            status = process.wait(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            status = "no end after %d s" % self.seconds
        finally:
            end_group(process)
        with open(path, "rb") as log:
            log.seek(begin)
            return status, log.read().decode("utf-8", errors="replace")

    def side_by_side(self, commands):
        """execute() of each (command, env), as many at once as there are processors; what they said
        stands in the log one after the other."""
        def one(numbered):
            at, (command, env) = numbered
            path = f"{self.log}.{at}"
            status, output = self.execute(command, env, path=path)
            return path, status, output

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, status, output in pool.map(one, enumerate(commands)):
                with open(self.log, "ab") as log, open(path, "rb") as part:
                    shutil.copyfileobj(part, log)
                os.remove(path)
                yield status, output

    def judge(self, command, status, output, passed, failed):
        """Adds the counts; a bad status without a failed test is one failure more."""
        if (status != 0 or passed + failed == 0) and failed == 0:
            failed = 1
        self.count(passed, failed)
        if failed:
            show(f"{self.name}: {' '.join(command[:6])} ({describe(status)}), from {self.log}",
                 output)

    def counted(self, command, env=None, cwd=ROOT):
        """A command whose last line is `N passed, N failed`."""
        self.judge_counted(command, *self.execute(command, env, cwd))

    def judge_counted(self, command, status, output):
        last = output.rstrip().split("\n")[-1]
        match = re.fullmatch(r"(\d+) passed, (\d+) failed", last.strip())
        passed, failed = (int(match.group(1)), int(match.group(2))) if match else (0, 0)
        self.judge(command, status, output, passed, failed)

    def cmocka(self, command, env):
        """A cmocka program. A test that was announced and did not report has failed, so has one
        that was skipped: nothing is missing here that would be a reason. Another kind of test
        program announces nothing and is one check."""
        self.judge_cmocka(command, *self.execute(command, {**env, **TAP}))

    def judge_cmocka(self, command, status, output):
        plans = re.findall(r"^1\.\.(\d+)$", output, re.M)
        planned = sum(int(n) for n in plans) if plans else 1
        passed = len(re.findall(r"^ok \d+ ", output, re.M)) if plans else int(status == 0)
        bad = "\n".join(line for line in output.split("\n") if not re.match(r"(# )?ok ", line))
        self.judge(command, status, bad, passed, planned - passed)

    def checked(self, command, env=None, cwd=ROOT):
        """A command whose exit status is its one check."""
        status, output = self.execute(command, env, cwd)
        self.judge(command, status, output, int(status == 0), int(status != 0))


def end_group(process):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def describe(status):
    if isinstance(status, int) and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return status if isinstance(status, str) else f"exit status {status}"


FIRST = []                           # what failed first in each command, repeated at the end


def show(title, output):
    """The end of what a failed command said; where it began to fail is what tells why, and is kept
    for the end of the run."""
    lines = output.rstrip().split("\n")
    print(f"  {title}")
    for line in lines[-SHOWN_LINES:]:
        print(f"    {line}")
    begin = next((i for i, line in enumerate(lines)
                  if re.match(r"\s*(FAILED|not ok|\[  FAILED|.*: error:)", line)), None)
    if begin is not None:
        FIRST.append("\n".join([title, *lines[begin:begin + FIRST_LINES]]))


def files(pattern):
    return sorted(glob.glob(pattern, root_dir=ROOT))


# ---- the suites, quick ones first ----------------------------------------------------------------


def tidy(run):
    run.counted([sys.executable, "tools/tidy.py", "--self-test"])
    run.counted([sys.executable, "tools/tidy.py"])


LONG = ["unit-memory", "unit-flips", "unit-clerk", "unit-tamper", "unit-policy_bytes"]


def unit_in(run, build, env):
    """Every test program that Meson knows; those that use the store find both engines."""
    listed = subprocess.run(["meson", "introspect", "--tests", build], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise CannotStart(f"meson introspect {build}: {listed.stderr.strip()}")
    tests = json.loads(listed.stdout)
    # The longest first, so that none of them is alone at the end.
    tests.sort(key=lambda test: LONG.index(test["name"]) if test["name"] in LONG else len(LONG))
    commands = [(test["cmd"], {**test["env"], **env, **TAP,
                               "YUNJIAN_TEST_PG": run.database(test["name"])}) for test in tests]
    for (command, _), done in zip(commands, run.side_by_side(commands)):
        run.judge_cmocka(command, *done)


def unit(run):
    unit_in(run, "build", {})


def unit_san(run):
    run.require("san")
    unit_in(run, "build-san", SANITIZERS)


def fuzz_corpus(run):
    """What the fuzzers met, without a fuzzing engine."""
    run.counted([sys.executable, "tests/fuzz/run.py", "--replay", "build"])
    run.require("san")
    run.counted([sys.executable, "tests/fuzz/run.py", "--replay", "build-san"])


def web(run):
    report = os.path.abspath(os.path.join(run.logs, "vitest.json"))
    with contextlib.suppress(FileNotFoundError):
        os.remove(report)
    command = ["npm", "test", "--silent", "--", "--reporter=default", "--reporter=json",
               f"--outputFile.json={report}"]
    status, output = run.execute(command, cwd=os.path.join(ROOT, "web"))
    passed = failed = 0
    if os.path.exists(report):
        with open(report, encoding="utf-8") as f:
            found = json.load(f)
        passed = found["numPassedTests"]
        failed = found["numTotalTests"] - passed
    run.judge(command, status, output, passed, failed)
    run.checked(["npm", "run", "--silent", "size"], cwd=os.path.join(ROOT, "web"))


def scenarios(run):
    found = files("policies/*/scenarios/*.scn") + files("tests/packs/*/scenarios/*.scn")
    if not found:
        raise CannotStart("there is no policies/*/scenarios/*.scn")
    run.require("san")
    commands = [([BINARY_SAN, "play", *found], SANITIZERS),
                ([BINARY, "play", "--db", run.database("play"), *found], None),
                ([BINARY, "play", *found], None)]
    for (command, _), done in zip(commands, run.side_by_side(commands)):
        run.judge_counted(command, *done)
    # What invented people do beyond the stories, and what is told of them.
    run.checked([BINARY_SAN, "simulate", "--policy", "tests/packs/heron,tests/packs/rowan",
                 "--units", "5", "--systems", "10", "--days", "120", "--seed", "3",
                 "--from", "2026-01-05"], SANITIZERS)


def analyzer(run):
    run.counted([sys.executable, "tests/analyzer.py", "build"])


def scripts(run, pattern):
    for script in files(pattern):
        run.counted(["bash", script], {"YUNJIAN": os.path.join(ROOT, BINARY),
                                       "YUNJIAN_TEST_PG": run.database(os.path.basename(script))})


def reporting(run, script):
    """A script that leaves its reports (coverage-NAME.tsv, mutants-NAME.tsv) beside the logs."""
    run.counted(["bash", script], {"YUNJIAN": os.path.join(ROOT, BINARY),
                                   "YUNJIAN_REPORTS": os.path.abspath(run.logs)})


def coverage(run):
    reporting(run, "tests/coverage.sh")


def mutate(run):
    reporting(run, "tests/mutate.sh")


def tutorial(run):
    run.counted([sys.executable, "tests/tutorial.py"], {"YUNJIAN": os.path.join(ROOT, BINARY)})


def cli(run):
    scripts(run, "tests/cli/*.sh")


def engines(run):
    scripts(run, "tests/engines.sh")


def http_with(run, binary, env):
    command = [sys.executable, "tests/http/run.py", "--binary", binary]
    run.counted(command, env)
    run.counted([*command, "--db", run.database("http")], env)


def http(run):
    http_with(run, BINARY, {})


def http_san(run):
    run.require("san")
    http_with(run, BINARY_SAN, SANITIZERS)


def tsan(run):
    """The clerk's thread, whose engine does not matter, and many requests at once on both."""
    run.require("tsan")
    run.cmocka(["build-tsan/tests/unit/unit-clerk"], {**THREADS, "YUNJIAN_SOURCE": ROOT})
    load = [sys.executable, "tests/http/run.py", "--binary", "build-tsan/yunjian"]
    run.counted([*load, "load: "], THREADS)
    run.counted([*load, "--db", run.database("load"), "load: "], THREADS)


def asked_for(run, variable):
    """More words for the suite's command, and then more time."""
    words = os.environ.get(variable, "").split()
    run.seconds = ASKED_SECONDS if words else COMMAND_SECONDS
    return words


def crash(run):
    command = [sys.executable, "tests/crash/run.py", *asked_for(run, "YUNJIAN_CRASH")]
    run.counted(command)
    run.counted([*command, "--db", run.database("crash")])


def zoo(run):
    run.counted([sys.executable, "tests/crash/zoo.py", "--logs", run.logs, "--db",
                 run.database("zoo"), *asked_for(run, "YUNJIAN_ZOO")])


def browser(run):
    run.require("web")
    run.counted(["node", "tests/browser/run.mjs", "--binary", BINARY])


# name, function, what it needs to be there (None: it belongs to every tree)
SUITES = [("tidy", tidy, None), ("unit", unit, None), ("unit-san", unit_san, None),
          ("fuzz-corpus", fuzz_corpus, "tests/fuzz/corpus/*/*"),
          ("analyzer", analyzer, None), ("web", web, None), ("scenarios", scenarios, None),
          ("coverage", coverage, None), ("mutate", mutate, None), ("tutorial", tutorial, None),
          ("cli", cli, "tests/cli/*.sh"), ("engines", engines, "tests/engines.sh"),
          ("http", http, None), ("http-san", http_san, None), ("tsan", tsan, None),
          ("crash", crash, None), ("zoo", zoo, None),
          ("browser", browser, None)]


# --------------------------------------------------------------------------------------------------


def run_suite(name, function, arguments, cluster):
    run, begin = Run(name, arguments.logs, cluster, arguments.broken), time.monotonic()
    try:
        if name != "tidy":
            run.require("all", name, *(["native"] if name != "web" else []))
        function(run)
        if run.passed + run.failed == 0:
            raise CannotStart("it counted no test at all")
    except CannotStart as error:
        run.count(0, 1)
        print(f"  {name}: {error}")
    print(f"{name}: {run.passed} passed, {run.failed} failed "
          f"({time.monotonic() - begin:.0f} s)", flush=True)
    return run.passed, run.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--logs", default="build/logs")
    parser.add_argument("--broken", action="append", default=[], metavar="BUILD:REASON",
                        type=lambda text: text.split(":", 1))
    parser.add_argument("suites", nargs="*", choices=[[], *(name for name, _, _ in SUITES)])
    arguments = parser.parse_args()
    os.chdir(ROOT)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.makedirs(arguments.logs, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cluster = Cluster(os.path.join(arguments.logs, "test-postgresql.log"))
    open(cluster.log, "w", encoding="utf-8").close()
    passed = failed = 0
    try:
        for name, function, pattern in SUITES:
            asked = name in arguments.suites
            if asked or (not arguments.suites and (pattern is None or files(pattern))):
                more_passed, more_failed = run_suite(name, function, arguments, cluster)
                passed, failed = passed + more_passed, failed + more_failed
    except KeyboardInterrupt:
        print("stopped")
        return 130
    finally:
        cluster.stop()
    for text in FIRST:
        print("first failure of " + text.replace("\n", "\n    "))
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
