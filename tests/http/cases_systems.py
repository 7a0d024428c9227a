# SPDX-License-Identifier: Apache-2.0
"""The page of a system: documents, people, dates and history out of the cases that one may see."""
import pathlib
import shutil
import tempfile

from cases_regulations import founded, on_its_own
from world import FORM, PASSWORD

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LISTS = ('cases', 'documents', 'contacts', 'actors', 'tasks', 'history')


def system_of(world, login, case):
    return world.as_(login).get(f'/api/v1/cases/{case}').json['system']['id']


def page(world, login, system):
    answer = world.as_(login).get(f'/api/v1/systems/{system}')
    assert answer.status == 200, f'{login}: {answer}'
    return answer.json


def story(one):
    return [event['kind'] for event in reversed(one['history'])]


def everything_on_one_page(world):
    """Each list says what the case says, and its files come by the way that they always come."""
    case = world.case_in('allocating')
    view = world.as_('authority').get(f'/api/v1/cases/{case}').json
    system, today = view['system']['id'], view['opened_on']
    one = page(world, 'authority', system)
    ref = {'id': case, 'number': view['number']}
    assert [row['id'] for row in one['cases']] == [case] and one['cut'] == [], one
    filed = [material for task in view['tasks'] for material in task['materials']]
    assert [row['id'] for row in one['documents']] == sorted(
        (material['id'] for material in filed), reverse=True), one['documents']
    for row in one['documents']:
        assert row['case'] == ref and row['filed_on'] == today, row
        assert row['name'] == row['material'] + '.pdf' and row['label']['zh'], row
        answer = world.as_('authority').get(f'/api/v1/cases/{case}/materials/{row["id"]}')
        assert answer.status == 200 and len(answer.body) == row['size'], answer
    people = [(row['step_label']['zh'], row['person']['name'], row['on'], row['case'])
              for row in one['actors']]
    assert people == [('审核', '李四', today, ref), ('申请', '张三', today, ref)], people
    owed = [task for task in view['tasks'] if task['state'] == 'open']
    assert [(row['step_label'], row['due'], row['light'], row['days_left'], row['organisation'])
            for row in one['tasks']] == [
        (task['label'], task['due'], task['light'], task['days_left'], task['organisation'])
        for task in owed], one['tasks']
    assert one['tasks'][0]['due'] and one['tasks'][0]['case'] == ref, one['tasks']
    assert sorted(story(one)) == ['granted', 'opened', 'provided', 'registered'], one['history']
    granted = [event for event in one['history'] if event['kind'] == 'granted'][0]
    assert [granted['case'], granted['how'], granted['on']] == [ref, 'instead', today], granted
    assert {row['item']: row['quantity'] for row in granted['items']} == FORM['items'], granted
    assert one['contacts'] == [], 'this regulation has no field of persons'


def what_happens_is_told(world):
    """A return stops the clock; a refusal ends the case and with it what is owed."""
    case = world.case_in('returned')
    system = system_of(world, 'unit', case)
    one = page(world, 'unit', system)
    lights = {row['state']: (row['light'], row['due'] is None) for row in one['tasks']}
    assert lights['held'] == ('grey', True) and lights['open'][0] != 'grey', one['tasks']
    assert [row['due'] is None for row in one['tasks']][-1], 'what has no day comes last'
    world.must_decide('unit', case, 'supplement', 'resubmit', form={'changed': '已补充。'},
                      materials=world.cite('unit', 'supplement'))
    world.must_decide('authority', case, 'review', 'refuse', opinion='不同意。')
    one = page(world, 'unit', system)
    assert one['documents'][0]['material'] == 'supplement', one['documents']
    assert one['tasks'] == [] and one['cases'][0]['ended'], one
    assert story(one) in (['registered', 'opened', 'ended'], ['opened', 'registered', 'ended'])
    assert one['history'][0]['label']['zh'] and one['history'][0]['how'] == '', one['history'][0]
    steps = [row['step_label']['zh'] for row in one['actors']]
    assert len(steps) == len(set(steps)) == 3, steps
    case = world.open_case()
    system = system_of(world, 'unit', case)
    answer = world.as_('unit').command(f'/api/v1/cases/{case}/withdrawal', {'reason': '不需要了'})
    assert answer.status == 201, answer
    ended = page(world, 'unit', system)['history'][0]
    assert ended['kind'] == 'ended' and ended['how'] == 'withdrawn', ended


def nobody_sees_more_than_the_cases(world):
    case = world.case_in('allocating')
    system = system_of(world, 'unit', case)
    for login in ('stranger', 'county-unit', 'rival', 'system', 'security', 'audit',
                  'next-unit', 'next-authority', 'next-provider', 'next-auditor'):
        answer = world.as_(login).get(f'/api/v1/systems/{system}')
        assert answer.status == 404, f'{login}: {answer}'
    for login in ('unit', 'colleague', 'authority', 'auditor', 'provider'):
        assert page(world, login, system)['cases'][0]['id'] == case, login


def with_persons(folder):
    """The pack of the heron with somebody to turn to, in a form and so in a register; of each role
    there is one body here, so one expert is enough."""
    pack = pathlib.Path(folder) / 'pack'
    shutil.copytree(ROOT / 'tests/packs/heron', pack)
    shutil.copytree(ROOT / 'tests/packs/reed', pathlib.Path(folder) / 'reed')
    for name, after in (('system.yaml', '      move-by: {type: date, zh: 计划迁移日期, '
                                        'en: To be moved by}\n'),
                        ('pack.yaml', '      move-by: {type: date, zh: 计划迁移日期, '
                                      'en: To be moved by}\n')):
        path = pack / name
        text = path.read_text(encoding='utf-8')
        assert text.count(after) == 1, name
        path.write_text(text.replace(after, after + '      contact: {type: person, zh: 联系人, '
                                     'en: Contact}\n'), encoding='utf-8')
    system = pack / 'system.yaml'
    text = system.read_text(encoding='utf-8')
    assert text.count(', min: 2, max: 3') == 1
    system.write_text(text.replace(', min: 2, max: 3', ''), encoding='utf-8')
    return pack


def people_of(own, pack):
    """One body of each role, each with one person who is called like the role."""
    founded(own, pack)
    assert own.server.stop() == 0
    for role in ('using-unit', 'provider', 'expert'):
        own.organisations[role] = own.server.run(
            'organisation', 'add', '--data', str(own.server.folder), '--role', role, '--level',
            'city', '--name', f'{role} 单位').strip()
        own.server.add_user(role, f'{role} 人', role, own.organisations[role], PASSWORD)
    own.server.start()


def act(own, login, case, step, outcome, **more):
    answer = own.decide(login, case, step, outcome, **more)
    assert answer.status == 201, f'{login} {step}: {answer}'


def enrol(own):
    """A system that went live, whose contact is its unit's person; the case and the system."""
    person = own.as_('using-unit').get('/api/v1/session').json['person']['id']
    provider, expert = (int(own.organisations[role]) for role in ('provider', 'expert'))
    line = {'lines': [{'form': {'until': '2150-01-01', 'free': {'vcpu': 1_000_000}}}]}
    answer = own.as_('provider').command('/api/v1/registers/qualification/lines', line)
    assert answer.status == 201, answer
    form = {'name': '渡口系统', 'move-by': '2100-01-01', 'contact': person}
    opening = {'procedure': 'enrol', 'outcome': 'submit', 'form': form,
               'materials': own.cite('using-unit', 'statement')}
    answer = own.as_('using-unit').command('/api/v1/cases', opening)
    assert answer.status == 201, answer
    case = answer.json['case']
    act(own, 'authority', case, 'convene', 'convene', form={'experts': [expert]})
    act(own, 'expert', case, 'appraise', 'give', opinion='可行。', form={'fit': True})
    today = own.as_('authority').get('/api/v1/session').json['today']
    act(own, 'authority', case, 'decide', 'approve', form={'provider': provider, 'from': today})
    return case, system_of(own, 'using-unit', case)


def the_page_stays_a_page(own, case, system):
    """Of more cases than it looks through it shows the latest, and says so."""
    names = [row[0] for row in own.server.sql("SELECT name FROM pragma_table_info('cases')")]
    for table, key, columns in (('cases', 'id', names), ('parties', 'kase', ['kase',
                                                                           'organisation'])):
        values = ', '.join('id + 1000000 + n' if name == 'id' else 'kase + 1000000 + n'
                           if name == 'kase' else name for name in columns)
        own.server.sql(
            'WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 205) '
            f'INSERT INTO {table} ({", ".join(columns)}) '
            f'SELECT {values} FROM {table}, more WHERE {key} = {case}')
    for login in ('authority', 'using-unit'):
        one = page(own, login, system)
        assert one['cut'] == ['cases'] and len(one['cases']) == 200, (login, one['cut'])
        assert one['cases'][0]['id'] == case + 1000205, one['cases'][0]
        assert case not in [row['id'] for row in one['cases']], login
    # A party by a row alone, without a task or a notice, is none.
    assert page(own, 'provider', system)['cases'] == [], 'the provider takes part in none of them'


def persons_and_a_case_of_others(world):
    """Whom a form and a register name stands there once; a case between owner and authority adds
    nothing to what the provider reads."""
    with tempfile.TemporaryDirectory(prefix='yunjian-heron-') as folder:
        pack = with_persons(folder)
        own = on_its_own(world, folder, lambda own: people_of(own, pack))
        try:
            case, system = enrol(own)
            one = page(own, 'authority', system)
            assert [(row['label']['zh'], row['source']['zh'], row['person']['name'],
                     row['organisation']['name'], row['case']) for row in one['contacts']] == [
                ('联系人', '系统档案', 'using-unit 人', 'using-unit 单位', None)], one['contacts']
            assert {'live', 'provided', 'registered'} <= set(story(one)), one['history']
            before = page(own, 'provider', system)
            assert [row['id'] for row in before['cases']] == [case], before['cases']
            answer = own.as_('using-unit').command('/api/v1/cases', {
                'procedure': 'urgent', 'outcome': 'ask', 'system': system,
                'form': {'provider': int(own.organisations['provider'])}})
            assert answer.status == 201, answer
            second = answer.json['case']
            full, less = page(own, 'authority', system), page(own, 'provider', system)
            assert [row['id'] for row in full['cases']] == [second, case], full['cases']
            for name in LISTS:
                assert less[name] == before[name], f'{name}: {less[name]}'
            for name in ('cases', 'actors', 'tasks', 'history'):
                assert f"'id': {second}," in str(full[name]), name
            answer = own.as_('expert').get(f'/api/v1/systems/{system}')
            assert answer.status == 404, answer
            the_page_stays_a_page(own, case, system)
        finally:
            own.server.stop()


CASES = [everything_on_one_page, what_happens_is_told, nobody_sees_more_than_the_cases,
         persons_and_a_case_of_others]
