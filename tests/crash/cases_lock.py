# SPDX-License-Identifier: Apache-2.0
"""One writer to a folder: whoever comes second is told what to use instead."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECONDS = 30


def writing(folder, calendar):
    data = ['--data', str(folder)]
    return [['serve', *data], ['rebuild', *data], ['policy', 'activate', 'zhengzhou-2019', *data],
            ['calendar', 'load', str(calendar), *data],
            ['organisation', 'add', *data, '--role', 'provider', '--level', 'city', '--name', '甲'],
            ['user', 'add', *data, '--first', '--role', 'authority', '--login', 'second', '--name',
             '乙']]


def second_writer(place):
    """Each writing command is refused, changes nothing, and names routes that there are; reading
    goes on, and when the server has ended the same command is taken."""
    service = place.service()
    service.init('zhengzhou-2019')
    service.start()
    calendar = place.folder / 'lock.txt'
    calendar.write_text('#year 2031 test\n2031-01-01\toff\tNew Year\t元旦\n')
    contract = (ROOT / 'docs' / 'api' / 'openapi.yaml').read_text(encoding='utf-8')
    before = service.sql('SELECT COUNT(*) FROM entries')
    for words in writing(service.folder, calendar):
        done = subprocess.run([service.binary, *words], capture_output=True, text=True, check=False,
                              timeout=SECONDS, stdin=subprocess.DEVNULL)
        named = re.findall(r'/api/v1(/\w+)', done.stderr)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, (words, done)
        assert 'stop it first' in done.stderr and named, (words, done.stderr)
        for path in named:
            assert re.search(rf'^  {path}:\n.*?^    post:', contract, re.M | re.S), path
    assert service.sql('SELECT COUNT(*) FROM entries') == before
    service.verify()
    assert service.stop() == 0
    for words in writing(service.folder, calendar)[1:]:
        done = subprocess.run([service.binary, *words], capture_output=True, text=True, check=False,
                              timeout=SECONDS, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (words, done.stderr)


def tests(place):
    yield 'a second writer is refused', lambda: second_writer(place)
