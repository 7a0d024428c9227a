# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at named points and at random moments, under eight writers."""
import pathlib
import random
import subprocess
import time

from crowd import Crowd

# name: the highest pass at which a run of a few seconds is killed for certain
POINTS = {'append': 40, 'commit': 20, 'answer': 20, 'checkpoint-commit': 2, 'checkpoint-note': 2,
          'checkpoint-line': 2, 'chunk': 12}
REBUILD = ('rebuild', 'rebuild-commit')
SECONDS = 30                         # a point that is not passed by then is not there
GROUND = 40                          # kills before a fresh folder is taken


def product_has_no_points(place):
    """The points are in the binary of the tests and in no other."""
    word = b'YUNJIAN_KILL'
    assert word in pathlib.Path(place.killable).read_bytes()
    assert word not in pathlib.Path(place.binary).read_bytes()


def strike(crowd, kill, after):
    """One life of a server: it is written to until it is killed, then every promise is checked."""
    service = crowd.service
    service.start(kill=kill)

    def ended(until):
        if kill:
            while time.monotonic() < until and service.process.poll() is None:
                time.sleep(0.005)
            return service.process.poll() is not None
        time.sleep(after)
        service.kill()
        return True

    gone = crowd.run(SECONDS if kill else after + SECONDS, ended)
    assert gone, f'{kill} was not passed in {SECONDS} s'
    if service.process:
        status = service.wait()
        assert status == -9, f'{kill}: the server ended with {status}: {service.log()[-1000:]}'
    service.verify()
    service.start()
    crowd.check()
    status = service.stop()
    assert status == 0, f'the server ended with {status}: {service.log()[-1000:]}'
    service.verify()


def digests(service, program, kill=None):
    environment = {'YUNJIAN_KILL': kill} if kill else {}
    return subprocess.run([program, 'rebuild', '--data', str(service.folder)], text=True,
                          capture_output=True, timeout=SECONDS, check=False, env=environment)


def rebuilds(crowd, place, dice):
    """A rebuild that dies leaves the tables as they were, and two that end agree."""
    service = crowd.service
    for point, n in [(REBUILD[0], 1), (REBUILD[0], dice.randrange(2, 60)), (REBUILD[1], 1)]:
        done = digests(service, place.killable, f'{point}:{n}')
        assert done.returncode == -9, f'{point}:{n}: exit {done.returncode}: {done.stderr}'
        service.verify()
    first, second = (digests(service, place.binary) for _ in range(2))
    assert first.returncode == 0 and first.stdout == second.stdout, (first, second)
    service.verify()


def plan(place, dice):
    """(name, kill, seconds) of every strike."""
    each, anywhere = (30, 100) if place.all else (1, 2) if place.database else (3, 10)
    for point, most in POINTS.items():
        for number in range(each):
            yield f'{point}:{1 if number == 0 and most > 2 else dice.randint(1, most)}'
    for _ in range(anywhere):
        yield dice.uniform(0.05, 1.5)


def tests(place):
    dice = random.Random(place.seed)
    state = {'crowd': None, 'strikes': 0}
    if not place.database:
        yield 'the product has no kill points', lambda: product_has_no_points(place)

    def one(kill):
        if not state['crowd']:
            state['crowd'] = Crowd(place.service())
            state['crowd'].service.stop()
        state['strikes'] += 1
        try:
            named = isinstance(kill, str)
            strike(state['crowd'], kill if named else None, 0 if named else kill)
        except BaseException:
            state['crowd'].service.kill()
            state['crowd'] = None    # what follows starts on sound ground
            raise
        if state['strikes'] % GROUND == 0 and not place.database:
            state['crowd'] = None

    for number, kill in enumerate(plan(place, dice)):
        label = kill if isinstance(kill, str) else f'random {number}, after {kill:.3f} s'
        yield f'killed at {label}', lambda kill=kill: one(kill)

    def last():
        assert state['crowd'], 'there is no folder left to rebuild'
        rebuilds(state['crowd'], place, dice)
    yield 'killed in a rebuild', last
