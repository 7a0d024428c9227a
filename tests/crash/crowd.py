# SPDX-License-Identifier: Apache-2.0
"""Eight writers at once, and the book in which each notes what it asked for and what it was
answered. After a crash the book says what must be there."""
import http.client
import threading
import time
import uuid

from world import FORM, World

WRITERS = ('unit', 'unit', 'unit', 'colleague', 'colleague', 'stranger', 'stranger', 'authority')
CHUNK = 262144
LOST = (OSError, http.client.HTTPException)


class Command:
    def __init__(self, login, path, body):
        self.login, self.path, self.body, self.key = login, path, body, str(uuid.uuid4())
        self.answer = None           # of the server that acknowledged it
        self.entries = None          # how many a command of its kind makes

    def ask(self, client):
        return client.call('POST', self.path, self.body, contract=False,
                           headers={'Idempotency-Key': self.key})


class Full(Exception):
    """The server said that the disk is full."""


class Crowd:
    """sessions: of a folder that has its people already, as another crowd has left it."""

    def __init__(self, service, sessions=None):
        self.service, self.full, self.may_be_full = service, 0, False
        if not sessions:
            World(service, None)     # founds the folder, adds the people, starts the server
            sessions = {login: self.log_in(login) for login in set(WRITERS)}
        self.sessions = sessions
        self.lock = threading.Lock()
        self.commands, self.chunks, self.errors = [], {}, []
        self.new = []                # commands since the last check
        self.to_decide = []
        self.asked = 0               # requests of this crowd
        self.gone = threading.Event()

    def log_in(self, login):
        client = self.service.browser(None, None)
        answer = client.call('POST', '/api/v1/session', {'login': login,
                             'password': 'correct-horse-battery'}, contract=False)
        assert answer.status == 201, answer
        return client.cookie, client.post

    def client(self, login):
        client = self.service.browser(*self.sessions[login])
        call = client.call

        def counted(*arguments, **more):
            self.asked += 1
            return call(*arguments, **more)
        client.call = counted
        return client

    # ---- writing ------------------------------------------------------------------------------

    def upload(self, client, login, size):
        answer = client.call('POST', '/api/v1/uploads', {'name': '文件.pdf', 'size': size},
                             contract=False)
        self.must(answer, 201)
        upload, data = answer.json['id'], b'%PDF ' + b'x' * (size - 5)
        for at in range(0, size, CHUNK):
            answer = client.call('PUT', f'/api/v1/uploads/{upload}?offset={at}',
                                 data[at:at + CHUNK], contract=False,
                                 headers={'Content-Type': 'application/octet-stream'})
            self.must(answer, 200)
            with self.lock:
                self.chunks[upload] = (login, min(at + CHUNK, size))
        return upload

    def opening(self, client, login, big):
        form = dict(FORM, **{'system-name': '系统' + uuid.uuid4().hex})
        cited = [{'material': 'application-form', 'upload': self.upload(client, login, 20)},
                 {'material': 'technical-plan', 'upload': self.upload(client, login, big)}]
        return Command(login, '/api/v1/cases', {
            'procedure': 'onboard', 'outcome': 'submit', 'form': form, 'materials': cited})

    def decision(self):
        with self.lock:
            case = self.to_decide.pop() if self.to_decide else None
        return case and Command('authority', f'/api/v1/cases/{case}/decisions', {
            'step': 'review', 'outcome': 'return', 'opinion': '请补正。'})

    def must(self, answer, status):
        if self.may_be_full and answer.status == 429:
            raise Full               # what was uploaded and could not be cited piles up
        if self.may_be_full and answer.status == 507:
            assert answer.code == 'storage-full' and 'disk is full' in answer.json['detail'] or \
                '磁盘空间已满' in answer.json['detail'], answer
            assert int(answer.headers['Retry-After']) > 0, 'no Retry-After'
            raise Full
        assert answer.status == status, answer

    def note(self, command, answer):
        self.must(answer, 201)
        with self.lock:
            command.answer = answer.json
            if 'case' in answer.json and command.login != 'authority':
                self.to_decide.append(answer.json['case'])
                for cited in command.body['materials']:
                    self.chunks.pop(cited['upload'], None)

    def write_one(self, client, login, big):
        command = self.decision() if login == 'authority' else self.opening(client, login, big)
        if not command:
            time.sleep(0.01)
            return
        with self.lock:
            self.new.append(command)
        self.note(command, command.ask(client))

    def write(self, login, number, until):
        client, big = self.client(login), 300000 if number == 0 else 30
        try:
            while time.monotonic() < until and not self.gone.is_set():
                try:
                    self.write_one(client, login, big)
                    big = 30         # one file of several chunks is enough
                except Full:
                    with self.lock:
                        self.full += 1
        except LOST:
            pass                     # the server is gone
        except Exception as error:   # pylint: disable=broad-except
            self.errors.append(f'{type(error).__name__}: {error}')
        finally:
            client.close()

    def run(self, seconds, ended):
        """Writes until `ended` says that the server is gone, or the time is over."""
        until = time.monotonic() + seconds
        self.gone.clear()
        threads = [threading.Thread(target=self.write, args=(login, number, until))
                   for number, login in enumerate(WRITERS)]
        for thread in threads:
            thread.start()
        gone = ended(until)
        self.gone.set()
        for thread in threads:
            thread.join()
        assert not self.errors, self.errors
        return gone

    # ---- what must be there ---------------------------------------------------------------------

    def applied(self, commands):
        """How many commands of the record bear the key of each: none or one."""
        keys = ', '.join(f"'{command.key}'" for command in commands)
        rows = self.service.sql(f'SELECT key, COUNT(*) FROM commands WHERE key IN ({keys}) '
                                'GROUP BY key')
        return {key: int(n) for key, n in rows}

    def check(self, earlier=16):
        """Asks again for all that is new and for some that are older: what was acknowledged is
        answered as before, what was not is there wholly or not at all, nothing twice."""
        asked, clients = self.new + self.commands[-earlier:], {}
        before = self.applied(asked)
        for command in asked:
            client = clients.setdefault(command.login, self.client(command.login))
            assert before.get(command.key) == 1 or not command.answer, \
                f'acknowledged and gone: {command.answer}'
            answer = command.ask(client)
            assert answer.status == 201, answer
            assert answer.json == (command.answer or answer.json), (answer, command.answer)
            assert answer.json['entries'] == self.expected(command, answer.json), answer
            if not command.answer:
                self.note(command, answer)
        after = self.applied(asked)
        assert all(after.get(command.key) == 1 for command in asked), after
        for upload, (login, received) in self.chunks.items():
            client = clients.setdefault(login, self.client(login))
            answer = client.call('GET', f'/api/v1/uploads/{upload}', contract=False)
            assert answer.status == 200 and answer.json['received'] >= received, (answer, received)
        done = len(self.new)
        self.commands += self.new
        self.new, self.chunks = [], {}
        for client in clients.values():
            client.close()
        return done

    def expected(self, command, answer):
        """Entries of one command: the same for all of its kind."""
        kind = command.path.rsplit('/', 1)[-1]
        return self.__dict__.setdefault(f'entries_{kind}', answer['entries'])
