#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults planted on purpose, to see that the tests find them.

    tests/crash/zoo.py [--logs DIR] [--db postgres://...] [--seed N] [all | NAME...]

zoo/NAME.patch says in its first line what is wrong, and in its second which test must catch it:

    unit NAME            build/tests/unit/unit-NAME
    play NAME            policies/*/scenarios/NAME.scn
    http WORD            tests/http/run.py, the tests whose name holds WORD
    crash GROUP [WORD]   tests/crash/run.py, the tests of the group whose name holds WORD

Each is applied in turn to a copy of the tree, which is built and given to its test; the test must
pass without the fault and fail with it. Without names two are drawn by the seed, that of the day
unless given. A patch that does not apply any more has failed. Ends with `N passed, N failed`.
"""
import argparse
import datetime
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ZOO = ROOT / 'tests' / 'crash' / 'zoo'
COPY = ROOT / 'build' / 'zoo'        # kept between runs, so that little is built anew
TREE = ('src', 'sql', 'tests', 'tools', 'policies', 'data', 'docs', 'web/dist', 'meson.build',
        'meson_options.txt')
BUILD_SECONDS, TEST_SECONDS = 900, 300


class Broken(Exception):
    pass


def run(command, seconds, log, **more):
    """The exit status; a command that does not end has failed like any other."""
    with open(log, 'a', encoding='utf-8') as out:
        out.write(f'\n$ {" ".join(map(str, command))}\n')
        out.flush()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   **more)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.terminate()      # so that it ends what it has started
            process.wait()
            return -1


def place(path, text):
    """Writes a file of the copy unless it is the same already: its time is what ninja goes by."""
    if not path.is_file() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return path


def copy_tree():
    """The copy becomes what the tree is; what is no longer there goes."""
    wanted = set()
    for name in TREE:
        top = ROOT / name
        for path in [top] if top.is_file() else sorted(top.rglob('*')):
            if path.is_file() and '__pycache__' not in path.parts and \
                    'node_modules' not in path.parts:
                target = place(COPY / path.relative_to(ROOT), path.read_bytes())
                shutil.copymode(path, target)
                wanted.add(target)
        for path in (COPY / name).rglob('*'):
            if path.is_file() and path not in wanted:
                path.unlink()


def build(log):
    if not (COPY / 'build' / 'build.ninja').is_file():
        if run(['meson', 'setup', 'build', '-Dtests=true'], BUILD_SECONDS, log, cwd=COPY,
               env={**os.environ, 'CC': 'gcc'}) != 0:
            raise Broken(f'the copy cannot be configured, see {log}')
    if run(['ninja', '-C', 'build'], BUILD_SECONDS, log, cwd=COPY) != 0:
        raise Broken(f'it does not build, see {log}')


def caught(test, database, log):
    """True when the named test fails."""
    kind, name, *match = test.split()
    environment = {**os.environ, 'YUNJIAN_SOURCE': str(COPY), 'PYTHONDONTWRITEBYTECODE': '1'}
    if kind == 'unit':
        command = [COPY / 'build' / 'tests' / 'unit' / f'unit-{name}']
    elif kind == 'play':
        found = sorted(COPY.glob(f'policies/*/scenarios/{name}.scn'))
        command = [COPY / 'build' / 'yunjian', 'play', *found]
    elif kind == 'http':
        command = [sys.executable, 'tests/http/run.py', '--binary', 'build/yunjian', name]
    elif kind == 'crash':
        command = [sys.executable, 'tests/crash/run.py', '--seed', '1', '--match', *(match or ['']),
                   name]
        if name == 'unknown':
            if not database:
                raise Broken('it needs PostgreSQL: give --db')
            command[2:2] = ['--db', database]
    else:
        raise Broken(f'no kind of test is called {kind}')
    return run(command, TEST_SECONDS, log, cwd=COPY, env=environment) != 0


def fault(patch, database, log, sound):
    text = patch.read_text(encoding='utf-8')
    found = re.match(r'.+\ncaught by: (\w+ \w+(?: \w+)?)\n', text)
    if not found:
        raise Broken('its second line is not `caught by: KIND NAME [WORD]`')
    test = found.group(1)
    copy_tree()
    if test not in sound:
        build(log)
        if caught(test, database, log):
            raise Broken(f'`{test}` fails without the fault, see {log}')
        sound.add(test)
    if run(['patch', '-p1', '--fuzz=0', '--no-backup-if-mismatch', '-i', patch], 60, log,
           cwd=COPY) != 0:
        raise Broken('the patch does not apply any more: make it anew')
    build(log)
    if not caught(test, database, log):
        raise Broken(f'`{test}` does not catch it, see {log}')
    return test


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--logs', default='build/logs')
    parser.add_argument('--db', help='a PostgreSQL database, which is emptied')
    parser.add_argument('--seed', type=int, default=datetime.date.today().toordinal())
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    patches = {patch.stem: patch for patch in sorted(ZOO.glob('*.patch'))}
    names = arguments.names
    if not names:
        names = random.Random(arguments.seed).sample(sorted(patches), 2)
        print(f'seed {arguments.seed} draws {" ".join(names)}')
    elif names == ['all']:
        names = sorted(patches)
    log = pathlib.Path(arguments.logs).resolve() / 'zoo.log'
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text('')
    passed, sound = 0, set()
    for name in names:
        try:
            if name not in patches:
                raise Broken(f'there is no {ZOO / name}.patch')
            print(f'{name}: caught by {fault(patches[name], arguments.db, log, sound)}', flush=True)
            passed += 1
        except Broken as error:
            print(f'FAILED {name}: {error}', flush=True)
    copy_tree()                      # no fault stays behind
    print(f'{passed} passed, {len(names) - passed} failed')
    sys.exit(0 if passed == len(names) and names else 1)


if __name__ == '__main__':
    main()
