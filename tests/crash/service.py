# SPDX-License-Identifier: Apache-2.0
"""A server that may die: started with a kill point or under strace, killed, started again."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'http'))

import server  # noqa: E402
from client import Client  # noqa: E402

SECONDS = 60
CannotStart = server.CannotStart


class Service(server.Server):
    """`killable` is the same program with its kill points. The log lies beside the data folder,
    for the disk under the folder may be full."""

    def __init__(self, binary, killable, folder, database=None):
        super().__init__(binary, folder, database)
        self.killable = killable
        self.log_path = pathlib.Path(str(folder) + '.log')

    def log(self):
        return self.log_path.read_text(encoding='utf-8', errors='replace')

    def start(self, kill=None, under=(), ready=True):
        """kill: POINT:N. under: a command that runs the server, such as strace. A server that need
        not get ready may end instead."""
        program = self.killable if kill else self.binary
        environment = {**os.environ, **({'YUNJIAN_KILL': kill} if kill else {})}
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [*under, program, 'serve', '--data', str(self.folder)], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, env=environment)
        try:
            self.port = self.find_port()
        except CannotStart:
            if ready:
                raise
            self.port = None

    def signal(self, number):
        """To the server itself, also when strace runs it."""
        below = subprocess.run(['pgrep', '-P', str(self.process.pid)], capture_output=True,
                               text=True, check=False).stdout.split()
        for pid in below or [self.process.pid]:
            try:
                os.kill(int(pid), number)
            except ProcessLookupError:
                pass

    def kill(self):
        """As a power cut takes it."""
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def wait(self, seconds=SECONDS):
        """The exit status of a server that ends by itself."""
        status = self.process.wait(timeout=seconds)
        self.process = None
        return status

    def verify(self):
        """Raises unless the record is sound."""
        done = subprocess.run([self.binary, 'verify', '--data', str(self.folder)],
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, f'verify: exit {done.returncode}: {done.stdout}{done.stderr}'

    def browser(self, cookie, post):
        """A window of somebody who has logged in; its answers are not held to the contract."""
        client = Client(self, None)
        client.cookie, client.post = cookie, post
        return client
