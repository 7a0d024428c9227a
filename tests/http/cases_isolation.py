# SPDX-License-Identifier: Apache-2.0
"""Two jurisdictions under one regulation in one database: through no route does either see, name or
touch anything of the other. Every route of the table is gone through, in both directions."""
import json
import pathlib
import re
import time
import uuid

from world import FORM, PASSWORD, POLICY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROUTES = ROOT / 'src' / 'door' / 'routes.def'
READERS = ['unit', 'authority', 'provider', 'auditor', 'system', 'security', 'audit']
LINE = {'planned': {'vcpu': 1_000_000}, 'free': {'vcpu': 1_000_000}}
NOTHING = {'/healthz', '/readyz'}    # answer one word


class Side:
    """One of the two: who belongs to it, and what there is of it."""

    def __init__(self, world, prefix):
        self.world, self.prefix = world, prefix
        self.authority = int(world.organisations[self.login('authority')])
        self.case, self.late = self.open(), self.open()
        self.approve(self.late)
        view = self.get('unit', f'/api/v1/cases/{self.case}')
        late = self.get('unit', f'/api/v1/cases/{self.late}')
        self.system = view['system']['id']
        self.material = view['tasks'][0]['materials'][0]['id']
        self.decision = view['tasks'][0]['id']
        self.notice = late['notices'][0]['id']
        self.file_name = f'{prefix or "own"}机密.pdf'
        self.upload = self.as_('unit').upload(b'%PDF secret', self.file_name)
        self.post = self.get('unit', '/api/v1/session')['post']
        self.person = self.get('unit', '/api/v1/session')['person']['id']
        self.organisation = int(world.organisations[self.login('unit')])
        self.provider = int(world.organisations[self.login('provider')])
        self.delegation = self.delegate()
        self.line = self.file()

    def login(self, who):
        return self.prefix + who

    def as_(self, who):
        return self.world.as_(self.login(who))

    def get(self, who, path):
        answer = self.as_(who).get(path)
        assert answer.status == 200, f'{self.login(who)} {path}: {answer}'
        return answer.json

    def must(self, who, path, body):
        answer = self.as_(who).command(path, body)
        assert answer.status == 201, f'{self.login(who)} {path}: {answer}'
        return answer.json

    def open(self):
        name = f'{self.prefix or "own"}系统{uuid.uuid4().hex[:8]}'
        body = self.world.opening(self.login('unit'), **{'system-name': name})
        return self.must('unit', '/api/v1/cases', body)['case']

    def approval(self, **changes):
        form = {'feasible': True, 'reasonable': True, 'granted': FORM['items'],
                'provider': int(self.world.organisations[self.login('provider')]), **changes}
        return {'step': 'review', 'outcome': 'approve', 'opinion': '同意。', 'form': form}

    def approve(self, case):
        self.must('authority', f'/api/v1/cases/{case}/decisions', self.approval())

    def delegate(self):
        today = self.get('unit', '/api/v1/session')['today']
        people = self.get('unit', '/api/v1/colleagues')['people']
        other = [one['id'] for one in people if one['id'] != self.person][0]
        return self.must('unit', '/api/v1/delegations', {
            'person': other, 'from': today, 'until': today, 'reason': '出差'})['case']

    def file(self):
        today = self.get('provider', '/api/v1/session')['today']
        self.must('provider', '/api/v1/registers/capacity/lines',
                  {'lines': [{'period': today[:7], 'form': LINE}]})
        return self.get('provider', '/api/v1/registers/capacity')['lines'][0]['id']

    def names(self):
        """What nobody of the other side may read."""
        sql = self.world.server.sql
        where = f'authority = {self.authority}'
        rows = (sql(f'SELECT name FROM organisations WHERE {where}') +
                sql(f'SELECT name FROM systems WHERE {where}') +
                sql(f'SELECT title FROM cases WHERE {where}') +
                sql('SELECT l.name FROM personal l JOIN persons p ON p.id = l.person '
                    f'WHERE p.{where}'))
        return {row[0] for row in rows} | {self.file_name}


def sides(world):
    if not hasattr(world, 'two_sides'):
        own, other = Side(world, ''), Side(world, 'next-')
        # Administrators are called alike; what stands in a regulation is public.
        public = ''.join(path.read_text(encoding='utf-8')
                         for path in (ROOT / 'policies').glob('*/*.yaml'))
        shared = own.names() & other.names()
        shared |= {name for name in own.names() | other.names() if name in public}
        for one in (own, other):
            one.shown = {name for name in one.names() if name not in shared}
        assert own.shown and other.shown
        world.two_sides = own, other
    return world.two_sides


def directions(world):
    own, other = sides(world)
    return (own, other), (other, own)


def names_nothing(answer, they, what):
    text = answer.body.decode('utf-8', 'replace')
    found = [name for name in they.shown if name in text]
    assert not found, f'{what} names {found[0]}: {answer}'


def calls_about_regulations(api):
    """Regulations are public; what runs under them is not."""
    policy = f'{api}/policies/{{policy}}'
    yield 'GET', f'{api}/policies', f'{api}/policies', None, {200}
    yield 'GET', f'{api}/comparison', f'{api}/comparison', None, {200}
    for name in ('zhengzhou-2019', 'maple'):
        yield 'GET', policy, f'{api}/policies/{name}', None, {200, 404}
        yield ('GET', f'{policy}/articles/{{article}}', f'{api}/policies/{name}/articles/11', None,
               {200, 404})


def every_call(we, they):
    """(method, route, path, body, statuses): each route with all that can be said of the other."""
    case, own = they.case, we.case
    today = we.get('unit', '/api/v1/session')['today']
    api = '/api/v1'
    gone, none, refused = {404}, {200}, {403, 404, 409, 422}
    upload = [{'material': 'application-form', 'upload': they.upload},
              {'material': 'technical-plan', 'upload': they.upload}]
    opening = {'procedure': 'onboard', 'outcome': 'submit',
               'form': dict(FORM, **{'system-name': '试探'}), 'materials': upload}
    about = {'procedure': 'change', 'outcome': 'submit', 'system': they.system, 'form': {}}
    withdrawal, urging = {'reason': '试探'}, {'step': 'review', 'reason': '试探'}
    to_them = {'step': 'review', 'person': they.person, 'reason': '试探'}
    yield 'GET', '/metrics', '/metrics', None, none
    yield 'GET', f'{api}/session', f'{api}/session', None, none
    yield 'PUT', f'{api}/session', f'{api}/session', {'post': they.post}, gone
    for box in ('todo', 'done', 'mine', 'all'):
        yield 'GET', f'{api}/worklist', f'{api}/worklist?box={box}&limit=500', None, none
    yield 'GET', f'{api}/procedures', f'{api}/procedures', None, none
    for procedure in ('onboard', 'change', 'exit', 'reclaim'):
        route = f'{api}/procedures/{{procedure}}'
        yield 'GET', route, f'{api}/procedures/{procedure}', None, none
        yield 'GET', route, f'{api}/procedures/{procedure}?system={they.system}', None, gone
    yield 'GET', f'{api}/systems', f'{api}/systems?limit=500', None, none
    yield 'GET', f'{api}/systems/{{system}}', f'{api}/systems/{they.system}', None, gone
    yield 'GET', f'{api}/registers', f'{api}/registers', None, none
    for register in ('capacity', 'utilisation'):
        route = f'{api}/registers/{{register}}'
        yield 'GET', route, f'{api}/registers/{register}?limit=500', None, none
        yield ('POST', f'{route}/lines', f'{api}/registers/{register}/lines',
               {'lines': [{'system': they.system, 'period': today[:7],
                           'form': {'cpu': 20, 'memory': 30, 'storage': 40}}]}, refused)
    yield 'GET', f'{api}/reports/{{report}}', f'{api}/reports/migration', None, {200, 404}
    yield from calls_about_regulations(api)
    for plain in ('notices', 'colleagues', 'delegations', 'further-materials'):
        yield 'GET', f'{api}/{plain}', f'{api}/{plain}', None, none
    yield ('POST', f'{api}/delegations', f'{api}/delegations',
           {'person': they.person, 'from': today, 'until': today, 'reason': '试探'}, refused)
    yield ('POST', f'{api}/delegations/{{delegation}}/end',
           f'{api}/delegations/{they.delegation}/end', {}, gone)
    yield 'POST', f'{api}/cases', f'{api}/cases', opening, refused
    yield 'POST', f'{api}/cases', f'{api}/cases', about, refused
    one = f'{api}/cases/{{case}}'
    for foreign in (they.case, they.late):
        yield 'GET', one, f'{api}/cases/{foreign}', None, gone
        yield 'GET', f'{one}/entries', f'{api}/cases/{foreign}/entries', None, gone
        yield 'POST', f'{one}/decisions', f'{api}/cases/{foreign}/decisions', we.approval(), gone
    yield ('POST', f'{one}/decisions', f'{api}/cases/{own}/decisions',
           we.approval(provider=they.provider), refused)
    yield 'POST', f'{one}/withdrawal', f'{api}/cases/{case}/withdrawal', withdrawal, gone
    yield 'POST', f'{one}/assignments', f'{api}/cases/{case}/assignments', to_them, gone
    yield 'POST', f'{one}/assignments', f'{api}/cases/{own}/assignments', to_them, refused
    yield 'POST', f'{one}/urgings', f'{api}/cases/{case}/urgings', urging, gone
    for at in (they.late, we.late):
        yield ('POST', f'{one}/receipts', f'{api}/cases/{at}/receipts', {'notice': they.notice},
               gone)
    for at in (case, own):
        yield ('POST', f'{one}/corrections', f'{api}/cases/{at}/corrections',
               {'decision': they.decision, 'day': '2020-01-02', 'reason': '试探'}, gone)
        yield ('GET', f'{one}/materials/{{material}}',
               f'{api}/cases/{at}/materials/{they.material}', None, gone)
    route = f'{api}/uploads/{{upload}}'
    yield 'GET', route, f'{api}/uploads/{they.upload}', None, gone
    yield 'PUT', route, f'{api}/uploads/{they.upload}?offset=0', b'x', gone
    yield 'DELETE', route, f'{api}/uploads/{they.upload}', None, gone
    yield 'GET', f'{api}/journal/checkpoint', f'{api}/journal/checkpoint', None, none
    for index in (they.case, they.case + 1, they.system, they.person, they.notice, they.line,
                  they.authority, they.organisation):
        yield ('GET', f'{api}/journal/entries/{{index}}/proof',
               f'{api}/journal/entries/{index}/proof', None, gone)


# Nothing of the other can be put into these: they open or end a session, take a code, announce a
# file, or ask for a material by its name.
WITHOUT = {('POST', '/api/v1/session'), ('DELETE', '/api/v1/session'),
           ('POST', '/api/v1/activation'), ('POST', '/api/v1/uploads'),
           ('POST', '/api/v1/further-materials')}


def send(client, method, path, body):
    headers = {'Idempotency-Key': str(uuid.uuid4())} if method == 'POST' else {}
    if isinstance(body, bytes):
        headers['Content-Type'] = 'application/octet-stream'
    return client.call(method, path, body, headers=headers)


def every_route_is_gone_through(world):
    routes = set(re.findall(r'^X\((\w+),\s+"([^"]+)"', ROUTES.read_text(), re.MULTILINE))
    own, other = sides(world)
    called = {(call[0], call[1]) for call in every_call(own, other)}
    left = {route for route in routes if route[1] not in NOTHING} - called - WITHOUT
    assert not left, f'not gone through: {left}'
    assert not called - routes, f'no such route: {called - routes}'


def no_route_leads_across(world):
    for we, they in directions(world):
        for who in READERS:
            for method, _, path, body, statuses in every_call(we, they):
                answer = send(we.as_(who), method, path, body)
                what = f'{we.login(who)} {method} {path}'
                # Whoever may not do it at all is told so before anything is looked at.
                fits = answer.status in statuses or (method == 'POST' and answer.status == 403)
                assert fits, f'{what}: {answer}'
                names_nothing(answer, they, what)


def nothing_came_of_it(world):
    """After all that the other side's things are as they were."""
    for _, they in directions(world):
        view = they.get('unit', f'/api/v1/cases/{they.case}')
        assert not view['ended'] and len(view['tasks']) == 2, view
        late = they.get('provider', f'/api/v1/cases/{they.late}')
        assert late['notices'][0]['received_on'] is None, late['notices']
        assert they.get('unit', f'/api/v1/uploads/{they.upload}')['received'] == 11
        rows = they.get('unit', '/api/v1/delegations')['delegations']
        assert [row['ended_on'] for row in rows if row['id'] == they.delegation] == [None]


def the_refusals_have_their_reasons(world):
    for we, they in directions(world):
        case, own = '/api/v1/cases', f'/api/v1/cases/{we.case}'
        for who, path, body, code in (
                ('unit', case, {'procedure': 'change', 'outcome': 'submit', 'system': they.system,
                                'form': {}}, 'unknown-system'),
                ('unit', case, {'procedure': 'onboard', 'outcome': 'submit',
                                'form': dict(FORM, **{'system-name': '试探'}),
                                'materials': [{'material': 'application-form',
                                               'upload': they.upload}]}, 'upload-incomplete'),
                ('authority', own + '/decisions', we.approval(provider=they.provider),
                 'unknown-organisation'),
                ('authority', own + '/assignments',
                 {'step': 'review', 'person': they.person, 'reason': '试探'}, 'bad-assignee'),
                ('provider', '/api/v1/registers/utilisation/lines',
                 {'lines': [{'system': they.system, 'period': '2020-01',
                             'form': {'cpu': 20, 'memory': 30, 'storage': 40}}]},
                 'unknown-system')):
            answer = we.as_(who).command(path, body)
            assert answer.code == code, f'{we.login(who)} {path}: {answer}'


def lists_hold_ones_own(world):
    for we, they in directions(world):
        for who in READERS:
            page = we.get(who, '/api/v1/worklist?box=all&limit=500')
            assert not {they.case, they.late} & {row['case'] for row in page['rows']}, who
            page = we.get(who, '/api/v1/systems?limit=500')
            assert they.system not in [row['id'] for row in page['systems']], who
            page = we.get(who, '/api/v1/registers/capacity?limit=500')
            assert they.line not in [row['id'] for row in page['lines']], who
        seen = [row['case'] for row in we.get('authority', '/api/v1/worklist?box=all&limit=500')
                ['rows']]
        assert we.case in seen and we.late in seen


def choices_are_ones_own(world):
    """Organisations that a form offers."""
    for we, they in directions(world):
        view = we.get('authority', f'/api/v1/cases/{we.case}')
        text = json.dumps(view, ensure_ascii=False)
        assert f'"id": {we.provider}' in text, 'the form offers nobody'
        assert f'"id": {they.provider}' not in text, 'the form offers a foreign provider'


def proofs_show_hashes_of_others(world):
    """Of the last entries of the log, a proof comes for those of one's own cases alone, and all
    that it says of their neighbours is a hash."""
    for we, they in directions(world):
        client = we.as_('authority')
        until = time.monotonic() + 10
        size = 0
        while size <= max(we.late, they.late) and time.monotonic() < until:
            size = client.get('/api/v1/journal/checkpoint').json['size']
            time.sleep(0.1)
        shown = 0
        for index in range(max(0, size - 300), size):
            answer = client.get(f'/api/v1/journal/entries/{index}/proof')
            names_nothing(answer, they, f'proof {index}')
            if answer.status == 200:
                shown += 1
                entry = json.loads(answer.json['bytes'])
                assert entry['authority'] == we.authority, f'proof {index} is foreign: {answer}'
                assert all(re.fullmatch('[0-9a-f]{64}', one) for one in answer.json['hashes'])
            else:
                assert answer.status == 404, answer
        assert shown, 'no entry of its own can be proven'


def metrics_name_nobody(world):
    sides(world)
    text = world.fresh().get('/metrics').body.decode()
    for one in sides(world):
        assert not [name for name in one.shown if name in text]
    assert 'authority' not in text, 'the metrics tell jurisdictions apart'


def the_header_says_which(world):
    for we, they in directions(world):
        body = we.get('unit', '/api/v1/session')['authority']
        assert body['id'] == we.authority and body['name'] not in they.shown, body


def a_code_opens_its_own_account(world):
    """The second jurisdiction's administrators have codes and logins of their own."""
    codes = world.next_codes
    assert sorted(codes) == [f'{who}-admin@{POLICY}' for who in ('audit', 'security', 'system')]
    login = f'audit-admin@{POLICY}'
    client = world.fresh()
    wrong = {'login': login, 'code': world.codes['audit-admin'], 'password': PASSWORD + '1'}
    assert client.call('POST', '/api/v1/activation', wrong).status == 401
    right = dict(wrong, code=codes[login])
    answer = client.call('POST', '/api/v1/activation', right)
    assert answer.status == 201, answer
    assert answer.json['authority']['id'] == int(world.organisations['next-authority']), answer


CASES = [every_route_is_gone_through, no_route_leads_across, nothing_came_of_it,
         the_refusals_have_their_reasons, lists_hold_ones_own, choices_are_ones_own,
         proofs_show_hashes_of_others, metrics_name_nobody, the_header_says_which,
         a_code_opens_its_own_account]
