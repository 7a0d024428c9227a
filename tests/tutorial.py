#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial.md is worked through as a reader would: its files are written, its commands run in
an empty folder, and what they print is compared. The last line is `N passed, N failed`; exit status
1 on a failure. $YUNJIAN names the binary (build/yunjian without it).

    tests/tutorial.py            compares
    tests/tutorial.py --write    writes into the page what the commands print now

Blocks: ```yaml FILE, ```scn FILE and ```sh FILE are files, replaced as a whole when one of that
name comes again. In ```console a line `$ COMMAND` runs (a backslash at its end goes on), what
follows is what it prints, errors after the rest. `...` stands for any text of a line, and alone on
a line for any number of lines. A command that ends in ` &` goes on until `kill %1` or the end;
PORT of the page is whichever is free.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "tutorial.md")
PORT, SECONDS, LINES_SHOWN = "8080", 60, 12
FENCE = re.compile(r"```(\w*)(?: (\S+))?$")


def blocks(lines):
    """(language, file, first line, line behind the last) of every fenced block."""
    at = 0
    while at < len(lines):
        match = FENCE.match(lines[at])
        at += 1
        if match:
            end = lines.index("```", at)
            yield match.group(1), match.group(2), at, end
            at = end + 1


def commands(lines, first, end):
    """(command, first line of what it prints, line behind the last) of a console block."""
    at = first
    while at < end:
        command = lines[at].removeprefix("$ ")
        while command.endswith("\\") and at + 1 < end:
            at += 1
            command = command[:-1] + lines[at].strip()
        begin = at = at + 1
        while at < end and not lines[at].startswith("$ "):
            at += 1
        yield command, begin, at


def fits(expected, found):
    """Do these lines stand for those?"""
    if not expected:
        return not found
    if expected[0] == "...":
        return any(fits(expected[1:], found[n:]) for n in range(len(found) + 1))
    pattern = ".*".join(re.escape(part) for part in expected[0].split("..."))
    return bool(found) and re.fullmatch(pattern, found[0]) is not None \
        and fits(expected[1:], found[1:])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Reader:
    """Who works through the page, in a folder of their own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="yunjian-tutorial-")
        self.home = os.path.join(self.folder, "home")
        self.port, self.servers = free_port(), []
        os.makedirs(os.path.join(self.folder, "bin"))
        os.makedirs(self.home)
        binary = os.environ.get("YUNJIAN", os.path.join(ROOT, "build", "yunjian"))
        os.symlink(os.path.abspath(binary), os.path.join(self.folder, "bin", "yunjian"))
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": os.path.join(
            self.folder, "bin") + os.pathsep + os.environ["PATH"]}

    def write(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(f":{PORT}", f":{self.port}"))

    def run(self, command):
        """The lines that it prints."""
        command = command.replace(f":{PORT}", f":{self.port}")
        if command.endswith(" &"):
            return self.serve(command[:-2])
        if command == "kill %1":
            return self.stop()
        try:
            done = subprocess.run(["bash", "-c", command], cwd=self.home, env=self.environment,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return [f"no end after {SECONDS} s"]
        text = done.stdout + ("" if done.stdout.endswith("\n") or not done.stdout else "\n")
        return (text + done.stderr).replace(f":{self.port}", f":{PORT}").splitlines()

    def serve(self, command):
        """Its first line; it goes on behind."""
        log = os.path.join(self.folder, f"server-{len(self.servers)}")
        with open(log, "wb") as out:
            self.servers.append(subprocess.Popen(
                ["bash", "-c", "exec " + command], cwd=self.home, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        for _ in range(SECONDS * 10):
            with open(log, encoding="utf-8") as text:
                lines = text.read().replace(f":{self.port}", f":{PORT}").splitlines()
            if lines or self.servers[-1].poll() is not None:
                return lines[:1]
            time.sleep(0.1)
        return []

    def stop(self):
        for server in self.servers:
            with contextlib.suppress(ProcessLookupError):
                server.send_signal(signal.SIGTERM)
            server.wait()
        return []

    def leave(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def differ(number, command, expected, found):
    print(f"docs/tutorial.md:{number}: $ {command}")
    for mark, lines in (("expected", expected), ("found", found)):
        print(f"  {mark}:")
        for line in lines[:LINES_SHOWN]:
            print(f"    {line}")


def work_through(reader, lines):
    """(passed, failed, the page as it is now)."""
    passed, failed, page, copied = 0, 0, [], 0
    for language, name, first, end in blocks(lines):
        if name:
            reader.write(name, "\n".join(lines[first:end]) + "\n")
        elif language == "console":
            for command, begin, behind in commands(lines, first, end):
                found = reader.run(command)
                page += lines[copied:begin]
                copied = behind
                if fits(lines[begin:behind], found):
                    passed += 1
                    page += lines[begin:behind]
                else:
                    failed += 1
                    page += found
                    differ(begin, command, lines[begin:behind], found)
    return passed, failed, page + lines[copied:]


def main():
    with open(PAGE, encoding="utf-8") as file:
        lines = file.read().split("\n")
    reader = Reader()
    try:
        passed, failed, page = work_through(reader, lines)
    finally:
        reader.leave()
    if sys.argv[1:] == ["--write"]:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write("\n".join(page))
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
