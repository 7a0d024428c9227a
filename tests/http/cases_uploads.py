# SPDX-License-Identifier: Apache-2.0
"""Files: in chunks, resumable, one's own; cited once; downloaded, never shown."""
import hashlib
import os
import threading
import time
import urllib.parse

CHUNK = 262144


def sm3(data):
    return hashlib.new('sm3', data).hexdigest()


def start(client, size, name='方案.pdf'):
    return client.call('POST', '/api/v1/uploads', {'name': name, 'size': size})


def whole_file(world):
    """Two chunks and a bit; the digest is of the whole, computed on the way."""
    client, data = world.as_('unit'), os.urandom(2 * CHUNK + 77)
    upload = client.upload(data)
    state = client.get(f'/api/v1/uploads/{upload}').json
    assert state == {'id': upload, 'name': '文件.pdf', 'size': len(data), 'received': len(data),
                     'digest': sm3(data)}, state


def resumed_after_restart(world):
    """The digest goes on from what is stored, not from what was in memory."""
    client, data = world.as_('unit'), os.urandom(3 * CHUNK)
    upload = start(client, len(data)).json['id']
    assert client.chunk(upload, 0, data[:CHUNK]).status == 200
    assert client.chunk(upload, CHUNK, data[CHUNK:2 * CHUNK]).status == 200
    world.server.restart()
    client.close()
    assert client.get(f'/api/v1/uploads/{upload}').json['received'] == 2 * CHUNK
    answer = client.chunk(upload, 2 * CHUNK, data[2 * CHUNK:])
    assert answer.json['digest'] == sm3(data), answer


def wrong_places(world):
    client, data = world.as_('unit'), os.urandom(2 * CHUNK)
    upload = start(client, len(data)).json['id']
    assert client.chunk(upload, CHUNK, data[CHUNK:]).json['received'] == 0, 'where to go on'
    client.chunk(upload, 0, data[:CHUNK])
    for offset in (1, CHUNK - 1, CHUNK + 1, 2 * CHUNK):
        answer = client.chunk(upload, offset, data[:CHUNK])
        assert answer.status == 409 and answer.json['received'] == CHUNK, (offset, answer)
    for size in (0, 1, CHUNK - 1):
        answer = client.chunk(upload, CHUNK, data[:size])
        assert answer.status == 400 and answer.code == 'bad-chunk', (size, answer)
    # The answer was lost: the same chunk again changes nothing, another one is refused.
    assert client.chunk(upload, 0, data[:CHUNK]).json['received'] == CHUNK
    answer = client.chunk(upload, 0, data[CHUNK:])
    assert answer.status == 409 and answer.code == 'other-chunk', answer
    answer = client.chunk(upload, CHUNK, data[CHUNK:])
    assert answer.json['digest'] == sm3(data), answer
    assert client.chunk(upload, 2 * CHUNK, b'x').status == 409, 'past the end'
    assert client.chunk(upload, CHUNK, data[CHUNK:]).json['received'] == 2 * CHUNK


def chunk_too_large(world):
    client = world.as_('unit')
    upload = start(client, 2 * CHUNK).json['id']
    try:
        answer = client.chunk(upload, 0, os.urandom(CHUNK + 1))
        assert answer.status == 413, answer
    except (BrokenPipeError, ConnectionResetError):
        pass                         # refused while still sending
    client.close()
    assert client.get(f'/api/v1/uploads/{upload}').json['received'] == 0


def bad_requests(world):
    client = world.as_('unit')
    upload = start(client, 10).json['id']
    path, kind = f'/api/v1/uploads/{upload}', {'Content-Type': 'application/octet-stream'}
    assert client.call('PUT', path, b'x' * 10, headers=kind).code == 'bad-parameter'
    for offset in ('-1', 'x', '52428801', '01'):
        answer = client.call('PUT', f'{path}?offset={offset}', b'x' * 10, headers=kind)
        assert answer.code == 'bad-parameter', (offset, answer)
    answer = client.call('PUT', f'{path}?offset=0', b'x' * 10,
                         headers={'Content-Type': 'application/json'})
    assert answer.status == 415, answer
    for body, status in [({'name': 'a', 'size': 0}, 400), ({'name': 'a', 'size': 52428800}, 201),
                         ({'name': 'a', 'size': 52428801}, 413), ({'name': '', 'size': 1}, 400),
                         ({'name': '../a', 'size': 1}, 400), ({'name': 'a\nb', 'size': 1}, 400),
                         ({'name': 'x' * 300, 'size': 1}, 201),
                         ({'name': 'x' * 301, 'size': 1}, 400),
                         ({'name': 'a'}, 400), ({'name': 'a', 'size': '1'}, 400)]:
        answer = client.call('POST', '/api/v1/uploads', body)
        assert answer.status == status, (body, answer)


def foreign(world):
    """Somebody else's upload does not exist, a colleague's neither."""
    upload = start(world.as_('unit'), 10).json['id']
    for login in ('stranger', 'colleague', 'authority', 'system'):
        client = world.as_(login)
        assert client.get(f'/api/v1/uploads/{upload}').status == 404, login
        assert client.chunk(upload, 0, b'x' * 10).status == 404, login
    assert world.as_('unit').chunk(upload, 0, b'x' * 10).status == 200
    body = world.opening('colleague')
    body['materials'][0]['upload'] = upload
    answer = world.as_('colleague').command('/api/v1/cases', body)
    assert answer.status == 422 and answer.code == 'upload-incomplete', answer


def incomplete(world):
    body = world.opening()
    body['materials'][0]['upload'] = start(world.as_('unit'), 10).json['id']
    answer = world.as_('unit').command('/api/v1/cases', body)
    assert answer.status == 422 and answer.code == 'upload-incomplete', answer
    assert answer.json['reasons'][0]['where'] == 'application-form', answer


def cited_once(world):
    body = world.opening()
    assert world.as_('unit').command('/api/v1/cases', body).status == 201
    answer = world.as_('unit').command('/api/v1/cases', body)
    assert answer.status == 422 and answer.code == 'upload-incomplete', answer


def too_many(world):
    """Neither by number nor by announced bytes can one person fill the disk."""
    for login, size, n in (('guessed', 52428800, 20), ('rival', 1, 256)):
        client = world.as_(login)
        for _ in range(n):
            assert start(client, size).status == 201
        answer = start(client, size)
        assert answer.status == 429 and answer.code == 'too-many-uploads', answer


def too_many_at_once(world):
    """Each of several announced together sees the room free; one of them gets it."""
    login = 'county-unit'
    client, answers = world.as_(login), []
    for _ in range(19):
        assert start(client, 52428800).status == 201
    assert start(client, 50 * 1048576).status == 201
    left = 1024 * 1048576 - 20 * 52428800
    windows = [world.fresh().share(client) for _ in range(12)]
    ready = threading.Barrier(len(windows))

    def announce(window):
        ready.wait()
        answers.append(start(window, left).status)
    threads = [threading.Thread(target=announce, args=(window,)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [429] * 11, answers
    for row in world.server.sql('SELECT id FROM uploads WHERE person = (SELECT person FROM '
                                f"credentials WHERE login = '{login}')"):
        assert client.call('DELETE', f'/api/v1/uploads/{row[0]}').status == 204
    assert start(client, left).status == 201, 'what was dropped still takes room'


def dropped(world):
    """One's own file goes at once with its chunks; what somebody else has does not exist."""
    client = world.as_('unit')
    upload = start(client, 10).json['id']
    assert client.chunk(upload, 0, b'x' * 10).status == 200
    path = f'/api/v1/uploads/{upload}'
    assert world.as_('colleague').call('DELETE', path).status == 404
    assert client.get(path).status == 200
    answer = client.call('DELETE', path)
    assert answer.status == 204 and answer.body == b'', answer
    for method in ('DELETE', 'GET'):
        assert client.call(method, path).status == 404, method
    assert client.chunk(upload, 0, b'x' * 10).status == 404
    assert world.server.sql(f'SELECT COUNT(*) FROM upload_chunks WHERE upload = {upload}') == \
        [['0']]
    body = world.opening()
    body['materials'][0]['upload'] = upload
    assert client.command('/api/v1/cases', body).code == 'upload-incomplete'


def swept(world):
    """What nobody cites goes after a day, with its chunks; the rest stays."""
    client = world.as_('provider')
    old, new = start(client, 10).json['id'], start(client, 10).json['id']
    client.chunk(old, 0, b'x' * 10)
    client.chunk(new, 0, b'x' * 10)
    world.server.sql(f'UPDATE uploads SET created_at = created_at - 86400001 WHERE id = {old}')
    world.server.restart()           # the door sweeps at the first upload or login
    client.close()
    assert start(client, 1).status == 201
    patience = time.monotonic() + 10
    left = f'SELECT COUNT(*) FROM uploads WHERE id = {old}'
    while world.server.sql(left) != [['0']] and time.monotonic() < patience:
        time.sleep(0.05)
    assert world.server.sql(left) == [['0']]
    assert client.get(f'/api/v1/uploads/{old}').status == 404
    assert client.get(f'/api/v1/uploads/{new}').status == 200
    assert world.server.sql(f'SELECT COUNT(*) FROM upload_chunks WHERE upload = {old}') == [['0']]


def download(world):
    data, name = os.urandom(CHUNK + 1234), '方案 "最终版";\'x.pdf'
    client, body = world.as_('unit'), world.opening()
    body['materials'][1]['upload'] = client.upload(data, name)
    case = client.command('/api/v1/cases', body).json['case']
    found = [m for task in client.get(f'/api/v1/cases/{case}').json['tasks']
             for m in task['materials'] if m['material'] == 'technical-plan']
    assert len(found) == 1 and found[0]['digest'] == sm3(data) and found[0]['name'] == name, found
    path = f'/api/v1/cases/{case}/materials/{found[0]["id"]}'
    for login in ('unit', 'authority', 'auditor'):
        answer = world.as_(login).get(path)
        assert answer.status == 200 and answer.body == data, (login, answer.status)
    headers = answer.headers
    assert headers['Content-Type'] == 'application/octet-stream'
    assert headers['Content-Security-Policy'].startswith('sandbox')
    kind, _, encoded = headers['Content-Disposition'].rpartition("filename*=UTF-8''")
    assert kind.startswith('attachment;') and urllib.parse.unquote(encoded) == name, headers
    assert world.as_('stranger').get(path).status == 404
    other = world.open_case()
    wrong = f'/api/v1/cases/{other}/materials/{found[0]["id"]}'
    assert client.get(wrong).status == 404, 'access goes by case'


def edited(world):
    """Who writes into the database can take an upload away, and not put another in its place: not
    its name, nor its bytes together with their digest, nor those that had come before the rest."""
    client, data = world.as_('unit'), os.urandom(CHUNK + 5)
    for change in ("name = 'x.pdf'", "size = size", "received = received - 1",
                   f"digest = '{sm3(b'y' * 10)}'", 'created_at = created_at + 1'):
        body = world.opening()
        upload = body['materials'][0]['upload']
        world.server.sql(f'UPDATE uploads SET {change} WHERE id = {upload}')
        if change.startswith('digest'):
            size = world.server.sql(f'SELECT size FROM uploads WHERE id = {upload}')[0][0]
            other = b'y' * int(size)
            world.server.sql(f"UPDATE uploads SET digest = '{sm3(other)}' WHERE id = {upload}")
            world.server.sql(f'UPDATE upload_chunks SET bytes = {world.server.blob(other)} '
                             f'WHERE upload = {upload}')
        answer = client.command('/api/v1/cases', body)
        if change == 'size = size':
            assert answer.status == 201, answer
        else:
            assert answer.status == 422 and answer.code == 'upload-incomplete', (change, answer)
    upload = start(client, len(data)).json['id']
    assert client.chunk(upload, 0, data[:CHUNK]).status == 200
    world.server.restart()           # what was hashed is forgotten, and read from the rows again
    client.close()
    world.server.sql(f'UPDATE upload_chunks SET bytes = {world.server.zeros(CHUNK)} '
                     f'WHERE upload = {upload}')
    answer = client.chunk(upload, CHUNK, data[CHUNK:])
    assert answer.status in (404, 500), answer
    assert client.get(f'/api/v1/uploads/{upload}').json['received'] == CHUNK


CASES = [whole_file, resumed_after_restart, wrong_places, chunk_too_large, bad_requests, foreign,
         incomplete, cited_once, edited, too_many, too_many_at_once, dropped, swept, download]
