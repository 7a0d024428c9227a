# SPDX-License-Identifier: Apache-2.0
"""A data folder on a disk that fills up: reads go on, writes are answered 507, and all is well
again without a restart when there is space."""
import errno
import os
import pathlib
import random
import subprocess
import time

from crowd import Crowd

SIZE = 48 * 1024 * 1024


class Disk:
    """A small file system in memory, of which a ballast file takes what is left."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={SIZE}', 'yunjian-crash', folder],
                       check=True, capture_output=True)
        self.ballast = self.folder / 'ballast'

    def fill(self, leave=0):
        """Takes all space but `leave` bytes."""
        with open(self.ballast, 'ab') as file:
            while self.left() > leave:
                try:
                    os.write(file.fileno(), bytes(min(65536, max(4096, self.left() - leave))))
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error
                    return

    def left(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def leave(self):
        subprocess.run(['umount', '-l', self.folder], check=False)


def reads_go_on(crowd):
    client = crowd.client('unit')
    for path in ('/api/v1/worklist', '/api/v1/session', '/api/v1/journal/checkpoint', '/readyz'):
        answer = client.call('GET', path, contract=False)
        assert answer.status == 200, (path, answer)
    client.close()


def write_until_full(crowd, seconds):
    """Writes until several have been told; False when the disk was never full."""
    told = crowd.full

    def ended(until):
        while time.monotonic() < until and crowd.full < told + 8:
            assert crowd.service.process.poll() is None, crowd.service.log()[-1000:]
            time.sleep(0.01)
        return crowd.full >= told + 8

    return crowd.run(seconds, ended)


def rounds(crowd, disk, place):
    dice = random.Random(place.seed)
    for number in range(200 if place.all else 12):
        disk.fill(0 if number == 0 else dice.randrange(0, 300000))
        crowd.may_be_full = True
        assert write_until_full(crowd, 30), 'the disk was never full'
        reads_go_on(crowd)
        disk.free()
        crowd.may_be_full = False
        crowd.check(earlier=4)       # also: every write works again, in the same process
    assert crowd.service.stop() == 0, crowd.service.log()[-1000:]
    crowd.service.verify()


def test(place):
    disk = Disk(place.folder / 'disk')
    service = place.service(disk.folder / 'data')
    service.log_path = place.folder / 'full.log'
    try:
        rounds(Crowd(service), disk, place)
    finally:
        service.kill()
        disk.leave()


def tests(place):
    yield 'a disk that fills up', lambda: test(place)
