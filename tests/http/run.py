#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP tests against the real binary on fresh data.

    tests/http/run.py --binary build/yunjian [--db postgres://...] [NAME...]

NAME: only tests whose name holds one of these words. Prints a line for each test that failed and
ends with `N passed, N failed`; exit status 1 when any failed or nothing could start.
"""
import argparse
import pathlib
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cases_authorisation  # noqa: E402
import cases_commands  # noqa: E402
import cases_isolation  # noqa: E402
import cases_load  # noqa: E402
import cases_regulations  # noqa: E402
import cases_sessions  # noqa: E402
import cases_strict  # noqa: E402
import cases_systems  # noqa: E402
import cases_uploads  # noqa: E402
from openapi import Contract  # noqa: E402
from server import Server  # noqa: E402
from world import World  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODULES = [cases_commands, cases_isolation, cases_uploads, cases_strict, cases_authorisation,
           cases_load, cases_sessions, cases_regulations, cases_systems]


def tests_of(world):
    """(name, function without arguments), rows of tables one by one."""
    for module in MODULES:
        group = module.__name__.removeprefix('cases_')
        for table in getattr(module, 'TABLES', []):
            yield from table(world)
        for case in module.CASES:
            yield f'{group}: {case.__name__}', lambda case=case: case(world)


def run_one(name, test, verbose):
    begun = time.monotonic()
    try:
        test()
    except Exception as error:       # any failure of a test is one failed test
        last = traceback.extract_tb(error.__traceback__)[-1]
        print(f'FAILED {name}\n    {type(error).__name__}: {error}\n    at {last.filename}:'
              f'{last.lineno}')
        return False
    if verbose:
        print(f'{time.monotonic() - begun:6.2f} s  {name}')
    return True


def run_all(arguments, folder):
    server = Server(str(pathlib.Path(arguments.binary).resolve()), pathlib.Path(folder) / 'data',
                    arguments.db)
    passed = failed = 0
    try:
        world = World(server, Contract(ROOT / 'docs' / 'api' / 'openapi.yaml'))
        for name, test in tests_of(world):
            if arguments.names and not any(word in name for word in arguments.names):
                continue
            if run_one(name, test, arguments.verbose):
                passed += 1
            else:
                failed += 1
        status = server.stop()
        clean = run_one('the server ends cleanly', lambda: check_end(server, status), False)
        passed, failed = passed + clean, failed + (not clean)
    except Exception as error:
        print(f'FAILED to start or go on: {type(error).__name__}: {error}')
        failed += 1
    finally:
        server.stop()
    return passed, failed


def check_end(server, status):
    assert status == 0, f'exit {status}: {server.log()[-3000:]}'
    errors = [line for line in server.log().splitlines() if '"level":"error"' in line]
    # Of what a test has done to the database, the server complains as it should.
    errors = [line for line in errors if 'somebody wrote into the database' not in line]
    assert 'Sanitizer' not in server.log() and not errors, server.log()[-3000:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--binary', required=True)
    parser.add_argument('--db', help='an empty PostgreSQL database; SQLite without it')
    parser.add_argument('--verbose', action='store_true', help='name the tests that passed too')
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='yunjian-http-') as folder:
        passed, failed = run_all(arguments, folder)
    print(f'{passed} passed, {failed} failed')
    sys.exit(1 if failed or not passed else 0)


if __name__ == '__main__':
    main()
