# SPDX-License-Identifier: Apache-2.0
"""Who the tests act as, and the cases they act on. One server for all tests of a run."""
import uuid

from client import Client

PASSWORD = 'correct-horse-battery'
POLICY = 'zhengzhou-2019'
FORM = {
    'need': '面向公众提供在线服务',
    'kind': 'new',
    'service': 'virtualised',
    'items': {'vcpu': 8_000_000, 'backup-storage': 100_000_000},
    'sizing': '按近三年峰值测算',
    'redundancy': 20,
    'trial-days': 30,
}
# login -> (name, role, level of its organisation, which of them)
PEOPLE = {
    'unit': ('张三', 'using-unit', 'city', 0),
    'colleague': ('孙七', 'using-unit', 'city', 0),
    'stranger': ('王五', 'using-unit', 'city', 1),
    'county-unit': ('周八', 'using-unit', 'county', 0),
    'county': ('吴九', 'county-authority', 'county', None),
    'authority': ('李四', 'authority', 'city', 0),
    'provider': ('赵六', 'provider', 'city', 0),
    'rival': ('钱一', 'provider', 'city', 1),
    'guessed': ('冯二', 'provider', 'city', 1),
    'auditor': ('郑十', 'auditor', 'city', 0),
    'system': ('系统员', 'system-administrator', None, None),
    'security': ('安全员', 'security-administrator', None, None),
    'audit': ('审计员', 'audit-administrator', None, None),
}
# The same of a second jurisdiction under the same regulation: name, role, organisation.
NEIGHBOURS = {
    'next-unit': ('邻甲', 'using-unit', '邻郡第一处'),
    'next-colleague': ('邻乙', 'using-unit', '邻郡第一处'),
    'next-authority': ('邻丙', 'authority', '邻郡数据中心'),
    'next-provider': ('邻丁', 'provider', '邻郡云股份'),
    'next-auditor': ('邻戊', 'auditor', '邻郡稽核组'),
    'next-system': ('邻己', 'system-administrator', '邻郡数据中心'),
    'next-security': ('邻庚', 'security-administrator', '邻郡数据中心'),
    'next-audit': ('邻辛', 'audit-administrator', '邻郡数据中心'),
}


class World:
    def __init__(self, server, contract):
        self.server, self.contract = server, contract
        self.organisations, self.clients = {}, {}
        self.codes = server.init(POLICY)
        for login, who in PEOPLE.items():
            self.add_person(login, *who)
        self.new_code = server.add_user('newcomer', '新人', 'using-unit',
                                        self.organisations['unit'], None)
        self.next_codes = server.add_authority(POLICY, '邻郡数据中心', 'Next Data Centre')
        for login, who in NEIGHBOURS.items():
            self.add_neighbour(login, *who)
        server.start()

    def add_neighbour(self, login, name, role, organisation):
        there = self.server.sql(f"SELECT id FROM organisations WHERE name = '{organisation}'")
        made = there[0][0] if there else self.server.add_organisation(organisation, role,
                                                                      '邻郡数据中心')
        self.organisations[login] = made
        self.server.add_user(login, name, role, made, PASSWORD, '邻郡数据中心')

    def add_person(self, login, name, role, level, which):
        rows = self.server.sql('SELECT id, role, level, parent FROM organisations ORDER BY id')
        if level is None:            # administrators belong to the authority
            fits = [row[0] for row in rows if row[1] == 'authority'][:1]
        elif which is None:          # the county authority above the county's unit
            fits = [row[3] for row in rows if row[0] == self.organisations['county-unit']]
        else:
            fits = [row[0] for row in rows if row[1] == role and row[2] == level][which:which + 1]
        assert fits, f'the invented town has no organisation for {login}'
        self.organisations[login] = fits[0]
        self.server.add_user(login, name, role, fits[0], PASSWORD)

    def fresh(self):
        return Client(self.server, self.contract)

    def as_(self, login):
        """A logged-in browser, one per person for the whole run."""
        if login not in self.clients:
            self.clients[login] = self.fresh()
            answer = self.clients[login].log_in(login, PASSWORD)
            assert answer.status == 201, f'{login} cannot log in: {answer}'
        return self.clients[login]

    def entries(self):
        """What the journal has taken since the start; refusals journalled too."""
        return self.server.metrics()['yunjian_entries_total']

    # ---- cases --------------------------------------------------------------------------------

    def cite(self, login, *materials):
        client = self.as_(login)
        return [{'material': name, 'upload': client.upload(b'%PDF ' + name.encode(), name + '.pdf')}
                for name in materials]

    def opening(self, login='unit', **changes):
        form = {**FORM, 'system-name': '系统' + uuid.uuid4().hex[:8], **changes}
        return {'procedure': 'onboard', 'outcome': 'submit', 'form': form,
                'materials': self.cite(login, 'application-form', 'technical-plan')}

    def open_case(self, login='unit'):
        answer = self.as_(login).command('/api/v1/cases', self.opening(login))
        assert answer.status == 201, answer
        return answer.json['case']

    def decide(self, login, case, step, outcome, **more):
        body = dict({'step': step, 'outcome': outcome}, **more)
        return self.as_(login).command(f'/api/v1/cases/{case}/decisions', body)

    def must_decide(self, *arguments, **more):
        answer = self.decide(*arguments, **more)
        assert answer.status == 201, answer
        return answer

    def approval(self):
        return {'opinion': '同意。', 'form': {
            'feasible': True, 'reasonable': True, 'granted': FORM['items'],
            'provider': int(self.organisations['provider'])}}

    def case_in(self, state):
        """A case of `unit` in one of the states of tests/authorisation.tsv."""
        case = self.open_case()
        if state == 'reviewing':
            return case
        if state == 'returned':
            self.must_decide('authority', case, 'review', 'return', opinion='请补正。')
        elif state == 'refused':
            self.must_decide('authority', case, 'review', 'refuse', opinion='不同意。')
        else:
            assert state == 'allocating', state
            self.must_decide('authority', case, 'review', 'approve', **self.approval())
        return case
