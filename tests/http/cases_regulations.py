# SPDX-License-Identifier: Apache-2.0
"""Regulations as they are read: what is proven, what runs under each rule, who sees which of it."""
import collections
import pathlib
import re
import shutil
import tempfile

from server import Server
from world import POLICY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATES = ('tested', 'declared', 'missing', 'outside')


def rows_of(path):
    lines = (ROOT / path).read_text(encoding='utf-8').splitlines()
    return [line.split('\t') for line in lines[1:]]


def get(world, login, path):
    answer = world.as_(login).get('/api/v1' + path)
    assert answer.status == 200, f'{login} {path}: {answer}'
    return answer.json


def the_states_are_those_of_the_table(world):
    counted = collections.Counter(row[1] for row in rows_of(f'policies/{POLICY}/coverage.tsv'))
    wanted = {state: counted[state] for state in STATES}
    found = [one for one in get(world, 'unit', '/policies')['policies'] if one['id'] == POLICY][0]
    assert found['states'] == wanted and found['in_force'] and found['proof'] == 'shipped', found
    page = get(world, 'unit', f'/policies/{POLICY}')
    for state in STATES:
        assert sum(one['states'][state] for one in page['articles']) == wanted[state], state
    numbers = [int(one['article']) for one in page['articles'] if one['article'] != 'local']
    assert all(one['of'] is None for one in page['articles'])
    assert numbers == sorted(set(numbers)) and page['articles'][-1]['article'] == 'local', numbers
    assert all(one['title']['zh'] and one['title']['en'] for one in page['articles'][:-1])


def every_article_says_what_it_asks(world):
    proven = {row[0]: row for row in rows_of(f'policies/{POLICY}/coverage.tsv')}
    asked = {row[0]: row for row in rows_of('docs/requirements.tsv')}
    seen = []
    for row in get(world, 'auditor', f'/policies/{POLICY}')['articles']:
        page = get(world, 'auditor', f'/policies/{POLICY}/articles/{row["article"]}')
        assert len(page['met_by']) == row['rules'] and page['states'] == row['states'], row
        for one in page['requirements']:
            seen.append(one['id'])
            assert [one['state'], one['reason']] == [proven[one['id']][1], proven[one['id']][4]]
            assert [one['text'], one['zh']] == [asked[one['id']][5], asked[one['id']][7]], one
            places = [f'{each["file"]}:{each["line"]}' for each in one['scenarios']]
            assert places == proven[one['id']][3].split(), one
    assert sorted(seen) == sorted(proven), 'a requirement is missing or stands twice'


def places_are_where_they_say(world):
    """A rule stands in its line of the policy, a proof in its line of the scenario."""
    page = get(world, 'unit', f'/policies/{POLICY}/articles/12')
    rules = {rule['name']: rule for rule in page['met_by']}
    assert {'onboard.review within', 'register capacity'} <= set(rules), sorted(rules)
    rule = rules['onboard.review within']
    line = (ROOT / rule['file']).read_text(encoding='utf-8').splitlines()[rule['line'] - 1]
    assert 'within:' in line and rule['proof'] == 'proven' and rule['meets'] == ['ZZ-12.4'], rule
    assert rule['words']['zh'] == '时限：自本环节开始起5个工作日内', rule['words']
    assert all(one['words']['zh'] and one['words']['en'] for one in page['met_by'])
    read = [one for one in page['met_by'] if one['proof'] == 'read']
    assert read and all(one['read']['text'] for one in read), 'read, and nothing says where'
    for one in page['requirements']:
        for place in one['scenarios']:
            lines = (ROOT / place['file']).read_text(encoding='utf-8').splitlines()
            first = lines[place['line'] - 1].rstrip('\\').strip()
            assert place['text'].startswith(first) and first.startswith(('expect', 'started'))
            assert '\\' not in place['text'], place


def every_kind_of_rule_has_a_word_on_the_pages(world):
    header = (ROOT / 'src/policy/policy.h').read_text(encoding='utf-8')
    table = header[header.index('#define RULES(X)'):header.index('enum rule_kind')]
    kinds = re.findall(r'X\([A-Z]+, "([a-z-]+)"\)', table)
    assert len(kinds) > 20 and world, kinds
    words = (ROOT / 'web/src/i18n/zh-policy.ts').read_text(encoding='utf-8')
    known = re.findall(r"^      '?([a-z-]+)'?: '", words[words.index('    kind: {'):], re.MULTILINE)
    assert set(kinds) <= set(known), set(kinds) - set(known)


# ---- what runs now ------------------------------------------------------------------------------


def running(world, login, step='review', shown=True):
    page = get(world, login, f'/policies/{POLICY}/articles/12')
    return [one for one in page['cases'] if one['shown'] == shown
            and (one['procedure'], one['step']) == ('onboard', step)]


def count(world, login, step='review'):
    return sum(one['cases'] for one in running(world, login, step))


def listed(world, login, one):
    """The list that the count leads to, two rows a page."""
    path = '/worklist?box=all&limit=2' + ''.join(
        f'&{name}={one[name]}' for name in ('version', 'procedure', 'step'))
    cases, after = [], ''
    while True:
        page = get(world, login, path + after)
        assert len(page['rows']) <= 2
        for row in page['rows']:
            assert row['step'] == one['step'] and row['state'] != 'closed', row
        cases += [row['case'] for row in page['rows']]
        if not page['next']:
            return cases
        after = '&after=' + page['next']


def counts_lead_to_their_cases(world):
    before = {login: count(world, login) for login in ('authority', 'unit', 'stranger')}
    made = [world.open_case() for _ in range(3)]
    for login, more in (('authority', 3), ('unit', 3), ('stranger', 0)):
        assert count(world, login) == before[login] + more, login
    one = running(world, 'authority')[0]
    cases = listed(world, 'authority', one)
    assert len(cases) == one['cases'] and set(made) <= set(cases), (one, cases)
    assert cases == sorted(set(cases), reverse=True), 'a case stands twice or out of order'
    assert not set(made) & set(listed(world, 'stranger', one)), 'a foreign case is listed'
    world.must_decide('authority', made[0], 'review', 'return', opinion='请补正。')
    # Held is still there: its clock stands, the step is owed.
    assert count(world, 'authority') == before['authority'] + 3
    world.must_decide('authority', made[1], 'review', 'refuse', opinion='不同意。')
    assert count(world, 'authority') == before['authority'] + 2
    row = [one for one in get(world, 'authority', f'/policies/{POLICY}')['articles']
           if one['article'] == '12'][0]
    assert row['running'] >= count(world, 'authority'), row


def administrators_read_and_count_nothing(world):
    world.open_case()
    for login in ('system', 'security', 'audit'):
        page = get(world, login, f'/policies/{POLICY}/articles/12')
        assert page['met_by'] and page['cases'] == [] and page['running'] == 0, login


def cases_of_another_authority_are_not_counted(world):
    """Put under another one by hand: neither counted nor listed, the regulation stays readable."""
    case, before = world.open_case(), count(world, 'authority')
    one = running(world, 'authority')[0]
    world.server.sql(f'UPDATE cases SET authority = authority + 1000000 WHERE id = {case}')
    try:
        assert count(world, 'authority') == before - 1
        assert case not in listed(world, 'authority', one)
    finally:
        world.server.sql(f'UPDATE cases SET authority = authority - 1000000 WHERE id = {case}')
    assert count(world, 'authority') == before and case in listed(world, 'authority', one)


def a_step_is_asked_for_as_a_whole(world):
    one = {'version': 'x', 'procedure': 'onboard', 'step': 'review'}
    for query in ('box=all&step=review', 'box=all&version=x&procedure=onboard',
                  'box=todo&version=x&procedure=onboard&step=review',
                  'box=all&version=x&procedure=onboard&step='):
        answer = world.as_('unit').get('/api/v1/worklist?' + query)
        assert answer.status == 400 and answer.code == 'bad-parameter', f'{query}: {answer}'
    assert listed(world, 'authority', one) == [], 'a version that nobody runs has cases'


# ---- side by side -------------------------------------------------------------------------------


def sides_are_made_of_the_programs(world):
    sides = get(world, 'provider', '/comparison')['policies']
    shipped = sorted(path.parent.name for path in (ROOT / 'policies').glob('*/pack.yaml'))
    assert [side['id'] for side in sides] == shipped, [side['id'] for side in sides]
    side = sides[shipped.index(POLICY)]
    steps = {f'{procedure["id"]}.{step["id"]}': step for procedure in side['procedures']
             for step in procedure['steps']}
    review = steps['onboard.review']
    assert [one['role'] for one in review['actors']] == ['authority'], review
    assert review['limits'][0]['brief'] == {'zh': '5个工作日', 'en': '5 working days'}, review
    assert steps['onboard.county-review']['actors'][0]['above'], 'the county stands above'
    assert {one['id'] for one in steps['onboard.apply']['materials'] if one['required']} == {
        'application-form', 'technical-plan'}
    numbers = {one['key']: one['words']['zh'] for one in side['numbers']}
    assert numbers['onboard.apply min trial-days'] == '“试用时间”不少于15日', numbers
    assert '满15日' in numbers['onboard.open not-before'] and 'every capacity' in numbers


# ---- other policies than the shipped one, on servers of their own -------------------------------


def founded(own, pack):
    """An authority of its own that goes by the pack of a folder, with one person."""
    data = str(own.server.folder)
    own.server.run('init', '--data', data, '--policy', str(ROOT / pack), '--listen', '127.0.0.1:0')
    own.server.run('user', 'add', '--data', data, '--first', '--role', 'authority', '--login',
                   'authority', '--name', '李四', '--password-stdin',
                   text='correct-horse-battery\n')
    own.server.start()


def on_its_own(world, folder, init):
    own = type(world).__new__(type(world))
    own.server = Server(world.server.binary, pathlib.Path(folder) / 'data')
    own.contract, own.organisations, own.clients = world.contract, {}, {}
    init(own)
    return own


def what_is_not_shipped_proves_nothing(world):
    with tempfile.TemporaryDirectory(prefix='yunjian-maple-') as folder:
        own = on_its_own(world, folder, lambda own: founded(own, 'tests/packs/maple'))
        try:
            rows = {one['id']: one for one in get(own, 'authority', '/policies')['policies']}
            maple = rows['maple']
            assert maple['in_force'] and maple['proof'] == 'not-shipped', maple
            assert maple['states']['tested'] == 0 and maple['states']['declared'] > 5, maple
            assert not rows[POLICY]['in_force'] and rows[POLICY]['proof'] == 'shipped'
            page = get(own, 'authority', '/policies/maple/articles/8')
            assert {one['proof'] for one in page['met_by']} == {'none'} and not page['cases']
            assert {one['file'] for one in page['met_by']} == {'apply.yaml'}, page['met_by'][0]
            other = get(own, 'authority', f'/policies/{POLICY}/articles/12')
            assert other['states']['tested'] == 5 and other['cases'] == []
            sides = get(own, 'authority', '/comparison')['policies']
            assert [one['id'] for one in sides][-1] == 'maple' and len(sides) == len(rows)
        finally:
            own.server.stop()


def every_rule_of_every_pack_is_read_aloud(world):
    """Whatever a pack can say has words in both languages, here and side by side."""
    for pack in ('heron', 'willow'):
        with tempfile.TemporaryDirectory(prefix=f'yunjian-{pack}-') as folder:
            own = on_its_own(world, folder, lambda own, pack=pack: founded(
                own, 'tests/packs/' + pack))
            try:
                name = [one['id'] for one in get(own, 'authority', '/policies')['policies']
                        if one['in_force']][0]
                kinds = set()
                for row in get(own, 'authority', f'/policies/{name}')['articles']:
                    path = f'/policies/{name}/articles/{row["article"]}'
                    for rule in get(own, 'authority', path)['met_by']:
                        kinds.add(rule['kind'])
                        words = rule['words']
                        assert words['zh'] and words['en'] and 'null' not in str(words), rule
                        assert rule['line'] > 0, rule
                assert kinds >= {'by', 'to', 'within'}, kinds
                side = [one for one in get(own, 'authority', '/comparison')['policies']
                        if one['id'] == name][0]
                for procedure in side['procedures']:
                    for step in procedure['steps']:
                        assert step['actors'] and all(
                            limit['brief']['zh'] and limit['words']['en']
                            for limit in step['limits']), step
            finally:
                own.server.stop()


def a_second_regulation_of_a_pack_has_articles_of_its_own(world):
    """Both have an article 12: rules and requirements go to the one that they cite."""
    with tempfile.TemporaryDirectory(prefix='yunjian-two-') as folder:
        pack = pathlib.Path(folder) / 'pack'
        shutil.copytree(ROOT / 'tests/packs/maple', pack)
        head, leave = pack / 'pack.yaml', pack / 'leave.yaml'
        head.write_text(head.read_text(encoding='utf-8').replace(
            'roles:\n', 'also:\n  ZZ:\n    title: {zh: 第二办法, en: Second Measures}\n    short: '
            '{zh: 二号办法, en: Second}\n    document: 枫政办〔2026〕2号\n\nroles:\n', 1),
            encoding='utf-8')
        leave.write_text(leave.read_text(encoding='utf-8').replace(
            'basis: 12\n    within: {is: until leave.last-day, basis: 12}',
            'basis: ZZ-12\n    meets: [ZZ-12.4]\n'
            '    within: {is: until leave.last-day, basis: ZZ-12}'), encoding='utf-8')
        own = on_its_own(world, folder, lambda own: founded(own, pack))
        try:
            rows = get(own, 'authority', '/policies/maple')['articles']
            names = [one['article'] for one in rows]
            assert names[-1] == 'local' and names.index('ZZ-12') > names.index('12'), names
            first = min(i for i, name in enumerate(names) if name.startswith('ZZ-'))
            assert not [one for one in names[:first] if '-' in one], names
            one = get(own, 'authority', '/policies/maple/articles/ZZ-12')
            assert one['of'] == {'zh': '二号办法', 'en': 'Second'}, one['of']
            assert {rule['step']['id'] for rule in one['met_by']} == {'finish'}, one['met_by']
            asked = {each['id']: each['state'] for each in one['requirements']}
            assert asked['ZZ-12.4'] == 'declared' and asked['ZZ-12.1'] == 'missing', asked
            other = get(own, 'authority', '/policies/maple/articles/12')
            assert all(each['id'].startswith('HLJ-') for each in other['requirements'])
        finally:
            own.server.stop()


def an_earlier_version_is_counted_apart(world):
    """The policy in force was changed: what is shipped says nothing of it, old cases run on."""
    def init(own):
        own.__init__(own.server, own.contract)

    with tempfile.TemporaryDirectory(prefix='yunjian-amended-') as folder:
        own = on_its_own(world, folder, init)
        try:
            own.open_case()
            old = running(own, 'authority')[0]
            assert own.server.stop() == 0
            pack = pathlib.Path(folder) / 'pack'
            shutil.copytree(ROOT / 'policies' / POLICY, pack)
            text = (pack / 'onboard.yaml').read_text(encoding='utf-8')
            (pack / 'onboard.yaml').write_text(
                re.sub(r'is: 5 working-day after opened, basis: 12',
                       'is: 6 working-day after opened, basis: 12', text), encoding='utf-8')
            first = own.server.sql('SELECT MIN(id) FROM authorities')[0][0]
            own.server.run('policy', 'activate', str(pack), '--data', str(own.server.folder),
                           '--authority', str(first))
            own.server.start()
            own.clients = {}
            page = get(own, 'authority', f'/policies/{POLICY}')
            assert page['proof'] == 'other-version' and page['version'] != old['version'], page
            assert page['states']['tested'] == 0 and page['states']['declared'] > 40, page
            assert running(own, 'authority') == []
            assert running(own, 'authority', shown=False) == [dict(old, shown=False)]
            assert len(listed(own, 'authority', old)) == old['cases']
            words = [one['words']['zh'] for one in
                     get(own, 'authority', f'/policies/{POLICY}/articles/12')['met_by']
                     if one['name'] == 'onboard.review within']
            assert words == ['时限：自本环节开始起6个工作日内'], words
        finally:
            own.server.stop()


CASES = [the_states_are_those_of_the_table, every_article_says_what_it_asks,
         places_are_where_they_say, every_kind_of_rule_has_a_word_on_the_pages,
         counts_lead_to_their_cases, administrators_read_and_count_nothing,
         cases_of_another_authority_are_not_counted, a_step_is_asked_for_as_a_whole,
         sides_are_made_of_the_programs, what_is_not_shipped_proves_nothing,
         every_rule_of_every_pack_is_read_aloud,
         a_second_regulation_of_a_pack_has_articles_of_its_own, an_earlier_version_is_counted_apart]
