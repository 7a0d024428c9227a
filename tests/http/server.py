# SPDX-License-Identifier: Apache-2.0
"""A real server on fresh data: the binary is called as an operator calls it."""
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import urllib.request

SECONDS = 60


class CannotStart(Exception):
    pass


class Server:
    def __init__(self, binary, folder, database=None):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.database, self.process, self.port = database, None, None
        self.addresses = 0           # printed by the starts before

    def run(self, *arguments, text=''):
        done = subprocess.run([self.binary, *arguments], input=text, capture_output=True, text=True,
                              timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise CannotStart(f'{" ".join(arguments)}: exit {done.returncode}: '
                              f'{done.stderr.strip()}')
        return done.stdout

    def init(self, policy):
        """Fresh data with invented organisations; the printed activation codes by login."""
        more = ['--db', self.database] if self.database else []
        printed = self.run('simulate', '--data', str(self.folder), '--policy', policy, '--listen',
                           '127.0.0.1:0', '--units', '4', '--systems', '1', '--days', '1',
                           '--seed', '1', *more)
        return dict(re.findall(r'activation code of (\S+)\s+(\S+)', printed))

    def add_authority(self, policy, name, name_en):
        """One more jurisdiction; the printed activation codes by login."""
        printed = self.run('authority', 'add', '--data', str(self.folder), '--policy', policy,
                           '--name', name, '--name-en', name_en)
        return dict(re.findall(r'activation code of (\S+)\s+(\S+)', printed))

    def add_organisation(self, name, role, authority):
        return self.run('organisation', 'add', '--data', str(self.folder), '--role', role,
                        '--level', 'city', '--name', name, '--authority', authority).strip()

    def add_user(self, login, name, role, organisation, password, authority=None):
        """Without a password: gives the activation code."""
        more = ['--password-stdin'] if password else []
        more += ['--authority', authority] if authority else []
        printed = self.run('user', 'add', '--data', str(self.folder), '--organisation',
                           str(organisation), '--role', role, '--login', login, '--name', name,
                           *more, text=(password or '') + '\n')
        found = re.search(r'activation code of \S+?:? +(\S+)', printed)
        return found.group(1) if found else None

    def start(self, *more):
        log = open(self.folder / 'serve.log', 'ab')
        self.process = subprocess.Popen([self.binary, 'serve', '--data', str(self.folder), *more],
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        self.port = self.find_port()

    def find_port(self):
        """The address is the last whole line of its kind; the server is there once it says that it
        is ready, which a busy machine may take its time for."""
        until, why = time.monotonic() + SECONDS, 'it printed no address'
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise CannotStart(f'serve: exit {self.process.returncode}: {self.log()[-2000:]}')
            found = re.findall(r'http://127\.0\.0\.1:(\d+)\n', self.log())
            if len(found) > self.addresses:
                try:
                    with urllib.request.urlopen(f'http://127.0.0.1:{found[-1]}/readyz', timeout=20):
                        self.addresses = len(found)
                        return int(found[-1])
                except OSError as error:
                    why = str(error)
            time.sleep(0.05)
        raise CannotStart(f'serve is not ready in {SECONDS} s: {why}: {self.log()[-2000:]}')

    def log(self):
        return (self.folder / 'serve.log').read_text(encoding='utf-8', errors='replace')

    def stop(self):
        """Asks it to end; gives the exit status."""
        if not self.process:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process = None
        return status

    def restart(self, *more):
        status = self.stop()
        assert status == 0, f'the server ended with {status}: {self.log()[-2000:]}'
        self.start(*more)

    def blob(self, data):
        """Bytes as a literal of the database."""
        return f"'\\x{data.hex()}'::bytea" if self.database else f"x'{data.hex()}'"

    def zeros(self, size):
        return f"decode(repeat('00', {size}), 'hex')" if self.database else f'zeroblob({size})'

    def sql(self, statement):
        """What somebody can do who owns the database but not the program; gives rows of texts."""
        if self.database:
            done = subprocess.run(['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', statement,
                                   self.database], check=True, capture_output=True, text=True,
                                  timeout=SECONDS)
            return [line.split('|') for line in done.stdout.splitlines()]
        connection = sqlite3.connect(self.folder / 'yunjian.db', timeout=10)
        try:
            with connection:
                rows = connection.execute(statement).fetchall()
            return [[str(cell) for cell in row] for row in rows]
        finally:
            connection.close()

    def metrics(self):
        address = f'http://127.0.0.1:{self.port}/metrics'
        with urllib.request.urlopen(address, timeout=10) as answer:
            text = answer.read().decode()
        assert text.endswith('# EOF\n'), 'the metrics end without # EOF'
        return {line.rsplit(' ', 1)[0]: int(line.rsplit(' ', 1)[1])
                for line in text.splitlines() if not line.startswith('#')}
