#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must hold when the process is killed, system calls fail and the disk is full.

    tests/crash/run.py --build build [--db postgres://...] [--all] [--seed N] [--match WORD]
                       [--jobs N] [--verbose] [GROUP...]

GROUP: kill, calls, full, lock, unknown; all that fit the database without one. --all: every
point and every system call, many times. The seed is printed; the same one makes the same choices.
Ends with `N passed, N failed`; exit status 1 when any failed or nothing could start.
"""
import argparse
import concurrent.futures
import itertools
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from service import Service  # noqa: E402 (it finds the modules of tests/http)
import cases_calls  # noqa: E402
import cases_full  # noqa: E402
import cases_kill  # noqa: E402
import cases_lock  # noqa: E402
import cases_unknown  # noqa: E402

GROUPS = {'kill': cases_kill, 'calls': cases_calls, 'full': cases_full, 'lock': cases_lock,
          'unknown': cases_unknown}
APART = ('calls',)
ON_POSTGRESQL = ('kill', 'lock', 'unknown')
ON_SQLITE = ('kill', 'calls', 'full', 'lock')


class Place:
    """Where the tests run: the binaries, a folder, the choices."""

    def __init__(self, arguments, folder):
        build = pathlib.Path(arguments.build).resolve()
        self.binary = str(build / 'yunjian')
        self.killable = str(build / 'tests' / 'crash' / 'yunjian-kill')
        self.folder, self.database = pathlib.Path(folder), arguments.db
        self.all, self.seed, self.made = arguments.all, arguments.seed, itertools.count(1)
        self.services = []

    def service(self, folder=None):
        """A server that has not been started, on a folder that is not there yet. On PostgreSQL
        there is one database, which it takes over empty."""
        if self.database:
            self.end()
            subprocess.run(['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-c',
                            'SET client_min_messages = warning; DROP SCHEMA public CASCADE; '
                            'CREATE SCHEMA public', self.database],
                           check=True, capture_output=True, timeout=60)
        service = Service(self.binary, self.killable,
                          folder or self.folder / f'data{next(self.made)}', self.database)
        self.services.append(service)
        return service

    def end(self):
        for service in self.services:
            service.kill()


def run_one(name, test, verbose):
    begun = time.monotonic()
    try:
        test()
    except Exception as error:       # any failure of a test is one failed test
        last = traceback.extract_tb(error.__traceback__)[-1]
        print(f'FAILED {name}\n    {type(error).__name__}: {error}\n    at {last.filename}:'
              f'{last.lineno}', flush=True)
        return False
    if verbose:
        print(f'{time.monotonic() - begun:6.2f} s  {name}', flush=True)
    return True


def run_group(place, group, arguments):
    """How the tests came out, one after another or `jobs` at once where they share nothing: the
    group says None where all before must be over."""
    running, came = [], []
    jobs = arguments.jobs if group in APART else 1
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for one in GROUPS[group].tests(place):
            if one is None:
                came += [future.result() for future in running]
                running = []
            elif arguments.match in one[0]:
                name = f'{group}: {one[0]}'
                running.append(pool.submit(run_one, name, one[1], arguments.verbose))
                if jobs == 1:
                    running[-1].result()
        return came + [future.result() for future in running]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--db', help='a PostgreSQL database, which is emptied; SQLite without it')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--seed', type=int, default=random.randrange(1000000))
    parser.add_argument('--match', default='', metavar='WORD',
                        help='only tests whose name holds it')
    parser.add_argument('--jobs', type=int, default=4, help='tests at once that share nothing')
    parser.add_argument('--verbose', action='store_true', help='name the tests that passed too')
    parser.add_argument('groups', nargs='*', choices=[[], *GROUPS])
    arguments = parser.parse_args()
    fitting = [g for g in GROUPS if g in (ON_POSTGRESQL if arguments.db else ON_SQLITE)]
    print(f'seed {arguments.seed}', flush=True)
    passed = failed = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix='yunjian-crash-')
    place = Place(arguments, folder)
    try:
        for group in arguments.groups or fitting:
            came = run_group(place, group, arguments)
            passed += sum(came)
            failed += len(came) - sum(came)
    finally:
        place.end()
        shutil.rmtree(folder, ignore_errors=True)
    print(f'{passed} passed, {failed} failed')
    sys.exit(1 if failed or not passed else 0)


if __name__ == '__main__':
    main()
