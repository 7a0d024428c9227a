# SPDX-License-Identifier: Apache-2.0
"""tests/authorisation.tsv against the server: each row is a test, each route must have rows."""
import pathlib
import re
import tempfile
import time
import uuid

from server import Server
from world import FORM, PASSWORD, POLICY

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent / 'authorisation.tsv'
ROUTES = HERE.parent.parent / 'src' / 'door' / 'routes.def'
HEAD = ['method', 'route', 'what', 'role', 'relation', 'state', 'answer']

PEOPLE = {('using-unit', 'own'): 'unit', ('using-unit', 'foreign'): 'stranger',
          ('using-unit', 'colleague'): 'colleague', ('provider', 'foreign'): 'rival'}
LOGINS = {'using-unit': 'unit', 'county-authority': 'county', 'authority': 'authority',
          'provider': 'provider', 'auditor': 'auditor', 'system-administrator': 'system',
          'security-administrator': 'security', 'audit-administrator': 'audit'}
REGISTERS = {'capacity': {'planned': {'vcpu': 1_000_000}, 'free': {'vcpu': 1_000_000}},
             'utilisation': {'cpu': 20, 'memory': 30, 'storage': 40}}
BESIDE = ('/lines', '/delegations', '/end', '/further-materials', '/withdrawal', '/assignments',
          '/urgings', '/receipts', '/corrections')
DECISIONS = {
    'review.return': {'opinion': '请补正。'},
    'supplement.resubmit': {'form': {'changed': '已补正。'}},
    'allocate.deliver': {'form': {'delivered': FORM['items']}},
}


def read_table():
    rows = []
    for n, line in enumerate(TABLE.read_text(encoding='utf-8').splitlines(), 1):
        if line.startswith('#'):
            continue
        cells = line.split('\t')
        assert len(cells) == len(HEAD), f'{TABLE.name}:{n}: {len(cells)} cells'
        if cells != HEAD:
            rows.append(dict(zip(HEAD, cells), line=n))
    return rows


def every_route_has_rows(world):
    served = {(m, p) for m, p in re.findall(r'^X\((\w+),\s+"(/api/[^"]+)"', ROUTES.read_text(),
                                            re.MULTILINE)}
    promised = {(m, p) for m, p in world.contract.routes}
    assert served == promised, f'contract and routes differ: {served ^ promised}'
    rows = read_table()
    for route in served:
        roles = {row['role'] for row in rows if (row['method'], row['route']) == route}
        assert 'nobody' in roles, f'{route}: no row says what nobody gets'
        assert len(roles) > 1 or route[1].endswith(('/session', '/activation')), route
    keys = [tuple(row[k] for k in HEAD[:-1]) for row in rows]
    assert len(set(keys)) == len(keys), 'a row stands twice'


class Act:
    """One row: who, on what, with which body."""

    def __init__(self, world, row):
        self.world, self.row = world, row
        self.login = PEOPLE.get((row['role'], row['relation'])) or LOGINS.get(row['role'])

    def client(self):
        if self.row['role'] == 'nobody':
            return self.world.fresh()
        if self.row['route'].endswith('/session') and self.row['method'] in ('DELETE', 'PUT'):
            client = self.world.fresh()
            assert client.log_in(self.login, PASSWORD).status == 201
            return client
        return self.world.as_(self.login)

    def case(self):
        """Reads share a case; a command gets its own."""
        state = self.row['state']
        if self.row['method'] != 'GET':
            return self.world.case_in(state)
        shared = self.world.__dict__.setdefault('shared_cases', {})
        if state not in shared:
            shared[state] = self.world.case_in(state)
        return shared[state]

    def path(self):
        path = self.row['route'].replace('{procedure}', 'onboard')
        whole = '{article}' in path
        if self.row['what'] == 'unknown':
            path = path.replace('{article}' if whole else '{policy}', 'nowhere')
        path = path.replace('{policy}', POLICY).replace('{article}', '12')
        register = self.row['what'] if self.row['what'] in REGISTERS else 'capacity'
        path = path.replace('{register}', register).replace('{report}', 'migration')
        if '{delegation}' in path:
            path = path.replace('{delegation}', str(self.delegation()))
        if '{system}' in path:
            path = path.replace('{system}', str(self.system()))
        if '{upload}' in path:
            answer = self.world.as_('unit').call('POST', '/api/v1/uploads',
                                                 {'name': 'a', 'size': 10})
            path = path.replace('{upload}', str(answer.json['id']))
        if '{case}' in path or '{index}' in path:
            case = self.case()
            path = path.replace('{case}', str(case)).replace('{index}', str(case))
        if '{material}' in path:
            view = self.world.as_('unit').get(f'/api/v1/cases/{case}').json
            path = path.replace('{material}', str(view['tasks'][0]['materials'][0]['id']))
        return path + {'first-chunk': '?offset=0', 'all': '?box=all&limit=500'}.get(
            self.row['what'], '')

    def system(self):
        view = self.world.as_('unit').get(f'/api/v1/cases/{self.case()}').json
        return view['system']['id']

    def delegation(self):
        answer = self.world.as_('unit').command('/api/v1/delegations', self.standing_in())
        assert answer.status == 201, answer
        return answer.json['case']

    def standing_in(self):
        today = self.world.as_('unit').get('/api/v1/session').json['today']
        people = self.world.as_('unit').get('/api/v1/colleagues').json['people']
        person = [one['id'] for one in people if one['name'] == '孙七'][0]
        return {'person': person, 'from': today, 'until': today, 'reason': '出差'}

    def beside(self):
        """Bodies of what is done beside the flow of a case."""
        what, route = self.row['what'], self.row['route']
        if route.endswith('/lines'):
            today = self.world.as_('unit').get('/api/v1/session').json['today']
            line = {'period': today[:7], 'form': REGISTERS[what]}
            return {'lines': [dict(line, system=self.system()) if what == 'utilisation' else line]}
        if route.endswith('/delegations'):
            return self.standing_in()
        if route.endswith('/end'):
            return {}
        if route.endswith('/further-materials'):
            return {'procedure': 'change', 'step': 'apply', 'material': 'budget', 'zh': '经费批复',
                    'en': 'Budget', 'asked': False}
        kase = re.search(r'/cases/(\d+)/', self.made).group(1) if '/cases/' in self.made else None
        if route.endswith('/withdrawal'):
            return {'reason': '不办了'}
        if route.endswith('/assignments'):
            return {'step': 'review', 'person': 0, 'reason': '共同办理'}
        if route.endswith('/urgings'):
            return {'step': 'review', 'reason': '请尽快'}
        view = self.world.as_('unit').get(f'/api/v1/cases/{kase}').json
        if route.endswith('/receipts'):
            return {'notice': view['notices'][0]['id']}
        if route.endswith('/corrections'):
            return {'decision': view['tasks'][0]['id'], 'day': '2020-01-02', 'reason': '有误'}
        return None

    def body(self):
        what, method, route = self.row['what'], self.row['method'], self.row['route']
        if method == 'POST' and route.endswith(BESIDE):
            return self.beside()
        if what in ('own-post', 'foreign-post'):
            post = self.world.as_('unit' if what == 'own-post' and not self.login else
                                  self.login if what == 'own-post' else 'county-unit')
            return {'post': post.get('/api/v1/session').json['post']}
        if what in ('right-password', 'wrong-password'):
            return {'login': 'unit', 'password': PASSWORD if what[0] == 'r' else 'wrong-password'}
        if what == 'wrong-code':
            return {'login': 'unit', 'code': 'aaaa-bbbb', 'password': PASSWORD}
        if what == 'onboard':
            return self.world.opening(self.login or 'unit')
        if what == 'first-chunk':
            return b'0123456789'
        if method == 'POST' and route.endswith('/uploads'):
            return {'name': 'a', 'size': 10}
        if method == 'POST':
            step, outcome = what.split('.')
            more = DECISIONS.get(what) or self.world.approval()
            return dict({'step': step, 'outcome': outcome}, **more)
        return None

    def run(self):
        method, self.made = self.row['method'], self.path()
        body, path = self.body(), self.made
        if self.row['what'] == 'all':
            self.case()              # before the list is read
        headers = {'Idempotency-Key': str(uuid.uuid4())} if method == 'POST' else {}
        if isinstance(body, bytes):
            headers['Content-Type'] = 'application/octet-stream'
        client = self.client()
        for _ in range(100):
            answer = client.call(method, path, body, headers=headers)
            if not (answer.status == 503 and answer.code == 'no-checkpoint'):
                break
            time.sleep(0.1)
        found = str(answer.status) + (':' + answer.code if answer.status >= 400 else '')
        if answer.status == 200 and self.row['what'] == 'all':
            rows = [row['case'] for row in answer.json['rows']]
            found += ':listed' if self.case() in rows else ':not-listed'
        assert found == self.row['answer'], \
            f'{TABLE.name}:{self.row["line"]}: {self.row["answer"]} was expected, not {answer}'


def table(world):
    for row in read_table():
        name = ' '.join(row[k] for k in HEAD[:-1])
        yield 'authorisation: ' + name, lambda row=row: Act(world, row).run()


def administrators_have_empty_lists(world):
    world.must_decide('authority', world.open_case(), 'review', 'return', opinion='请补正。')
    for login in ('system', 'security', 'audit'):
        for box in ('todo', 'done', 'mine', 'all'):
            answer = world.as_(login).get(f'/api/v1/worklist?box={box}')
            empty = {'rows': [], 'next': None, 'counts': dict.fromkeys(
                ('todo', 'overdue', 'done', 'mine', 'all', 'notices'), 0)}
            assert answer.status == 200 and answer.json == empty, f'{login} {box}: {answer}'


def page_by_page(world, login):
    """The box of all cases in the largest pages; gives the sizes of the pages and the ids."""
    sizes, cases, after = [], [], ''
    while True:
        answer = world.as_(login).get('/api/v1/worklist?box=all&limit=500' + after)
        assert answer.status == 200, answer
        sizes.append(len(answer.json['rows']))
        cases += [row['case'] for row in answer.json['rows']]
        if not answer.json['next']:
            return sizes, cases
        after = '&after=' + answer.json['next']


def the_largest_page_fits(world):
    """600 cases put beside the others by hand: with long titles the pages get shorter."""
    case, columns = world.open_case(), 'system, opener, number, procedure, policy'
    before = page_by_page(world, 'auditor')[1]
    for title, first in (('题' * 100, 500), ('"' * 6000, None)):
        try:
            world.server.sql(
                f'INSERT INTO cases (id, authority, {columns}, title, opened_on, opened_at, ended, '
                f'outcome, cause, withdrawn, period, priority, task) WITH RECURSIVE n(i) AS '
                f'(SELECT 1 UNION ALL SELECT i + 1 FROM n '
                f"WHERE i < 600) SELECT 1000000000 + i, authority, {columns}, '{title}', "
                f'opened_on, opened_at, ended, outcome, cause, withdrawn, period, priority, task '
                f'FROM n, cases WHERE id = {case}')
            sizes, cases = page_by_page(world, 'auditor')
        finally:
            world.server.sql('DELETE FROM cases WHERE id > 1000000000')
        assert cases == sorted(set(cases), reverse=True), 'a case stands twice or out of order'
        assert len(cases) == len(before) + 600 and cases[600:] == before
        assert sizes[0] == first if first else sizes[0] < 500, sizes


# What somebody edited, how it is put back, whom a read then concerns, what it answers.
EDITS = [
    ('UPDATE tasks SET kase = kase + 1000000 WHERE kase = {case}',
     'UPDATE tasks SET kase = kase - 1000000 WHERE kase = {case} + 1000000',
     '/api/v1/cases/{case}', 500),
    ('UPDATE cases SET system = -system WHERE id = {case}',
     'UPDATE cases SET system = -system WHERE id = {case}', '/api/v1/cases/{case}', 500),
    ('UPDATE persons SET authority = -authority', 'UPDATE persons SET authority = -authority',
     '/api/v1/session', 500),
    *[('UPDATE posts SET authority = -authority', 'UPDATE posts SET authority = -authority',
       path, 401) for path in ('/api/v1/session', '/api/v1/worklist', '/api/v1/procedures',
                               '/api/v1/procedures/onboard', '/api/v1/cases/{case}')],
]


def edited_rows_end_no_process(world):
    """On a server of its own, whose log may tell of errors."""
    with tempfile.TemporaryDirectory(prefix='yunjian-edited-') as folder:
        own = type(world)(Server(world.server.binary, pathlib.Path(folder) / 'data'),
                          world.contract)
        try:
            case = own.case_in('returned')
            for edit, undo, path, status in EDITS:
                own.server.sql(edit.format(case=case))
                answer = own.as_('unit').get(path.format(case=case))
                own.server.sql(undo.format(case=case))
                assert answer.status == status, f'{edit}, then {path}: {answer}'
                again = own.as_('unit').get(path.format(case=case))
                assert again.status == 200, f'{edit} and {undo}, then {path}: {again}'
        finally:
            ended = own.server.stop()
        assert ended == 0 and 'Sanitizer' not in own.server.log(), own.server.log()[-3000:]


TABLES = [table]
CASES = [every_route_has_rows, administrators_have_empty_lists, the_largest_page_fits,
         edited_rows_end_no_process]
