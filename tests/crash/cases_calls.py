# SPDX-License-Identifier: Apache-2.0
"""System calls on the data folder that fail, or at which the process is killed. strace does it: the
K-th call of a kind on one of the folder's files answers EIO or ENOSPC, or SIGKILL comes with it.
What is acknowledged must hold, and the folder be sound, whatever happens."""
import collections
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

from crowd import LOST, Crowd

KINDS = ('openat', 'read', 'pread64', 'write', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate',
         'rename', 'unlink', 'mkdir', 'flock', 'fcntl', 'lseek', 'fchmod')
SYNCS = ('fsync', 'fdatasync')
FAULTS = ('error=EIO', 'error=ENOSPC', 'signal=SIGKILL')
FILES = ('yunjian.db', 'yunjian.db-wal', 'yunjian.db-shm', 'yunjian.db.lock', 'lock',
         'checkpoints.log', 'yunjian.conf', 'journal.key', 'session.key', 'journal.pub')
SAMPLE = {'serve': 40, 'commands': 36}
CRASHES = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE)
SECONDS = 60
REQUESTS = 50
FEW = 60
REACHED = 0.9                        # of the faults; no two runs make the same calls,
REACHED_OF_ALL = 0.8                 # and the last of all calls many do not make


def strace(output, folder, *more):
    paths = [word for name in FILES for word in ('-P', str(folder / name))]
    return ['strace', '-f', '-qq', '-o', str(output), *paths, *more]


def counted(output):
    text = pathlib.Path(output).read_text(encoding='utf-8', errors='replace')
    names = re.findall(r'^\d+ +(\w+)\(', text, re.M)
    return collections.Counter(name for name in names if name in KINDS)


def reached(output):
    text = pathlib.Path(output).read_text(encoding='utf-8', errors='replace')
    return 'INJECTED' in text or 'killed by SIGKILL' in text


def plan(counts, dice, place, what):
    """(kind, K, fault): the first and the last of each kind and one between. Two runs do not make
    the same number of calls, so the last is one that the other makes too. For --all every call:
    with each fault where there are few of a kind, else with one, in turn."""
    chosen = []
    for kind, n in sorted(counts.items()):
        last = max(1, n * 3 // 4)
        some = range(1, n + 1) if place.all else sorted({1, last, dice.randint(1, last)})
        if place.all and n > FEW:
            chosen += [(kind, k, FAULTS[(k + place.seed) % len(FAULTS)]) for k in some]
        else:
            chosen += [(kind, k, fault) for k in some for fault in FAULTS]
    if place.all or len(chosen) <= SAMPLE[what]:
        return chosen
    # Those that every run should see: the syncs that fail.
    always = [one for one in chosen if one[0] in SYNCS and one[2] == 'error=EIO']
    rest = [one for one in chosen if one not in always]
    return always + dice.sample(rest, max(0, SAMPLE[what] - len(always)))


# ---- a server ------------------------------------------------------------------------------------


def step(crowd, function):
    """A step of the session. False: the server is gone."""
    try:
        function()
    except LOST:
        return False
    except AssertionError as error:  # it may fail, but in words
        assert re.match(r"(50[037]|404|409|422|429) \{", str(error)), error
    return True


def open_and_decide(crowd, big):
    """An application with its files, then its return, each noted before it is asked for."""
    client = crowd.client('unit')
    command = crowd.opening(client, 'unit', big)
    crowd.new.append(command)
    crowd.note(command, command.ask(client))
    decision = crowd.decision()
    crowd.new.append(decision)
    crowd.note(decision, decision.ask(crowd.client('authority')))


def checkpoint(crowd):
    """Waits until the clerk has signed, at most two of its seconds."""
    client, until = crowd.client('unit'), time.monotonic() + 2.5
    before = client.call('GET', '/api/v1/journal/checkpoint', contract=False).body
    while time.monotonic() < until:
        if client.call('GET', '/api/v1/journal/checkpoint', contract=False).body != before:
            return
        time.sleep(0.05)


def look(crowd, *paths):
    """Reads, and what is not there yet is not there."""
    for path in paths:
        crowd.must(crowd.client('unit').call('GET', '/api/v1' + path, contract=False), 200)


def session(crowd):
    """What the server is asked while its calls fail: a morning of a unit and its authority, of
    fifty requests and more. The server ticks when it starts."""
    steps = [lambda: crowd.log_in('unit'), lambda: open_and_decide(crowd, 300000),
             lambda: look(crowd, '/worklist', '/session'), lambda: checkpoint(crowd),
             lambda: open_and_decide(crowd, 30), lambda: look(crowd, '/procedures', '/systems'),
             lambda: open_and_decide(crowd, 30), lambda: open_and_decide(crowd, 30),
             lambda: look(crowd, '/worklist', '/colleagues'), lambda: open_and_decide(crowd, 30),
             lambda: open_and_decide(crowd, 30), lambda: look(crowd, '/journal/checkpoint'),
             lambda: open_and_decide(crowd, 30), lambda: checkpoint(crowd)]
    return all(step(crowd, one) for one in steps)


class Ground:
    """A folder with people, copied for every fault."""

    def __init__(self, place):
        self.place = place
        crowd = Crowd(place.service())
        assert crowd.service.stop() == 0
        self.sessions, self.folder = crowd.sessions, crowd.service.folder
        self.struck = []             # of every fault: did it come at all?

    def copy(self):
        """A service on a folder of its own, and where strace may write."""
        service = self.place.service()
        shutil.copytree(self.folder, service.folder)
        return service, pathlib.Path(str(service.folder) + '.strace')

    def count(self):
        service, output = self.copy()
        service.start(under=strace(output, service.folder))
        crowd = Crowd(service, self.sessions)
        assert session(crowd) and all(c.answer for c in crowd.new), 'the session itself fails'
        assert crowd.asked >= REQUESTS, f'a session of {crowd.asked} requests is too short'
        self.end(service)
        return counted(output)

    @staticmethod
    def end(service):
        """Ends the server as a supervisor does; strace passes on how it ended."""
        service.signal(signal.SIGTERM)
        return service.wait(SECONDS)

    def strike(self, kind, number, fault):
        service, output = self.copy()
        service.start(ready=False, under=strace(
            output, service.folder, '-e', f'trace={kind}',
            '-e', f'inject={kind}:{fault}:when={number}'))
        crowd = Crowd(service, self.sessions)
        alive = bool(service.port) and session(crowd)
        hit = 'INJECTED' in output.read_text(errors='replace')
        status = self.end(service) if service.process.poll() is None else service.wait()
        self.struck.append(reached(output))
        self.judge(service, kind, fault, alive, hit, status)
        service.verify()
        service.start()
        crowd.check()
        assert service.stop() == 0, service.log()[-1000:]
        service.verify()
        shutil.rmtree(service.folder)
        output.unlink()

    @staticmethod
    def judge(service, kind, fault, alive, hit, status):
        """hit: the fault came before the server was asked to end."""
        assert status not in CRASHES, f'it ended with {status}: {service.log()[-1000:]}'
        if fault == 'signal=SIGKILL':
            assert status in (0, -9), f'it ended with {status}'
            return
        said = service.log().strip().splitlines()
        if kind in SYNCS and hit:
            assert status == 2, f'a failed sync, and it went on ({status})'
            assert re.match(r'yunjian serve: .*(fail|sync)', said[-1]), said[-1:]
        elif kind in ('write', 'pwrite64') and fault == 'error=ENOSPC' and service.port:
            assert alive and status == 0, f'a full disk ended it ({status}): {said[-3:]}'
        assert status in (0, 2), f'it ended with {status}: {said[-3:]}'


# ---- commands ------------------------------------------------------------------------------------


def commands(folder, calendar):
    """(words, input, what must be found when it exited 0)"""
    data = ['--data', str(folder)]
    there = [*data, '--authority', '1']
    return [
        (['organisation', 'add', *there, '--role', 'using-unit', '--level', 'city', '--name',
          '新单位'], '', ['organisation', 'list', '--authority', '1'], '新单位'),
        (['user', 'add', *there, '--first', '--role', 'authority', '--login', 'fresh', '--name',
          '新人', '--password-stdin'], 'correct-horse-battery\n', None, None),
        (['policy', 'activate', 'zhengzhou-2019', *there], '', None, None),
        (['calendar', 'load', str(calendar), *there], '', None, None),
        (['rebuild', *data], '', None, None),
    ]


class Commands:
    def __init__(self, ground, place):
        self.ground, self.place = ground, place
        self.calendar = place.folder / 'calendar.txt'
        self.calendar.write_text('#year 2031 test\n2031-01-01\toff\tNew Year\t元旦\n')

    def run(self, words, text, under=()):
        return subprocess.run([*under, self.place.binary, *words], input=text, text=True,
                              capture_output=True, timeout=SECONDS, check=False)

    def count(self, index):
        service, output = self.ground.copy()
        words, text, _, _ = commands(service.folder, self.calendar)[index]
        done = self.run(words, text, strace(output, service.folder))
        assert done.returncode == 0, (words, done.stderr)
        return counted(output)

    def strike(self, index, kind, number, fault):
        service, output = self.ground.copy()
        words, text, asked, told = commands(service.folder, self.calendar)[index]
        done = self.run(words, text, strace(
            output, service.folder, '-e', f'trace={kind}',
            '-e', f'inject={kind}:{fault}:when={number}'))
        self.ground.struck.append(reached(output))
        assert done.returncode in (0, 2, -9), f'exit {done.returncode}: {done.stderr}'
        assert done.returncode != 2 or re.search(r'^yunjian [a-z]+: .+: .+', done.stderr, re.M), \
            f'it does not say why: {done.stderr}'
        service.verify()
        if asked:
            listed = self.run([*asked, '--data', str(service.folder)], '').stdout
            assert listed.count(told) <= 1 and (done.returncode or told in listed), listed
        again = self.run(words, text)
        assert again.returncode in (0, 1), f'again: exit {again.returncode}: {again.stderr}'
        service.verify()
        shutil.rmtree(service.folder)


def found(place, number, kind, k, fault):
    """init makes a whole folder or none."""
    folder = place.folder / f'init{number}'
    words = [place.binary, 'init', '--data', str(folder), '--policy', 'zhengzhou-2019']
    under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', f'trace={kind}',
             '-e', f'inject={kind}:{fault}:when={k}'] if kind else []
    done = subprocess.run([*under, *words], capture_output=True, text=True, timeout=SECONDS,
                          check=False)
    assert done.returncode in (0, 2, -9), f'exit {done.returncode}: {done.stderr}'
    assert done.returncode != 0 or folder.exists(), 'it said that the folder is made'
    if folder.exists():
        subprocess.run([place.binary, 'verify', '--data', str(folder)], check=True,
                       capture_output=True, timeout=SECONDS)


def tests(place):
    dice, state = random.Random(place.seed), {}

    def prepare():
        state['ground'] = Ground(place)
        state['serve'] = state['ground'].count()
        state['commands'] = Commands(state['ground'], place)
        state['counts'] = [state['commands'].count(index) for index in range(5)]

    yield 'a session and five commands, whose calls are counted', prepare
    yield None                       # what follows needs it, and shares nothing
    if 'counts' not in state:
        return
    for kind, k, fault in plan(state['serve'], dice, place, 'serve'):
        yield (f'serve: {kind} {k} of {state["serve"][kind]}: {fault}',
               lambda kind=kind, k=k, fault=fault: state['ground'].strike(kind, k, fault))
    every = [(index, *one) for index, counts in enumerate(state['counts'])
             for one in plan(counts, dice, place, 'commands')]
    if not place.all:
        every = dice.sample(every, SAMPLE['commands'])
    for index, kind, k, fault in every:
        name = ' '.join(commands(place.folder, '')[index][0][:2])
        yield (f'{name}: {kind} {k}: {fault}', lambda one=(index, kind, k, fault):
               state['commands'].strike(*one))
    for number in range(400 if place.all else 12):
        kind = dice.choice(('fsync', 'pwrite64', 'write', 'rename', 'openat', 'mkdir', 'fdatasync'))
        one = (kind, dice.randint(1, 12), dice.choice(FAULTS))
        yield f'init: {one[0]} {one[1]}: {one[2]}', \
            lambda number=number, one=one: found(place, number, *one)

    def enough():
        struck = state['ground'].struck
        share = REACHED_OF_ALL if place.all else REACHED
        assert sum(struck) >= share * len(struck), \
            f'only {sum(struck)} of {len(struck)} faults came'
    yield None
    yield 'nearly all of these faults came', enough
