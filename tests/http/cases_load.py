# SPDX-License-Identifier: Apache-2.0
"""Many at once, some of them rude; and the end of the server in the middle of it."""
import http.client
import json
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import uuid

from client import raw
from world import PASSWORD, PEOPLE


def together(n, work):
    threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def many_logins(world):
    """Passwords are computed one at a time; who does not fit the queue is told to come again, and
    that is no failed login."""
    logins = [login for login in PEOPLE if login != 'guessed']
    assert world.fresh().log_in('unit', PASSWORD).status == 201  # no failures of other tests count
    answers = [None] * 4 * len(logins)

    def one(i):
        answers[i] = world.fresh().log_in(logins[i % len(logins)], PASSWORD)
    together(len(answers), one)
    statuses = [a.status for a in answers]
    assert set(statuses) == {201, 503}, statuses
    assert statuses.count(201) >= 32, statuses
    busy = next(a for a in answers if a.status == 503)
    assert busy.code == 'busy' and int(busy.headers['Retry-After']) > 0, busy


def command_bytes(world, body):
    data = json.dumps(body).encode()
    return (f'POST /api/v1/cases HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n'
            f'Idempotency-Key: {uuid.uuid4()}\r\nCookie: yunjian_session='
            f'{world.as_("unit").cookie}\r\nYunjian-Post: {world.as_("unit").post}\r\n'
            f'Content-Length: {len(data)}\r\n\r\n').encode() + data


def gone_away(world):
    """Clients that leave while their command waits, or in the middle of a body."""
    bodies = [world.opening() for _ in range(20)]
    before = world.server.metrics()['yunjian_commands_total']

    def one(i):
        data = command_bytes(world, bodies[i])
        with socket.create_connection(('127.0.0.1', world.server.port)) as sock:
            sock.sendall(data if i % 2 else data[:len(data) // 2])
            if i % 4 == 1:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    together(len(bodies), one)
    assert world.as_('unit').get('/api/v1/session').status == 200
    after = world.server.metrics()['yunjian_commands_total']
    assert after - before <= 10, 'a command that never arrived whole was carried out'
    assert world.server.metrics()['yunjian_sound'] == 1


def ends_under_load(world):
    """Whoever was told 201 finds the case after the restart; nobody waits for ever."""
    bodies = [world.opening() for _ in range(16)]
    unit, told, ready = world.as_('unit'), [], threading.Barrier(len(bodies) + 1)

    def one(i):
        client = world.fresh().share(unit)
        ready.wait()
        try:
            answer = client.command('/api/v1/cases', bodies[i])
            assert answer.status in (201, 503), answer
            if answer.status == 201:
                told.append(answer.json['case'])
        except (ConnectionError, http.client.HTTPException, socket.timeout):
            pass                     # not told anything
        client.close()
    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(bodies))]
    for thread in threads:
        thread.start()
    ready.wait()
    world.server.restart()
    for thread in threads:
        thread.join()
    for client in world.clients.values():
        client.close()
    for case in told:
        assert world.as_('unit').get(f'/api/v1/cases/{case}').status == 200, case


def backed_up_under_load(world):
    """A backup is of one moment, however many commands arrive meanwhile: it restores and proves
    itself, and every case that was told before it began is in it."""
    bodies = [world.opening() for _ in range(24)]
    unit, told, running = world.as_('unit'), [], True

    def file_cases(i):
        client = world.fresh().share(unit)
        for body in bodies[i::4]:
            answer = client.command('/api/v1/cases', body)
            assert answer.status == 201, answer
            told.append(answer.json['case'])
            if not running:
                break
        client.close()
    folder = world.server.folder
    with tempfile.TemporaryDirectory() as scratch:
        threads = [threading.Thread(target=file_cases, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for n in range(3):
            before = list(told)
            world.server.run('backup', '--data', str(folder), '--out', f'{scratch}/{n}')
            world.server.run('restore', '--from', f'{scratch}/{n}', '--data', f'{scratch}/data{n}')
            with sqlite3.connect(f'{scratch}/data{n}/yunjian.db') as copy:
                there = {row[0] for row in copy.execute('SELECT id FROM cases')}
            copy.close()
            assert set(before) <= there, 'a case that was told is not in the backup'
        running = False
        for thread in threads:
            thread.join()
    assert len(told) >= 4, told


def slow(world):
    """Who says nothing, or says it one byte at a time, is left; a file may take longer."""
    client, took = world.as_('unit'), {}
    upload = client.call('POST', '/api/v1/uploads', {'name': 'a', 'size': 32}).json['id']
    line = 'Host: h\r\nContent-Length: 32\r\n'
    head = f'POST /api/v1/session HTTP/1.1\r\n{line}Content-Type: application/json\r\n\r\n'
    chunk = (f'PUT /api/v1/uploads/{upload}?offset=0 HTTP/1.1\r\n{line}Cookie: yunjian_session='
             f'{client.cookie}\r\nContent-Type: application/octet-stream\r\n\r\n')

    def one(name, first, piece):
        begun = time.monotonic()
        with socket.create_connection(('127.0.0.1', world.server.port), timeout=60) as sock:
            sock.sendall(first.encode())
            sock.settimeout(1.1 if piece else 60)
            answer = None
            for _ in range(32):
                try:
                    if piece:
                        sock.sendall(piece)
                    answer = sock.recv(65536)
                    break
                except socket.timeout:
                    pass
                except ConnectionError:
                    answer = b''
                    break
        took[name] = (round(time.monotonic() - begun), answer)
    rows = [('silent', '', b''), ('half a head', head[:50], b''), ('no body', head, b''),
            ('body in drops', head, b' '), ('chunk in drops', chunk, b'x')]
    together(len(rows), lambda i: one(*rows[i]))
    for name, least, most in (('silent', 9, 14), ('half a head', 9, 14), ('no body', 29, 34),
                              ('body in drops', 29, 34)):
        assert least <= took[name][0] <= most and took[name][1] == b'', (name, took[name])
    seconds, answer = took['chunk in drops']
    assert seconds >= 33 and answer.startswith(b'HTTP/1.1 200'), took['chunk in drops']


FORWARDED = [
    # what the client wrote itself changes, the gateway's word does not
    (lambda i: [b'X-Forwarded-For: 198.51.100.%d, 192.0.2.1' % i], True),
    (lambda i: [b'X-Forwarded-For: 198.51.100.%d' % i, b'X-Forwarded-For: 192.0.2.2'], True),
    (lambda i: [b'x-forwarded-for: 198.51.100.%d' % i, b'X-FORWARDED-FOR: 192.0.2.3'], True),
    (lambda i: [b'X-Forwarded-For: ' + (b'2001:db8::1', b'2001:DB8:0::1')[i % 2]], True),
    # no address: the gateway's own
    (lambda i: [b'X-Forwarded-For: nonsense-%d' % i], True),
    (lambda i: [b'X-Forwarded-For: 198.51.100.%d,' % i], True),
    (lambda i: [], True),
    (lambda i: [b'X-Forwarded-For: 198.51.100.%d' % i], False),
]


def forwarded(world):
    """Failed logins count for the address that the gateway saw."""
    for headers, counted in FORWARDED:
        body = json.dumps({'login': 'nobody-' + uuid.uuid4().hex[:8], 'password': 'x'}).encode()
        statuses = []
        for i in range(6):
            data = b'\r\n'.join([b'POST /api/v1/session HTTP/1.1', b'Host: h',
                                 b'Content-Type: application/json',
                                 b'Content-Length: %d' % len(body), *headers(i), b'', body])
            statuses.append(raw(world.server.port, data)[0].status)
        assert statuses == [401] * 5 + [429 if counted else 401], (headers(0), statuses)


def behind_tls(world):
    world.server.restart('--behind-tls')
    forwarded(world)
    client = world.fresh()
    assert '; Secure' in client.log_in('unit', PASSWORD).headers['Set-Cookie']
    world.server.restart()
    for one in world.clients.values():
        one.close()


def not_in_the_open(world):
    """Without a TLS gateway nothing but loopback is listened on."""
    status = world.server.stop()
    assert status == 0, status
    for address in ('0.0.0.0:0', '192.0.2.1:0'):
        done = subprocess.run([world.server.binary, 'serve', '--data', str(world.server.folder),
                               '--listen', address], capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode != 0 and '--behind-tls' in done.stderr, done
    world.server.start()
    for one in world.clients.values():
        one.close()


CASES = [many_logins, gone_away, backed_up_under_load, ends_under_load, slow, behind_tls,
         not_in_the_open]
