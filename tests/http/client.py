# SPDX-License-Identifier: Apache-2.0
"""Talks to the server: ordinary requests, each answer held to the contract and to the headers that
every answer has; and byte-exact ones over a bare socket."""
import http.client
import json
import socket
import uuid

SECONDS = 20
ALWAYS = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
}
PAGE_POLICY = ("default-src 'self'; img-src 'self' data:; object-src 'none'; "
               "frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
COOKIE = 'yunjian_session'


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json['code']

    def __repr__(self):
        return f'{self.status} {self.body[:300].decode("utf-8", "replace")}'


def check_headers(path, headers):
    for name, value in ALWAYS.items():
        assert headers.get(name) == value, f'{path}: {name} is {headers.get(name)}'
    policy = headers.get('Content-Security-Policy', '')
    assert policy == PAGE_POLICY or policy.startswith('sandbox'), f'{path}: {policy}'
    if path.startswith('/api'):
        assert headers.get('Cache-Control') == 'no-store', f'{path}: {headers.get("Cache-Control")}'


class Client:
    """One browser: an address, a cookie, a keep-alive connection."""

    def __init__(self, server, contract):
        self.server, self.contract = server, contract
        self.cookie, self.post, self.connection = None, None, None

    def share(self, other):
        """Another window of the same browser."""
        self.cookie, self.post = other.cookie, other.post
        return self

    def send(self, method, path, body, headers):
        # A kept connection may have been closed since; a fresh one is tried once.
        for fresh in (False, True):
            if fresh or not self.connection:
                self.close()
                self.connection = http.client.HTTPConnection('127.0.0.1', self.server.port,
                                                             timeout=SECONDS)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                return self.connection.getresponse()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if fresh:
                    raise
        raise AssertionError('unreachable')

    def call(self, method, path, body=None, headers=None, contract=True):
        sent = dict(headers or {})
        if self.cookie and 'Cookie' not in sent:
            sent['Cookie'] = f'{COOKIE}={self.cookie}'
        if self.post and method == 'POST':
            sent.setdefault('Yunjian-Post', str(self.post))
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            sent.setdefault('Content-Type', 'application/json')
        response = self.send(method, path, body, sent)
        data = response.read()
        answer = Answer(response.status, response.headers, data)
        check_headers(path, response.headers)
        if contract and path.startswith('/api/') and method != 'HEAD':
            self.contract.check_answer(method, path, answer.status,
                                       response.headers.get('Content-Type', ''), data)
        for line in response.headers.get_all('Set-Cookie') or []:
            value = line.split(';')[0].partition('=')[2]
            self.cookie = value or None
        if method != 'GET' and answer.status in (200, 201) and b'"posts":' in data:
            self.post = answer.json['post']      # as the browser's page is opened
        return answer

    def get(self, path, **more):
        return self.call('GET', path, **more)

    def command(self, path, body, key=None):
        return self.call('POST', path, body,
                         headers={'Idempotency-Key': key or str(uuid.uuid4())})

    def log_in(self, login, password):
        return self.call('POST', '/api/v1/session', {'login': login, 'password': password})

    def upload(self, data, name='文件.pdf'):
        """Sends a whole file and gives the upload's id."""
        chunk = 262144
        answer = self.call('POST', '/api/v1/uploads', {'name': name, 'size': len(data)})
        assert answer.status == 201, answer
        upload = answer.json['id']
        for at in range(0, len(data), chunk):
            answer = self.chunk(upload, at, data[at:at + chunk])
            assert answer.status == 200, answer
        return upload

    def chunk(self, upload, offset, data):
        return self.call('PUT', f'/api/v1/uploads/{upload}?offset={offset}', data,
                         headers={'Content-Type': 'application/octet-stream'})

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def raw(port, data, pieces=None):
    """Sends exactly these bytes; gives the answer and whether the server then closed."""
    with socket.create_connection(('127.0.0.1', port), timeout=SECONDS) as sock:
        try:
            for piece in pieces or [data]:
                sock.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass                     # refused before all of it was taken
        response = http.client.HTTPResponse(sock)
        try:
            response.begin()
            body = response.read()
        except (http.client.BadStatusLine, ConnectionResetError, http.client.IncompleteRead):
            return None, True
        answer = Answer(response.status, response.headers, body)
        try:                         # open is what still answers
            sock.sendall(b'GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
            closed = sock.recv(1) == b''
        except (BrokenPipeError, ConnectionResetError):
            closed = True
        return answer, closed
