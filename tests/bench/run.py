#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints figures: ours, a reference measured in the same run on the same machine, and the ratio.

`./dev bench` builds and then calls this. Nothing here is a test: a figure that is missed is
printed, not failed. How each is measured stands in docs/benchmarks.md.
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tests/http'))
from server import Server  # noqa: E402 (the folder has to be named first)

PASSWORD = 'correct-horse-battery'
TOWN = ['--policy', 'zhengzhou-2019', '--units', '50', '--seed', '7']
YEAR = ['--policy', 'zhengzhou-2019', '--units', '100', '--seed', '1', '--days', '365']
MANY = 32


class Bench:
    def __init__(self, arguments, folder):
        self.binaries, self.folder = pathlib.Path(arguments.build), folder
        self.repeats, self.scale = arguments.repeats, arguments.scale
        self.recorded = str(self.binaries / 'tests/bench/yunjian-recorded')
        self.cluster, self.made = None, 0

    def run(self, command, env=None):
        done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True, env={**os.environ, **(env or {})})
        if done.returncode != 0:
            raise SystemExit(f'bench: {command[0]} {command[1]}: {done.stderr.strip()}')
        return done.stdout

    def fresh(self, name):
        """A path where nothing is yet."""
        self.made += 1
        return self.folder / f'{name}{self.made}'

    def database(self):
        """A fresh database that waits for the disk, unlike the tests' own."""
        if not self.cluster:
            self.cluster = tempfile.mkdtemp(prefix='pg-', dir=self.folder.parent)
            os.chmod(self.cluster, 0o755)
            self.run(['tools/pgtest', 'start', self.cluster, 'durable'])
        self.made += 1
        return self.run(['tools/pgtest', 'createdb', self.cluster, f'b{self.made}']).split()[-1]

    def close(self):
        if self.cluster:
            self.run(['tools/pgtest', 'stop', self.cluster])
            shutil.rmtree(self.cluster, ignore_errors=True)

    def timed(self, command, env=None):
        """What it printed; its seconds by the clock and of the processor."""
        begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        printed = self.run(command, env)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return printed, {'clock': time.monotonic() - begun,
                         'processor': after.ru_utime - before.ru_utime + after.ru_stime -
                         before.ru_stime}

    def product(self, words, trace=None, more=None):
        """Runs the product; what the recorder around it has seen, and what it printed."""
        report = self.fresh('report')
        env = {'YUNJIAN_REPORT': str(report), **(more or {})}
        if trace:
            env['YUNJIAN_TRACE'] = str(trace)
        printed, seconds = self.timed([self.recorded, *words], env)
        return {**json.loads(report.read_text()), **seconds}, printed

    def replay(self, trace, where, *more):
        replay = self.binaries / 'tests/bench/replay'
        return json.loads(self.run([replay, trace, where, *more]))


# ---- printing ------------------------------------------------------------------------------------


def pairs(name, unit, ours, reference, what):
    """Medians, and the median of the ratios pair by pair."""
    ratio = statistics.median(a / b for a, b in zip(ours, reference))
    spread = sorted(a / b for a, b in zip(ours, reference))
    print(f'{name:<34} {statistics.median(ours):>10,.0f} {statistics.median(reference):>10,.0f} '
          f'{ratio:>6.2f}  {unit}; {what}; ratios {spread[0]:.2f} to {spread[-1]:.2f}', flush=True)


def alone(name, unit, ours, what):
    print(f'{name:<34} {statistics.median(ours):>10,.0f} {"":>10} {"":>6}  {unit}; {what}',
          flush=True)


def last_line(command):
    with contextlib.suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.strip().split('\n')[-1]
    return 'not here'


def machine(folder):
    cpu = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    sqlite = last_line([sys.executable, '-c', 'import sqlite3; print(sqlite3.sqlite_version)'])
    servers = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin/postgres'))
    kind = last_line(['df', '--output=fstype', str(folder)])
    print(f'date       {time.strftime("%Y-%m-%d %H:%M", time.gmtime())} UTC\n'
          f'processor  {cpu.group(1) if cpu else platform.machine()}, '
          f'{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n'
          f'kernel     {platform.release()}; file system {kind}\n'
          f'engines    SQLite {sqlite}; '
          f'{last_line([servers[-1], "--version"]) if servers else "no PostgreSQL"}; '
          f'{last_line(["openssl", "version"]).split(" (")[0]}\n')
    print(f'{"figure":<34} {"ours":>10} {"reference":>10} {"ratio":>6}')


# ---- one command a commit ------------------------------------------------------------------------


def per_second(figures, clock='ns'):
    return figures['commands'] / figures[clock] * 1e9


def commit_on(bench, name, place):
    """place(): where a fresh database is, and the words that put it there."""
    town = [*TOWN, '--systems', str(int(200 * bench.scale)), '--days', '365']
    trace, ours, reference = bench.fresh('trace'), [], []

    def simulate(trace=None):
        _, words = place()
        return bench.product(['simulate', '--data', bench.fresh('data'), *words, *town], trace,
                             {'YUNJIAN_WAITS': '1'})[0]

    simulate(trace)
    for _ in range(bench.repeats):
        ours.append(simulate())
        reference.append(bench.replay(trace, place()[0]))
    what = f'{ours[0]["commands"]} commands, one a commit'
    pairs(name, 'commands/s', [per_second(f) for f in ours], [per_second(f) for f in reference],
          what)
    pairs(name + ', processor', 'commands/s of processor', [per_second(f, 'cpu_ns') for f in ours],
          [per_second(f, 'cpu_ns') for f in reference], what)
    trace.unlink()


def in_file(bench):
    def place():
        path = bench.fresh('reference.db')
        return path, []
    return place


def on_server(bench):
    def place():
        url = bench.database()
        return url, ['--db', url]
    return place


def commit(bench):
    commit_on(bench, 'commit, SQLite', in_file(bench))


def commit_pg(bench):
    commit_on(bench, 'commit, PostgreSQL', on_server(bench))


# ---- writers over HTTP ---------------------------------------------------------------------------


def log_in(server, login):
    """Its cookie and post."""
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=20)
    connection.request('POST', '/api/v1/session',
                       json.dumps({'login': login, 'password': PASSWORD}),
                       {'Content-Type': 'application/json'})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    assert answer.status == 201, body
    cookie = re.search(r'yunjian_session=(\w+)', answer.headers['Set-Cookie']).group(1)
    connection.close()
    return [cookie, str(body['post'])]


def found_willow(bench, database):
    """A small authority with one unit that applies and one person that answers."""
    server = Server(bench.recorded, bench.fresh('willow'), database)
    server.init('tests/packs/willow')
    for role in ('unit', 'authority'):
        server.run('user', 'add', '--data', str(server.folder), '--first', '--role', role,
                   '--login', role, '--name', role, '--password-stdin', text=PASSWORD + '\n')
    return server


@contextlib.contextmanager
def environment(values):
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def write_over_http(bench, connections, commands, database, trace=None):
    """What the writers, the server's metrics and the recorder say."""
    report = bench.fresh('report')
    values = {'YUNJIAN_REPORT': str(report)}
    if trace:
        values['YUNJIAN_TRACE'] = str(trace)
    with environment(values):
        server = found_willow(bench, database)
        server.start()
        who = log_in(server, 'unit') + log_in(server, 'authority')
        before = server.metrics()
        load = json.loads(bench.run([bench.binaries / 'tests/bench/writers', server.port,
                                     connections, commands, *who]))
        after = server.metrics()
        server.stop()
    grown = {name: after[f'yunjian_{name}_total'] - before[f'yunjian_{name}_total']
             for name in ('commands', 'commits', 'syncs', 'entries')}
    assert grown['commands'] == commands, grown
    shutil.rmtree(server.folder)
    return load, grown, json.loads(report.read_text())


def writers_on(bench, name, database, where):
    """database(): for the product, None is a file; where(): for the reference."""
    commands, few = int(6000 * bench.scale), int(1000 * bench.scale)
    trace, many, one, reference = bench.fresh('trace'), [], [], []
    _, recorded, _ = write_over_http(bench, MANY, commands, database(), trace)
    for _ in range(bench.repeats):
        many.append(write_over_http(bench, MANY, commands, database()))
        reference.append(bench.replay(trace, where()))
        one.append(write_over_http(bench, 1, few, database()))
    trace.unlink()
    speeds = [per_second(load) for load, _, _ in many]
    grouped = statistics.median(g['commands'] / g['commits'] for _, g, _ in many)
    p99 = statistics.median(load['p99_us'] for load, _, _ in many) / 1000
    pairs(f'{MANY} writers, {name}', 'commands/s', speeds, [per_second(f) for f in reference],
          f'{grouped:.1f} commands a commit (recorded '
          f'{recorded["commands"] / recorded["commits"]:.1f}), p99 {p99:.0f} ms')
    pairs(f'{MANY} writers to 1, {name}', 'commands/s', speeds,
          [per_second(load) for load, _, _ in one],
          f'1 writer p99 {statistics.median(load["p99_us"] for load, _, _ in one) / 1000:.1f} ms')
    alone(f'commands a sync, {name}', 'commands', [g['commands'] / g['syncs'] for _, g, _ in many],
          'as /metrics counts them')
    busy = statistics.median(r['ns'] / load['ns'] for load, _, r in many)
    alone(f'clerk busy, {name}', '%', [busy * 100], 'of the time, the rest waits for the door')


def writers(bench):
    writers_on(bench, 'SQLite', lambda: None, lambda: bench.fresh('reference.db'))


def writers_pg(bench):
    writers_on(bench, 'PostgreSQL', bench.database, bench.database)


# ---- the whole journal ---------------------------------------------------------------------------


def entries_of(printed):
    return int(re.search(r'(\d+) entries', printed).group(1))


def journal(bench):
    systems, folder = int(1000 * bench.scale), bench.fresh('data')
    figures, printed = bench.product(['simulate', '--data', folder, *YEAR, '--systems', systems])
    commands = int(re.search(r'(\d+) commands', printed).group(1))
    for clock in ('clock', 'processor'):
        alone(f'a year simulated, {clock}', 'commands/s', [commands / figures[clock]],
              f'{systems} systems, {commands} commands, {entries_of(printed)} entries in '
              f'{figures[clock]:.1f} s')
    alone('its peak memory', 'KiB', [figures['peak_kib']],
          f'{figures["peak_kib"] / max(figures["early_kib"], 1):.2f} of what it was on day 30')
    verify(bench, folder)
    rebuild(bench, folder, entries_of(printed))


def verify(bench, folder):
    log, whole, reference = [], [], []
    for _ in range(bench.repeats):
        figures, printed = bench.product(['verify', '--data', folder, '--log'])
        entries = entries_of(printed)
        log.append(figures)
        reference.append(bench.timed([bench.binaries / 'tests/bench/hashing',
                                      folder / 'yunjian.db'])[1])
        whole.append(bench.product(['verify', '--data', folder])[0])
    for clock in ('clock', 'processor'):
        pairs(f'verify --log, {clock}', 'entries/s', [entries / f[clock] for f in log],
              [entries / f[clock] for f in reference],
              f'{entries} entries; reference: SM3 of each, read in order')
        alone(f'verify, {clock}', 'entries/s', [entries / f[clock] for f in whole],
              'log, kept rows, and a rebuild beside')


def rebuild(bench, folder, entries):
    trace, ours, reference = bench.fresh('trace'), [], []
    bench.product(['rebuild', '--data', folder], trace)
    for _ in range(bench.repeats):
        copy = bench.fresh('copy.db')
        shutil.copy(folder / 'yunjian.db', copy)
        reference.append(bench.replay(trace, copy, 'filled'))
        copy.unlink()
        ours.append(bench.product(['rebuild', '--data', folder])[0])
    trace.unlink()
    for name, clock in (('clock', 'ns'), ('processor', 'cpu_ns')):
        pairs(f'rebuild, {name}', 'entries/s', [entries / f[clock] * 1e9 for f in ours],
              [entries / f[clock] * 1e9 for f in reference], 'reference: its statements')


FIGURES = {'commit': commit, 'commit-pg': commit_pg, 'writers': writers, 'writers-pg': writers_pg,
           'journal': journal}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--folder', default='build/bench', help='on the disk to be measured')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--scale', type=float, default=1, help='of the work, 0.1 for a quick look')
    parser.add_argument('names', nargs='*', metavar='NAME', help=' '.join(FIGURES))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in FIGURES]
    if unknown:
        parser.error(f'no figure "{unknown[0]}"; there are: {" ".join(FIGURES)}')
    os.chdir(ROOT)
    os.makedirs(arguments.folder, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix='run-', dir=arguments.folder)).resolve()
    bench = Bench(arguments, folder)
    try:
        machine(folder)
        for name in arguments.names or FIGURES:
            FIGURES[name](bench)
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
