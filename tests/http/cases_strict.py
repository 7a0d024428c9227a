# SPDX-License-Identifier: Apache-2.0
"""Everything that a request may not be. Each row: name, bytes, status, code (None: libmicrohttpd
answers by itself, with a plain sentence), must the connection close. Nothing may be written."""
import json
import re
import uuid

from client import raw

LOGIN = b'{"login":"unit","password":"x"}'


def request(line, *headers, body=b'', host=b'Host: h'):
    head = [line, *([host] if host else []), *headers]
    return b'\r\n'.join(head) + b'\r\n\r\n' + body


def login(*headers, body=LOGIN, length=True):
    more = [b'Content-Length: %d' % len(body)] if length else []
    return request(b'POST /api/v1/session HTTP/1.1', b'Content-Type: application/json', *more,
                   *headers, body=body)


GET = b'GET /api/v1/session HTTP/1.1'
FRAMING = [
    ('two Content-Length', login(b'Content-Length: 31'), 400, 'bad-framing', True),
    ('two different Content-Length', login(b'Content-Length: 5'), 400, 'bad-framing', True),
    ('Content-Length beside Transfer-Encoding', login(b'Transfer-Encoding: chunked'), 400,
     'bad-framing', True),
    ('two Transfer-Encoding', login(b'Transfer-Encoding: chunked', b'Transfer-Encoding: chunked',
                                    length=False), 400, 'bad-framing', True),
    ('Transfer-Encoding gzip', login(b'Transfer-Encoding: gzip', length=False), 400, 'bad-framing',
     True),
    ('Transfer-Encoding chunked in a list', login(b'Transfer-Encoding: gzip, chunked',
                                                  length=False), 400, 'bad-framing', True),
    ('Transfer-Encoding in HTTP/1.0', request(b'POST /api/v1/session HTTP/1.0',
                                              b'Content-Type: application/json',
                                              b'Transfer-Encoding: chunked',
                                              body=b'0\r\n\r\n'), 400, 'bad-framing', True),
    ('Content-Length +5', login(b'Content-Length: +5', length=False), 400, None, True),
    ('Content-Length 5, 5', login(b'Content-Length: 5, 5', length=False), 400, None, True),
    ('Content-Length -1', login(b'Content-Length: -1', length=False), 400, None, True),
    ('Content-Length 0x1f', login(b'Content-Length: 0x1f', length=False), 400, None, True),
    ('Content-Length empty', login(b'Content-Length:', length=False), 400, None, True),
    ('Content-Length of 30 digits', login(b'Content-Length: ' + b'9' * 30, length=False), 413, None,
     True),
    ('blank before the colon', login(b'Content-Length : 31', length=False), 400, 'bad-framing',
     True),
    ('header name with a bracket', request(GET, b'X(y): 1'), 400, 'bad-framing', True),
    ('control character in a header', request(GET, b'X-Y: a\x01b'), 400, 'bad-framing', True),
    ('header line without a colon', request(GET, b'nonsense'), 400, None, True),
    ('no Host', request(GET, host=None), 400, 'bad-framing', True),
    ('two Host', request(GET, b'Host: other'), 400, 'bad-framing', True),
    ('empty Host', request(GET, host=b'Host: '), 400, 'bad-framing', True),
    ('65 headers', request(GET, *[b'X-%d: 1' % i for i in range(64)]), 431, 'too-many-headers',
     True),
    ('64 headers', request(GET, *[b'X-%d: 1' % i for i in range(63)]), 401, 'no-session', False),
    ('a header of 40 KiB', request(GET, b'X-Y: ' + b'a' * 40960), 431, None, True),
    ('an address of 8 KiB', request(b'GET /api/v1/' + b'a' * 8192 + b' HTTP/1.1'), 414,
     'url-too-long', True),
    ('a request line of 8192 bytes', request(b'GET /api/v1/' + b'a' * (8192 - 25) + b' HTTP/1.1'),
     404, 'no-route', False),
    ('a request line of 8193 bytes', request(b'GET /api/v1/' + b'a' * (8192 - 11) + b' HTTP/1.1'),
     414, 'url-too-long', True),
    ('an address of 40 KiB', request(b'GET /' + b'a' * 40960 + b' HTTP/1.1'), 414, None, True),
    ('not HTTP', b'hello\r\n\r\n', None, None, True),
    ('body announced too large', login(b'Content-Length: 4097', body=b'{', length=False), 413,
     'too-large', True),
    ('body announced far too large', login(b'Content-Length: 9999999999', body=b'{', length=False),
     413, 'too-large', True),
]

ADDRESS = [
    ('bad UTF-8 in the path', b'/api/v1/procedures/%ff', 'bad-url', 400),
    ('overlong UTF-8 in the path', b'/api/v1/procedures/%c0%af', 'bad-url', 400),
    ('surrogate in the path', b'/api/v1/procedures/%ed%a0%80', 'bad-url', 400),
    ('NUL in the path', b'/api/v1/procedures/a%00b', 'bad-url', 400),
    ('line feed in the path', b'/api/v1/procedures/a%0ab', 'bad-url', 400),
    ('bad escape', b'/api/v1/procedures/%zz', 'bad-url', 400),
    ('cut escape', b'/api/v1/procedures/%e', 'bad-url', 400),
    ('raw bytes that are not UTF-8', b'/api/v1/procedures/\xff', 'bad-url', 400),
    ('bad UTF-8 in the query', b'/api/v1/worklist?box=%ff', 'bad-url', 400),
    ('NUL in the query', b'/api/v1/worklist?box=%00', 'bad-url', 400),
    ('unknown parameter', b'/api/v1/worklist?bx=todo', 'unknown-parameter', 400),
    ('parameter twice', b'/api/v1/worklist?box=todo&box=all', 'bad-parameter', 400),
    ('unknown box', b'/api/v1/worklist?box=nothing', 'bad-parameter', 400),
    ('limit 0', b'/api/v1/worklist?limit=0', 'bad-parameter', 400),
    ('limit 501', b'/api/v1/worklist?limit=501', 'bad-parameter', 400),
    ('limit with a sign', b'/api/v1/worklist?limit=%2B5', 'bad-parameter', 400),
    ('limit no number', b'/api/v1/worklist?limit=many', 'bad-parameter', 400),
    ('cursor of nobody', b'/api/v1/worklist?after=xyz', 'bad-body', 400),
    ('cursor too long', b'/api/v1/worklist?after=' + b'1' * 65, 'bad-parameter', 400),
    ('no such route', b'/api/v1/nothing', 'no-route', 404),
    ('no such version', b'/api/v2/session', 'no-route', 404),
    ('the root of the API', b'/api', 'no-route', 404),
    ('a slash in a segment', b'/api/v1/procedures/a%2Fb', 'bad-url', 400),
    ('a slash that joins segments', b'/api/v1%2fworklist', 'bad-url', 400),
    ('a slash in a page', b'/cases%2f1', 'bad-url', 400),
    ('a slash too many', b'/api/v1/session/', 'no-route', 404),
    ('an empty segment', b'/api/v1/cases//entries', 'no-route', 404),
    ('a case that is no number', b'/api/v1/cases/abc', 'not-found', 404),
    ('a case with a leading zero', b'/api/v1/cases/01', 'not-found', 404),
    ('a negative case', b'/api/v1/cases/-1', 'not-found', 404),
    ('a case past 2^63', b'/api/v1/cases/9223372036854775808', 'not-found', 404),
    ('a case past 2^53', b'/api/v1/cases/9007199254740993', 'not-found', 404),
    ('case 0', b'/api/v1/cases/0', 'not-found', 404),
    ('entries of case 0', b'/api/v1/cases/0/entries', 'not-found', 404),
    ('proof of the entry of nobody', b'/api/v1/journal/entries/0/proof', 'not-found', 404),
    ('proof past the end', b'/api/v1/journal/entries/9007199254740991/proof', 'not-found', 404),
    ('absolute address', b'http://h/api/v1/session', 'bad-url', 400),
    ('asterisk', b'*', 'bad-url', 400),
]

DEEP = b'[' * 33 + b']' * 33
BODIES = [
    ('empty', b'', 'bad-json', 400),
    ('cut', b'{"login":', 'bad-json', 400),
    ('bytes behind', b'{} {}', 'bad-json', 400),
    ('key twice', b'{"login":"a","login":"b","password":"c"}', 'bad-json', 400),
    ('fraction', b'{"login":1.5,"password":"c"}', 'bad-json', 400),
    ('exponent', b'{"login":1e5,"password":"c"}', 'bad-json', 400),
    ('integer past 2^53', b'{"login":9007199254740993,"password":"c"}', 'bad-json', 400),
    ('NUL escape', b'{"login":"a\\u0000","password":"c"}', 'bad-json', 400),
    ('lone surrogate', b'{"login":"\\ud800","password":"c"}', 'bad-json', 400),
    ('bad UTF-8', b'{"login":"\xff","password":"c"}', 'bad-text', 400),
    ('too deep', b'{"login":' + DEEP + b',"password":"c"}', 'bad-json', 400),
    ('more than a login needs', b'{"login":"' + b'a' * 4096 + b'","password":"c"}', 'too-large',
     413),
    ('as much as a login may need', b'{"login":"a"' + b' ' * 4083 + b'}', 'bad-body', 400),
    ('a list', b'[]', 'bad-body', 400),
    ('a text', b'"x"', 'bad-body', 400),
    ('null', b'null', 'bad-body', 400),
    ('unknown member', b'{"login":"a","pasword":"b"}', 'bad-body', 400),
    ('member missing', b'{"login":"a"}', 'bad-body', 400),
    ('wrong type', b'{"login":1,"password":"b"}', 'bad-body', 400),
    ('null member', b'{"login":null,"password":"b"}', 'bad-body', 400),
    ('login of 65 bytes', b'{"login":"' + b'a' * 65 + b'","password":"b"}', 'bad-body', 400),
    ('password of 201 bytes', b'{"login":"a","password":"' + b'b' * 201 + b'"}', 'bad-body', 400),
    ('byte order mark', b'\xef\xbb\xbf{"login":"a","password":"b"}', 'bad-json', 400),
]


ENGLISH = re.compile('[A-Za-z]+,? [a-z]+,? [a-z]+')


def check_problem(world, answer, status, code):
    assert answer.status == status, answer
    if code:
        world.contract.check_problem(answer.status, answer.headers['Content-Type'], answer.body)
        assert answer.code == code, answer
        detail = answer.json['detail']
        assert not ENGLISH.search(detail) or detail.isascii(), f'two languages in one: {detail}'


def framing(world):
    for name, data, status, code, closes in FRAMING:
        def row(data=data, status=status, code=code, closes=closes):
            before = world.entries()
            answer, closed = raw(world.server.port, data)
            if status is None:
                assert answer is None or answer.status == 400, answer
            else:
                assert answer is not None, 'the connection was closed without an answer'
                check_problem(world, answer, status, code)
            assert closed == closes, 'closed' if closed else 'the connection stayed open'
            assert world.entries() == before, 'something was written'
        yield 'framing: ' + name, row


def addresses(world):
    for name, path, code, status in ADDRESS:
        def row(path=path, code=code, status=status):
            before, cookie = world.entries(), world.as_('unit').cookie.encode()
            data = request(b'GET ' + path + b' HTTP/1.1', b'Cookie: yunjian_session=' + cookie)
            answer, closed = raw(world.server.port, data)
            check_problem(world, answer, status, code)
            assert not closed, 'the connection was closed'
            assert world.entries() == before, 'something was written'
        yield 'address: ' + name, row


def bodies(world):
    for name, body, code, status in BODIES:
        def row(body=body, code=code, status=status):
            before = world.entries()
            answer, _ = raw(world.server.port, login(body=body))
            check_problem(world, answer, status, code)
            assert world.entries() == before, 'something was written'
        yield 'body: ' + name, row


def too_many_members(world):
    answer = world.as_('unit').call('POST', '/api/v1/uploads', {'name': [1] * 10002, 'size': 1})
    check_problem(world, answer, 400, 'bad-json')


def file_names(world):
    """The sentence about a name is in the language that is asked for."""
    for headers, word in (({}, '文件名'), ({'Accept-Language': 'en'}, 'file name')):
        answer = world.as_('unit').call('POST', '/api/v1/uploads', {'name': 'a/b', 'size': 1},
                                        headers=headers)
        check_problem(world, answer, 400, 'bad-body')
        assert word in answer.json['detail'], answer


def where_it_is(world):
    """Malformed JSON is named by line and column, a wrong member by its name and the nearest."""
    answer, _ = raw(world.server.port, login(body=b'{"login": "a",\n  "password" "b"}'))
    assert '第 2 行' in answer.json['detail'], answer
    answer, _ = raw(world.server.port, login(b'Accept-Language: en',
                                             body=b'{"login": "a",\n  "password" "b"}'))
    assert 'line 2' in answer.json['detail'], answer
    answer, _ = raw(world.server.port, login(body=b'{"login":"a","pasword":"b"}'))
    assert 'pasword' in answer.json['detail'], answer
    answer, _ = raw(world.server.port, login(b'Accept-Language: en',
                                             body=b'{"login":"a","pasword":"b"}'))
    assert 'password' in answer.json['detail'], answer
    answer, _ = raw(world.server.port, login(body=b'{"login":1,"password":"b"}'))
    assert 'login' in answer.json['reasons'][0]['where'], answer
    answer = world.as_('unit').get('/api/v1/worklist?bx=todo')
    assert 'box' in answer.json['detail'], answer


TYPES = [('application/json', True), ('application/json; charset=utf-8', True),
         ('Application/JSON', True), ('application/json; charset=gbk', False),
         ('text/plain', False), ('application/x-www-form-urlencoded', False),
         ('multipart/form-data', False),
         ('application/problem+json', False), (None, False)]


def types(world):
    for name, good in TYPES:
        def row(name=name, good=good):
            head = [b'Content-Type: ' + name.encode()] if name else []
            data = request(b'POST /api/v1/session HTTP/1.1', b'Content-Length: 2', *head,
                           body=b'{}')
            answer, _ = raw(world.server.port, data)
            check_problem(world, answer, *((400, 'bad-body') if good else (415, 'wrong-type')))
        yield f'type: {name}', row


ORIGINS = [
    ('same, http', [b'Origin: http://h'], 400), ('same, https', [b'Origin: https://h'], 400),
    ('none', [], 400), ('other', [b'Origin: http://evil.example'], 403),
    ('null', [b'Origin: null'], 403), ('other port', [b'Origin: http://h:81'], 403),
    ('longer name', [b'Origin: http://h.evil.example'], 403), ('empty', [b'Origin: '], 403),
    ('two', [b'Origin: http://h', b'Origin: http://h'], 403),
    ('cross-site fetch', [b'Sec-Fetch-Site: cross-site'], 403),
    ('same-origin fetch', [b'Sec-Fetch-Site: same-origin'], 400),
    ('typed by hand', [b'Sec-Fetch-Site: none'], 400),
]


def origins(world):
    for name, headers, status in ORIGINS:
        def row(headers=headers, status=status):
            answer, _ = raw(world.server.port, login(*headers, body=b'{}'))
            check_problem(world, answer, status, 'cross-site' if status == 403 else 'bad-body')
        yield 'origin: ' + name, row


METHODS = [('DELETE', '/api/v1/worklist', 'GET, HEAD'), ('POST', '/api/v1/cases/1', 'GET, HEAD'),
           ('GET', '/api/v1/cases', 'POST'),
           ('PATCH', '/api/v1/uploads/5', 'GET, HEAD, PUT, DELETE'),
           ('OPTIONS', '/api/v1/session', 'GET, HEAD, POST, PUT, DELETE'),
           ('POST', '/', 'GET, HEAD'), ('TRACE', '/healthz', 'GET, HEAD'),
           ('PUT', '/index.html', 'GET, HEAD')]


def methods(world):
    for method, path, allow in METHODS:
        def row(method=method, path=path, allow=allow):
            answer, _ = raw(world.server.port, request(f'{method} {path} HTTP/1.1'.encode()))
            check_problem(world, answer, 405, 'wrong-method')
            assert answer.headers['Allow'] == allow, answer.headers['Allow']
        yield f'method: {method} {path}', row


def no_body_wanted(world):
    answer, _ = raw(world.server.port, request(GET, b'Content-Length: 2', body=b'{}'))
    check_problem(world, answer, 400, 'no-body')


def chunked_body(world):
    """A chunked body is a body like any other, up to the limit, and not for ever beyond it."""
    head = request(b'POST /api/v1/session HTTP/1.1', b'Content-Type: application/json',
                   b'Transfer-Encoding: chunked')
    answer, _ = raw(world.server.port, head + b'2\r\n{}\r\n0\r\n\r\n')
    check_problem(world, answer, 400, 'bad-body')
    piece = b'10000\r\n' + b' ' * 65536 + b'\r\n'
    answer, _ = raw(world.server.port, None, [head] + [piece] * 15 + [b'0\r\n\r\n'])
    check_problem(world, answer, 413, 'too-large')
    answer, closed = raw(world.server.port, None, [head] + [piece] * 40 + [b'0\r\n\r\n'])
    assert closed and (answer is None or answer.status == 413), answer
    answer, _ = raw(world.server.port, head + b'zz\r\n')
    assert answer.status == 400, answer


def languages(world):
    """The same problem in the language that is preferred; Chinese unless English is."""
    rows = [(None, False), ('zh-CN,zh;q=0.9,en;q=0.8', False), ('en', True),
            ('en-GB,en;q=0.9', True), ('en;q=0.5, zh;q=0.5', False),
            ('zh;q=0.1, en;q=0.2', True), ('fr', False), ('en;q=0', False), (',;q=', False)]
    for wanted, english in rows:
        headers = {'Accept-Language': wanted} if wanted else {}
        answer = world.fresh().call('GET', '/api/v1/session', headers=headers)
        assert answer.json['detail'].isascii() == english, (wanted, answer)


def pages(world):
    """Addresses that are not the API are the application's; what looks like a file must be one."""
    client = world.fresh()
    for path in ('/', '/cases/12', '/login?next=%2F'):
        answer = client.get(path)
        assert answer.status == 200 and answer.headers['Content-Type'].startswith('text/html'), path
        assert answer.headers['Cache-Control'] == 'no-cache', answer.headers['Cache-Control']
    assert client.get('/assets/none-00000000.js').status == 404
    assert client.get('/%2e%2e/%2e%2e/etc/passwd').status in (200, 404)
    assert b'root:' not in client.get('/%2e%2e/%2e%2e/etc/passwd').body
    head = client.call('HEAD', '/')
    assert head.status == 200 and head.body == b''


def health(world):
    client = world.fresh()
    assert client.get('/healthz').body == b'ok\n'
    assert client.get('/readyz').status == 200
    metrics = world.server.metrics()
    for name in ('commands', 'commits', 'syncs', 'entries', 'refusals', 'failures'):
        assert f'yunjian_{name}_total' in metrics, name
    assert metrics['yunjian_sound'] == 1
    assert metrics['yunjian_http_requests_total{class="4xx"}'] > 0


def pipelined(world):
    """Requests sent together are answered in order; a bad one ends the connection."""
    good = request(b'GET /healthz HTTP/1.1')
    answer, closed = raw(world.server.port, good + good)
    assert answer.status == 200 and not closed
    answer, closed = raw(world.server.port, login(b'Content-Length: 31') + good)
    assert answer.status == 400 and closed, 'a smuggled request was answered'


def keys(world):
    body = json.dumps(world.opening()).encode()
    for name, headers in [('none', []), ('short', [b'Idempotency-Key: 1234567']),
                          ('long', [b'Idempotency-Key: ' + b'k' * 129]),
                          ('blank', [b'Idempotency-Key: 1234 5678']),
                          ('not ASCII', ['Idempotency-Key: 一二三四五六'.encode()]),
                          ('two', [b'Idempotency-Key: 12345678', b'Idempotency-Key: 12345678'])]:
        before = world.entries()
        data = request(b'POST /api/v1/cases HTTP/1.1', b'Content-Type: application/json',
                       b'Content-Length: %d' % len(body), *headers,
                       b'Yunjian-Post: %d' % world.as_('unit').post,
                       b'Cookie: yunjian_session=' + world.as_('unit').cookie.encode(), body=body)
        answer, _ = raw(world.server.port, data)
        check_problem(world, answer, 400, 'no-key')
        assert world.entries() == before, name


COMMANDS = [
    ('unknown member', {'step': 'review', 'outcome': 'approve', 'opinon': 'x'}),
    ('round 0.5', b'{"step":"review","outcome":"approve","round":0.5}'),
    ('round as text', {'step': 'review', 'outcome': 'approve', 'round': '1'}),
    ('negative round', {'step': 'review', 'outcome': 'approve', 'round': -1}),
    ('form as list', {'step': 'review', 'outcome': 'approve', 'form': []}),
    ('materials as map', {'step': 'review', 'outcome': 'approve', 'materials': {}}),
    ('material as text', {'step': 'review', 'outcome': 'approve', 'materials': ['x']}),
    ('material without upload', {'step': 'review', 'outcome': 'approve',
                                 'materials': [{'material': 'x'}]}),
    ('material with more', {'step': 'review', 'outcome': 'approve',
                            'materials': [{'material': 'x', 'upload': 1, 'digest': 'y'}]}),
    ('upload 0', {'step': 'review', 'outcome': 'approve',
                  'materials': [{'material': 'x', 'upload': 0}]}),
    ('33 materials', {'step': 'review', 'outcome': 'approve',
                      'materials': [{'material': 'x', 'upload': 1}] * 33}),
    ('no step', {'outcome': 'approve'}),
]


def commands(world):
    for name, body in COMMANDS:
        def row(body=body):
            case, before = world.case_in('reviewing'), world.entries()
            headers = {'Idempotency-Key': str(uuid.uuid4()), 'Content-Type': 'application/json'}
            answer = world.as_('authority').call('POST', f'/api/v1/cases/{case}/decisions', body,
                                                 headers=headers)
            assert answer.status == 400 and answer.code in ('bad-body', 'bad-json'), answer
            assert world.entries() == before, 'something was written'
        yield 'command: ' + name, row


POSTS = [('none', []), ('empty', [b'Yunjian-Post: ']), ('no number', [b'Yunjian-Post: a']),
         ('zero', [b'Yunjian-Post: 0']), ('a sign', [b'Yunjian-Post: +%d']),
         ('leading zero', [b'Yunjian-Post: 0%d']), ('two', [b'Yunjian-Post: %d'] * 2)]


def posts(world):
    """A write says as which post its page was opened, in one way."""
    for path in ('/api/v1/cases', '/api/v1/cases/1/decisions', '/api/v1/uploads'):
        for name, headers in POSTS:
            def row(path=path, headers=headers):
                unit, before = world.as_('unit'), world.entries()
                data = request(f'POST {path} HTTP/1.1'.encode(), b'Content-Type: application/json',
                               b'Content-Length: 2', b'Idempotency-Key: 12345678',
                               b'Cookie: yunjian_session=' + unit.cookie.encode(),
                               *[h % unit.post if b'%d' in h else h for h in headers], body=b'{}')
                answer, _ = raw(world.server.port, data)
                check_problem(world, answer, 400, 'no-post-header')
                assert world.entries() == before, 'something was written'
            yield f'post: {path} {name}', row


TABLES = [posts, framing, addresses, bodies, types, origins, methods, commands]
CASES = [where_it_is, too_many_members, file_names, no_body_wanted, chunked_body,
         languages, pages, health, pipelined, keys]
