# SPDX-License-Identifier: Apache-2.0
"""Commands and reads along one case, each answer held to the contract."""
import base64
import hashlib
import json
import threading
import time
import uuid

from world import FORM


def sm3(data):
    return hashlib.new('sm3', data).digest()


def contract_reads_as_meant(world):
    assert not world.contract.unknown_keywords(), world.contract.unknown_keywords()


def repeated(world):
    """The same key with the same body is the same answer, and nothing is done twice."""
    client, key, body = world.as_('unit'), str(uuid.uuid4()), world.opening()
    first = client.command('/api/v1/cases', body, key)
    assert first.status == 201, first
    before = world.entries()
    again = client.command('/api/v1/cases', body, key)
    assert again.status == 201 and again.json == first.json, (first, again)
    other = dict(body, opinion='其他')
    answer = client.command('/api/v1/cases', other, key)
    assert answer.status == 422 and answer.code == 'key-reused', answer
    case = first.json['case']
    decision = {'step': 'review', 'outcome': 'return', 'opinion': '请补正。'}
    path, key = f'/api/v1/cases/{case}/decisions', str(uuid.uuid4())
    first = world.as_('authority').command(path, decision, key)
    assert first.status == 201, first
    assert world.as_('authority').command(path, decision, key).json == first.json
    assert world.entries() >= before + first.json['entries']


def refusal_keeps_no_key(world):
    """A refused command may be mended and sent again under its key."""
    client, key, body = world.as_('unit'), str(uuid.uuid4()), world.opening()
    form = dict(body['form'])
    body['form'] = {k: v for k, v in form.items() if k != 'need'}
    answer = client.command('/api/v1/cases', body, key)
    assert answer.status == 422 and answer.code == 'missing-field', answer
    body['form'] = form
    assert client.command('/api/v1/cases', body, key).status == 201


def keys_are_ones_own(world):
    key = str(uuid.uuid4())
    assert world.as_('unit').command('/api/v1/cases', world.opening('unit'), key).status == 201
    body = world.opening('stranger')
    assert world.as_('stranger').command('/api/v1/cases', body, key).status == 201


def all_reasons(world):
    """A refusal names every failed part with its article, in the language asked for."""
    body = world.opening()
    body['form'] = {k: v for k, v in body['form'].items() if k not in ('need', 'sizing')}
    body['materials'] = []
    answer = world.as_('unit').command('/api/v1/cases', body)
    reasons = answer.json['reasons']
    assert answer.status == 422 and len(reasons) >= 3, answer
    assert {r['where'] for r in reasons} >= {'need', 'sizing'}, reasons
    assert any(r['article'] == '11' and '第十一条' in r['text'] for r in reasons), reasons
    english = world.as_('unit').call('POST', '/api/v1/cases', body,
                                     headers={'Idempotency-Key': str(uuid.uuid4()),
                                              'Accept-Language': 'en'})
    assert 'article 11' in ' '.join(r['text'] for r in english.json['reasons']), english


def whole_way(world):
    """From application to trial, with a return between; every page is read on the way."""
    case = world.open_case()
    path = f'/api/v1/cases/{case}'
    world.must_decide('authority', case, 'review', 'return', opinion='请补充容灾方案。')
    view = world.as_('unit').get(path).json
    assert [a['step'] for a in view['actions']] == ['supplement'], view['actions']
    held = [t for t in view['tasks'] if t['step'] == 'review']
    assert held[-1]['state'] == 'held' and held[-1]['due'] is None, held
    world.must_decide('unit', case, 'supplement', 'resubmit', form={'changed': '已补充。'},
                      materials=world.cite('unit', 'supplement'))
    view = world.as_('authority').get(path).json
    filed = [(t['step'], [m['material'] for m in t['materials']]) for t in view['tasks']]
    assert ('supplement', ['supplement']) in filed, filed
    assert ('apply', ['application-form', 'technical-plan']) in filed, filed
    assert [a['step'] for a in view['actions']] == ['review'], view['actions']
    assert view['actions'][0]['values']['granted'] == FORM['items'], view['actions'][0]['values']
    world.must_decide('authority', case, 'review', 'approve', **world.approval())
    view = world.as_('provider').get(path).json
    assert [a['step'] for a in view['actions']] == ['allocate'], view['actions']
    assert view['system']['grants'], view['system']
    world.must_decide('provider', case, 'allocate', 'deliver', form={'delivered': FORM['items']})
    view = world.as_('unit').get(path).json
    assert [a['step'] for a in view['actions']] == ['trial'], view['actions']
    required = {m['id'] for m in view['actions'][0]['materials'] if 'report' in m['required_for']}
    assert 'test-report' in required, view['actions'][0]['materials']
    trial = [t for t in view['tasks'] if t['step'] == 'trial'][0]
    assert trial['due'] and trial['derivation'][-1]['kind'] == 'due', trial
    for login in ('unit', 'authority', 'provider', 'auditor'):
        answer = world.as_(login).get(path)
        assert answer.status == 200, (login, answer)


def county_way(world):
    """A county's application goes over the county's own desk."""
    answer = world.as_('county-unit').command('/api/v1/cases', world.opening('county-unit'))
    case = answer.json['case']
    view = world.as_('county').get(f'/api/v1/cases/{case}').json
    assert [a['step'] for a in view['actions']] == ['county-review'], view['actions']
    assert view['actions'][0]['opinion'] is True
    world.must_decide('county', case, 'county-review', 'pass', opinion='同意上报。')


def closed_task(world):
    case = world.case_in('refused')
    answer = world.decide('authority', case, 'review', 'approve', **world.approval())
    assert answer.status == 409, answer
    answer = world.decide('unit', case, 'supplement', 'resubmit')
    assert answer.status in (409, 422), answer


def worklists(world):
    case = world.open_case()
    for login, box, wanted in [('authority', 'todo', True), ('unit', 'mine', True),
                               ('unit', 'done', True), ('auditor', 'all', True),
                               ('stranger', 'all', False), ('stranger', 'mine', False),
                               ('provider', 'all', False), ('unit', 'todo', False)]:
        rows, after = [], ''
        while True:
            more = f'&after={after}' if after else ''
            page = world.as_(login).get(f'/api/v1/worklist?box={box}&limit=3{more}').json
            assert len(page['rows']) <= 3
            rows += page['rows']
            after = page['next']
            if not after:
                break
        cases = [row['case'] for row in rows]
        assert (case in cases) == wanted, (login, box, cases)
        if box in ('mine', 'all'):
            assert len(cases) == len(set(cases)) == page['counts'][box], (login, box, cases)


def unchanged(world):
    """A read that has not changed costs no body."""
    client, case = world.as_('unit'), world.open_case()
    for path in (f'/api/v1/cases/{case}', '/api/v1/worklist', '/api/v1/procedures'):
        answer = client.get(path)
        etag = answer.headers['ETag']
        assert etag.startswith('"'), etag
        again = client.get(path, headers={'If-None-Match': etag})
        assert again.status == 304 and again.body == b'' and again.headers['ETag'] == etag, again
        weak = client.get(path, headers={'If-None-Match': f'"x", W/{etag}'})
        assert weak.status == 304, weak
        assert client.get(path, headers={'If-None-Match': '"x"'}).status == 200
    tag = client.get(f'/api/v1/cases/{case}').headers['ETag']
    world.must_decide('authority', case, 'review', 'return', opinion='请补正。')
    assert client.get(f'/api/v1/cases/{case}', headers={'If-None-Match': tag}).status == 200


def procedures(world):
    client = world.as_('unit')
    listed = client.get('/api/v1/procedures').json['procedures']
    assert any(p['id'] == 'onboard' and p['may_open'] for p in listed), listed
    assert not any(p['may_open'] for p in
                   world.as_('auditor').get('/api/v1/procedures').json['procedures'])
    form = client.get('/api/v1/procedures/onboard').json
    assert {f['id'] for f in form['action']['form']} >= set(FORM), form
    assert {m['id'] for m in form['action']['materials'] if m['required_for'] == ['submit']} == {
        'application-form', 'technical-plan'}, form['action']['materials']
    assert form['obstacles'] == [], form['obstacles']
    assert client.get('/api/v1/procedures/nothing').status == 404


def what_keeps_a_case_from_being_opened(world):
    """Told before anybody fills in a form, and what the opening is refused for."""
    client = world.as_('unit')
    case = world.case_in('reviewing')
    system = client.get(f'/api/v1/cases/{case}').json['system']['id']
    form = client.get(f'/api/v1/procedures/change?system={system}').json
    told = [(one['code'], one['article']) for one in form['obstacles']]
    assert told == [('not-offered', '15')] and '开通' in form['obstacles'][0]['label']['zh'], form
    answer = client.command('/api/v1/cases', {
        'procedure': 'change', 'system': system, 'outcome': 'submit', 'form': {}})
    reasons = [(one['code'], one['article']) for one in answer.json['reasons']]
    assert told[0] in reasons, answer
    assert client.get('/api/v1/procedures/change').json['obstacles'] == []
    # Whoever may not open it at all is told nothing of it.
    assert world.as_('provider').get('/api/v1/procedures/change').json['obstacles'] == []


def wait_for_proof(client, index):
    for _ in range(100):
        answer = client.get(f'/api/v1/journal/entries/{index}/proof')
        if answer.status != 503:
            return answer
        assert answer.code == 'no-checkpoint' and answer.headers['Retry-After'] == '1', answer
        time.sleep(0.1)
    raise AssertionError('no checkpoint in 10 s')


def root_from(leaf, index, size, hashes):
    """RFC 9162 2.1.3.2, with SM3."""
    node, last, at = leaf, size - 1, index
    for step in hashes:
        assert last > 0, 'the proof is too long'
        if at % 2 or at == last:
            node = sm3(b'\x01' + step + node)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sm3(b'\x01' + node + step)
        at, last = at >> 1, last >> 1
    assert last == 0, 'the proof is too short'
    return node


def entries_and_proofs(world):
    """What the page shows of the journal can be checked without us."""
    client, case = world.as_('unit'), world.open_case()
    world.must_decide('authority', case, 'review', 'return', opinion='请补正。')
    entries, after = [], 0
    while after is not None:
        page = client.get(f'/api/v1/cases/{case}/entries?after={after}&limit=2').json
        assert len(page['entries']) <= 2
        entries += page['entries']
        after = page['next']
    assert [e['seq'] for e in entries] == list(range(1, len(entries) + 1)), entries
    assert len(entries) == client.get(f'/api/v1/cases/{case}').json['entries']
    assert entries[0]['type'] == 'case.opened' and entries[0]['index'] == case, entries[0]
    for entry in entries:
        data = entry['bytes'].encode()
        assert data == json.dumps(json.loads(data), ensure_ascii=False, sort_keys=True,
                                  separators=(',', ':')).encode(), 'canonical'
        assert sm3(b'\x00' + data).hex() == entry['leaf'], entry
    entry = entries[-1]
    proof = wait_for_proof(client, entry['index']).json
    checkpoint = proof['checkpoint']
    assert (proof['bytes'], proof['leaf']) == (entry['bytes'], entry['leaf'])
    root = root_from(bytes.fromhex(proof['leaf']), proof['index'], checkpoint['size'],
                     [bytes.fromhex(h) for h in proof['hashes']])
    assert root.hex() == checkpoint['root'], 'the proof does not lead to the root'
    origin, size, encoded = checkpoint['note'].split('\n')[:3]
    assert origin.startswith('yunjian/') and int(size) == checkpoint['size']
    assert base64.b64decode(encoded) == root
    assert len(checkpoint['public_key']) == 130 and checkpoint['public_key'].startswith('04')
    last = client.get('/api/v1/journal/checkpoint').json
    assert last['size'] >= checkpoint['size'] and last['public_key'] == checkpoint['public_key']
    assert world.as_('stranger').get(
        f'/api/v1/journal/entries/{entry["index"]}/proof').status == 404


def side_by_side(world):
    """Many people at once: each gets an own answer, no number twice, commits shared."""
    bodies = [world.opening() for _ in range(12)]
    clients = [world.fresh() for _ in bodies]
    for client in clients:
        client.share(world.as_('unit'))
    answers = [None] * len(bodies)

    def one(i):
        answers[i] = clients[i].command('/api/v1/cases', bodies[i])
    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(a is not None and a.status == 201 for a in answers), answers
    for member in ('case', 'number', 'first_entry'):
        assert len({a.json[member] for a in answers}) == len(answers), member


def months(world):
    """A register by month takes every month of a year, and no text that is none."""
    client, path = world.as_('provider'), '/api/v1/registers/capacity/lines'
    form = {'planned': {'vcpu': 1000}, 'free': {'vcpu': 900}}
    for month in range(1, 13):
        line = {'period': f'2025-{month:02}', 'form': form}
        answer = client.command(path, {'lines': [line]})
        assert answer.status == 201, (line, answer)
    for lines in ([{'period': '2025-03', 'system': 7, 'form': form}],
                  [{'period': '2025-03', 'form': form}, {'period': '2025-03', 'form': form}]):
        answer = client.command(path, {'lines': lines})
        assert answer.status == 422, (lines, answer)
    answer = client.command(path, {'lines': [{'period': '1999-01', 'form': form}]})
    assert answer.status == 422 and answer.code == 'bad-period', answer
    for period in ('2025-1', '2025-00', '2025-13', '202501', '2025/01', '25-01', '2025-01-01',
                   '2025- 1', '2025-+1'):
        answer = client.command(path, {'lines': [{'period': period, 'form': form}]})
        assert answer.status == 400 and answer.code == 'bad-body', (period, answer)


CASES = [contract_reads_as_meant, repeated, refusal_keeps_no_key, keys_are_ones_own, all_reasons,
         whole_way, county_way, closed_task, worklists, unchanged, procedures,
         what_keeps_a_case_from_being_opened, entries_and_proofs, side_by_side, months]
