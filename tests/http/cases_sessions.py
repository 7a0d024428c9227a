# SPDX-License-Identifier: Apache-2.0
"""Logging in, staying in, going out."""
import hashlib
import hmac
import json
import socket
import threading
import time
import uuid

from world import PASSWORD


def log_in_and_out(world):
    client = world.fresh()
    answer = client.log_in('unit', PASSWORD)
    assert answer.status == 201, answer
    cookie = answer.headers['Set-Cookie']
    for word in ('HttpOnly', 'SameSite=Strict', 'Path=/'):
        assert word in cookie, cookie
    assert len(client.cookie) == 64, 'the token has 256 bits'
    assert answer.json['person']['name'] == '张三'
    assert answer.json['post'] == answer.json['posts'][0]['id']
    token = client.cookie
    assert client.get('/api/v1/session').json == answer.json
    assert client.call('DELETE', '/api/v1/session').status == 204
    assert client.cookie is None, 'the cookie was not taken back'
    client.cookie = token
    assert client.get('/api/v1/session').status == 401, 'the session outlived the logout'


def nothing_in_clear(world):
    """Neither token nor password stands in the database."""
    client = world.fresh()
    client.log_in('unit', PASSWORD)
    rows = world.server.sql('SELECT token, mac FROM sessions')
    assert rows and all(client.cookie not in row for row in rows)
    secrets = [row[0] for row in world.server.sql('SELECT secret FROM credentials')]
    assert all('$argon2id$' in secret and PASSWORD not in secret for secret in secrets), secrets


def tampered_cookie(world):
    client = world.fresh()
    client.log_in('unit', PASSWORD)
    good = client.cookie
    other = ('0' if good[0] != '0' else '1') + good[1:]
    for bad in (other, good[:-1], good + '0', good.upper() if good.upper() != good else other,
                '', 'x' * 64, "' OR 1=1 --"):
        assert client.get('/api/v1/session',
                          headers={'Cookie': f'yunjian_session={bad}'}).status == 401, bad
    assert client.get('/api/v1/session').status == 200


def edited_row(world):
    """Whoever edits a session in the database only logs somebody out."""
    other = world.server.sql("SELECT person FROM credentials WHERE login = 'authority'")[0][0]
    for change in (f'person = {other}', 'post = post + 1', 'created_at = created_at + 1000',
                   'seen_at = seen_at + 1000', "mac = ''",
                   "mac = '" + '0' * 64 + "'"):
        client = world.fresh()
        client.log_in('stranger', PASSWORD)
        me = world.server.sql("SELECT person FROM credentials WHERE login = 'stranger'")[0][0]
        world.server.sql(f'UPDATE sessions SET {change} WHERE person = {me}')
        assert client.get('/api/v1/session').status == 401, change
    world.clients.pop('stranger', None)


def survives_restart(world):
    client = world.fresh()
    client.log_in('unit', PASSWORD)
    world.server.restart()
    client.close()
    assert client.get('/api/v1/session').status == 200


def new_token_each_time(world):
    """A login ends the session that the browser had."""
    client = world.fresh()
    client.log_in('unit', PASSWORD)
    first = client.cookie
    client.log_in('unit', PASSWORD)
    assert client.cookie != first
    old = {'Cookie': f'yunjian_session={first}'}
    assert client.get('/api/v1/session', headers=old).status == 401


def other_post(world):
    client = world.fresh()
    session = client.log_in('unit', PASSWORD).json
    answer = client.call('PUT', '/api/v1/session', {'post': session['post']})
    assert answer.status == 200 and answer.json == session, answer
    theirs = world.as_('authority').get('/api/v1/session').json['post']
    for post in (theirs, 0, 9007199254740991):
        assert client.call('PUT', '/api/v1/session', {'post': post}).status == 404, post


def page_of_another(world):
    """Two windows of one browser: what one shows is not done as whoever the other has become."""
    first, second = world.fresh(), world.fresh()
    first.log_in('unit', PASSWORD)
    body, decision = world.opening('unit'), {'step': 'review', 'outcome': 'approve'}
    second.share(first).log_in('stranger', PASSWORD)
    assert second.post != first.post
    first.cookie = second.cookie         # one browser has one cookie
    before = world.entries()
    for path, sent in (('/api/v1/cases', body), ('/api/v1/cases/1/decisions', decision),
                       ('/api/v1/uploads', {'name': 'a', 'size': 1})):
        answer = first.command(path, sent)
        assert answer.status == 409 and answer.code == 'post-changed', answer
        assert '刷新' in answer.json['detail'], answer
    assert world.entries() == before
    assert second.command('/api/v1/uploads', {'name': 'a', 'size': 1}).status == 201
    for client in (first, second):
        client.close()


def ended_during_the_body(world):
    """Who logs out while a command is still being sent has not sent it."""
    client, body = world.fresh(), json.dumps(world.opening('unit')).encode()
    client.log_in('unit', PASSWORD)
    head = (f'POST /api/v1/cases HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n'
            f'Idempotency-Key: {uuid.uuid4()}\r\nYunjian-Post: {client.post}\r\n'
            f'Cookie: yunjian_session={client.cookie}\r\nContent-Length: {len(body)}\r\n\r\n')
    before = world.entries()
    with socket.create_connection(('127.0.0.1', world.server.port), timeout=20) as sock:
        sock.sendall(head.encode() + body[:100])
        time.sleep(0.3)              # the head is judged, the body is not there
        assert client.call('DELETE', '/api/v1/session').status == 204
        sock.sendall(body[100:])
        answer = sock.recv(65536)
    assert answer.startswith(b'HTTP/1.1 401'), answer
    assert world.entries() == before


def seen(world, client):
    """When the session was seen last, put two minutes back with a MAC that holds."""
    key = (world.server.folder / 'session.key').read_bytes()
    token = hashlib.new('sm3', client.cookie.encode()).hexdigest()
    where = f"FROM sessions WHERE token = '{token}'"
    person, post, created, at = world.server.sql(
        f'SELECT person, post, created_at, seen_at {where}')[0]
    before = int(at) - 120000
    text = f'{token}|{person}|{post}|{created}|{before}'.encode()
    mac = hmac.new(key, text, 'sm3').hexdigest()
    world.server.sql(f"UPDATE sessions SET seen_at = {before}, mac = '{mac}' "
                     f"WHERE token = '{token}'")
    return before, lambda: int(world.server.sql(f'SELECT seen_at {where}')[0][0])


def background(world):
    """What a page asks by itself keeps no session alive."""
    client = world.fresh()
    client.log_in('unit', PASSWORD)
    before, now = seen(world, client)
    quiet = {'Yunjian-Background': '1'}
    assert client.get('/api/v1/worklist', headers=quiet).status == 200
    time.sleep(0.5)
    assert now() == before, 'the poll was taken for a person'
    assert client.get('/api/v1/worklist').status == 200
    until = time.monotonic() + 10
    while now() == before and time.monotonic() < until:
        time.sleep(0.05)
    assert now() > before


def guesses_at_once(world):
    """Ten at once are no more than ten one after another: the five that are allowed."""
    login, answers = 'nobody-' + uuid.uuid4().hex[:8], []

    def guess():
        answers.append(world.fresh().log_in(login, 'wrong-' + PASSWORD).status)
    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401] * 5 + [429] * 5, answers


def wrong_password(world):
    """The same words and about the same time, whether the login exists, waits for its activation,
    or does not exist."""
    client, times = world.fresh(), {}
    for login in ('county', 'newcomer', 'nobody-' + uuid.uuid4().hex[:8]):
        before = time.monotonic()
        answer = client.log_in(login, 'wrong-' + PASSWORD)
        times[login] = time.monotonic() - before
        assert answer.status == 401 and answer.code == 'bad-credentials', answer
        assert '激活' in answer.json['detail'], answer
    fast, slow = min(times.values()), max(times.values())
    assert fast > slow / 10, f'the time tells which logins exist: {times}'


def throttled(world):
    """After five failures the login rests, for the right password too; others go on."""
    client = world.fresh()
    for _ in range(5):
        assert client.log_in('guessed', 'wrong-' + PASSWORD).status == 401
    for password in ('wrong-' + PASSWORD, PASSWORD):
        answer = client.log_in('guessed', password)
        assert answer.status == 429 and answer.code == 'too-many-failures', answer
        assert 0 < int(answer.headers['Retry-After']) <= 900
    assert client.log_in('unit', PASSWORD).status == 201


def activation(world):
    client = world.fresh()
    assert client.log_in('newcomer', PASSWORD).code == 'bad-credentials'

    def activate(**changes):
        body = dict({'login': 'newcomer', 'code': world.new_code, 'password': 'a-new-password'},
                    **changes)
        return client.call('POST', '/api/v1/activation', body)

    for changes, status, code in [
            ({'code': 'aaaa-bbbb-cccc-dddd'}, 401, 'bad-activation'),
            ({'login': 'nobody-here'}, 401, 'bad-activation'),
            ({'login': 'unit'}, 401, 'bad-activation'),
            ({'password': 'short-one'}, 422, 'weak-password'),
            ({'password': '九个汉字不够长啊啊'}, 422, 'weak-password')]:
        answer = activate(**changes)
        assert (answer.status, answer.code) == (status, code), (changes, answer)
    before = world.entries()
    answer = activate(code=' ' + world.new_code.upper() + ' ')
    assert answer.status == 201 and answer.json['person']['name'] == '新人', answer
    assert world.entries() == before + 1, 'setting a credential is one entry'
    assert client.get('/api/v1/session').status == 200
    assert activate().code == 'bad-activation', 'a code opens an account once'
    assert world.fresh().log_in('newcomer', 'a-new-password').status == 201


def administrators_begin_with_codes(world):
    assert set(world.codes) == {'system-admin', 'security-admin', 'audit-admin'}, world.codes
    client = world.fresh()
    answer = client.call('POST', '/api/v1/activation',
                         {'login': 'system-admin', 'code': world.codes['system-admin'],
                          'password': 'another-password'})
    assert answer.status == 201, answer
    assert answer.json['posts'][0]['role'] == 'system-administrator'


CASES = [log_in_and_out, nothing_in_clear, tampered_cookie, edited_row, survives_restart,
         new_token_each_time, other_post, page_of_another, ended_during_the_body, background,
         wrong_password, activation, guesses_at_once,
         administrators_begin_with_codes, throttled]
