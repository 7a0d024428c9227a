# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away in a COMMIT: what was asked for is unknown until it is asked again."""
import pathlib
import re
import socket
import threading

from crowd import Crowd

PORT_FILE = '.s.PGSQL.5432'
COMMIT = b'COMMIT\0'                 # in the client's statement and in the server's answer to it


class Proxy:
    """Between the program and PostgreSQL. Once armed with a key it lets the connection that asks
    for the key go on up to its COMMIT, and cuts it there: before the server sees the COMMIT, or
    after the server has answered it."""

    def __init__(self, folder, server):
        self.server, self.key, self.after, self.cuts = server, None, False, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / PORT_FILE))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, key, after):
        self.key, self.after = key.encode(), after

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            state = {'key': False, 'commit': False}
            for pump in (self.forth, self.back):
                threading.Thread(target=self.guard, args=(pump, client, server, state),
                                 daemon=True).start()

    @staticmethod
    def guard(pump, client, server, state):
        try:
            pump(client, server, state)
        except OSError:
            pass
        for end in (client, server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def forth(self, client, server, state):
        tail = b''
        while data := client.recv(65536):
            seen = tail + data
            state['key'] = state['key'] or bool(self.key and self.key in seen)
            if state['key'] and COMMIT in seen:
                if not self.after:
                    self.cut()
                    return
                state['commit'] = True
            tail = seen[-64:]
            server.sendall(data)

    def back(self, client, server, state):
        tail = b''
        while data := server.recv(65536):
            seen = tail + data
            if state['commit'] and COMMIT in seen:
                self.cut()
                return
            tail = seen[-64:]
            client.sendall(data)

    def cut(self):
        self.key, self.cuts = None, self.cuts + 1

    def close(self):
        self.listener.close()


def found(place):
    """A folder whose settings lead over the proxy."""
    crowd = Crowd(place.service())
    assert crowd.service.stop() == 0
    folder = place.folder / 'proxy'
    folder.mkdir()
    real = re.search(r'host=([^&]+)', place.database).group(1)
    proxy = Proxy(folder, str(pathlib.Path(real) / PORT_FILE))
    settings = crowd.service.folder / 'yunjian.conf'
    settings.write_text(settings.read_text().replace(real, str(folder)))
    return crowd, proxy


def lost_in_commit(crowd, proxy, after):
    """The answer is `unknown`, the process ends and says why; whether it holds is what the
    database says, and the key makes it so that it holds exactly once."""
    service, client = crowd.service, crowd.client('unit')
    service.start()
    command = crowd.opening(client, 'unit', 30)
    proxy.arm(command.key, after)
    answer = command.ask(client)
    assert proxy.cuts, 'the proxy has not cut'
    assert answer.status == 503 and answer.code == 'unknown', answer
    assert int(answer.headers['Retry-After']) > 0 and 'dempotency' in str(answer.json) or \
        '幂等键' in answer.json['detail'], answer
    status = service.wait()
    assert status == 2 and 'unknown' in service.log().splitlines()[-1], service.log()[-1000:]
    held = crowd.applied([command]).get(command.key, 0)
    assert held == (1 if after else 0), f'{held} of the command held'
    service.start()
    entries = service.metrics()['yunjian_entries_total']
    crowd.new.append(command)
    crowd.check()
    more = service.metrics()['yunjian_entries_total'] - entries
    assert (more == 0) == after, f'{more} more entries'
    assert service.stop() == 0
    service.verify()


def lost_between(crowd):
    """A backend that is ended between two commands: nothing was done, and the process ends."""
    service, client = crowd.service, crowd.client('unit')
    service.start()
    command = crowd.opening(client, 'unit', 30)
    service.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
                'database = (SELECT oid FROM pg_database WHERE datname = current_database())')
    answer = command.ask(client)
    assert answer.status == 503 and answer.headers['Retry-After'], answer
    status = service.wait()
    assert status == 2 and 'was lost' in service.log().splitlines()[-1], service.log()[-1000:]
    service.start()
    crowd.new.append(command)
    crowd.check()
    assert service.stop() == 0
    service.verify()


def tests(place):
    state = {}

    def with_proxy(test, *more):
        if not state:
            state['crowd'], state['proxy'] = found(place)
        test(state['crowd'], *more)

    for round_number in range(20 if place.all else 2):
        for after in (True, False):
            name = 'holds' if after else 'does not hold'
            yield (f'a lost COMMIT that {name}, {round_number}',
                   lambda after=after: with_proxy(
                       lambda crowd: lost_in_commit(crowd, state['proxy'], after)))
    yield 'a lost connection between commands', lambda: with_proxy(lost_between)
