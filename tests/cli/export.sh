#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An export proves itself on another machine, and no byte of it can be changed unseen.
. "$(dirname "$0")/../harness.sh"

binary=$(readlink -f "$binary")
data=$work/data
check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 90 --seed 5 \
    --from 2026-03-02 --data "$data"
head -n 5 "$data/checkpoints.log" > "$work/old.note"
cp "$data/journal.pub" "$work/pub"
case_id=$(sqlite3 "$data/yunjian.db" 'SELECT max(id) - 0 FROM cases WHERE ended = 1')
number=$(sqlite3 "$data/yunjian.db" "SELECT number FROM cases WHERE id = $case_id")
other=$(sqlite3 "$data/yunjian.db" "SELECT title FROM cases WHERE system <>
    (SELECT system FROM cases WHERE id = $case_id) ORDER BY id LIMIT 1")

check 'a case is exported by its number' answers 0 'exported [0-9]+ entries' \
    "$binary" export --data "$data" --case "$number" --out "$work/case"
check 'and by its id, the same' bash -c "
    $binary export --data $data --case $case_id --out $work/case-id && cmp $work/case $work/case-id"
check 'and all of it' answers 0 'exported [0-9]+ entries' \
    "$binary" export --data "$data" --all --out "$work/all"
check 'nothing is written over' answers 2 'there already' \
    "$binary" export --data "$data" --all --out "$work/case"
check 'an unknown case is said to be none' answers 2 'no case' \
    "$binary" export --data "$data" --case 0 --out "$work/none"
check 'nothing is left of that' test ! -e "$work/none"
check 'a case that is not signed yet proves nothing' bash -c "
    cp -r $data $work/early
    sqlite3 $work/early/yunjian.db 'DELETE FROM checkpoints WHERE number > 1'
    $binary export --data $work/early --case $case_id --out $work/none 2> $work/said
    test \$? = 2 && grep -q 'has no entry under the last checkpoint' $work/said &&
        test ! -e $work/none"

rm -rf "$work/elsewhere" && mkdir "$work/elsewhere"
cd "$work/elsewhere" || exit 1
check 'the case proves itself elsewhere' answers 0 '^sound: [0-9]+ entries' \
    "$binary" verify --export "$work/case" --key "$work/pub"
check 'so does all' answers 0 '^sound: [0-9]+ entries' \
    "$binary" verify --export "$work/all" --key "$work/pub"
check 'without a key it says whose to compare' answers 0 'not covered: whose key' \
    "$binary" verify --export "$work/case"
check 'a case holds nothing of another' bash -c "! grep -qF '$other' $work/case"
check 'all holds it' grep -qF "$other" "$work/all"

"$binary" init --data "$work/stranger" --policy zhengzhou-2019 >"$work/init.out"
check 'another key is refused' answers 1 'signed with another key' \
    "$binary" verify --export "$work/case" --key "$work/stranger/journal.pub"

# the note of long ago: an export can be cut there when it is asked for
check 'an export that was not cut at a note cannot tell' answers 2 'does not show the log' \
    "$binary" verify --export "$work/case" --key "$work/pub" --since "$work/old.note"
check 'one that was can' bash -c "
    $binary export --data $data --case $case_id --since $work/old.note --out $work/since &&
    $binary verify --export $work/since --key $work/pub --since $work/old.note"
check 'all can be held against any note' answers 0 '^sound' \
    "$binary" verify --export "$work/all" --key "$work/pub" --since "$work/old.note"
check 'a log of another history is found by it' answers 1 'the note kept outside' \
    "$binary" verify --export "$work/all" --since "$work/stranger/checkpoints.log"

# A second reading of the format, which shares nothing with the program but SM3 itself.
cat > "$work/reader.py" <<'PY'
import base64
import hashlib
import json
import sys


def sm3(data):
    return hashlib.new('sm3', data).digest()


lines = open(sys.argv[1], 'rb').read().decode().split('\n')[:-1]
head = json.loads(lines[0])
size, root = head['checkpoint'].split('\n')[1:3]
stack, at = [], 0                # (level, hash)
for line in lines[1:]:
    if line.startswith('{"entry":'):
        level, hash_ = 0, sm3(b'\0' + line[9:-75].encode())
        assert json.loads(line)['entry']['index'] == at
    else:
        level, hash_ = json.loads(line)['level'], bytes.fromhex(json.loads(line)['hash'])
    at += 1 << level
    while stack and stack[-1][0] == level:
        hash_, level = sm3(b'\1' + stack.pop()[1] + hash_), level + 1
    stack.append((level, hash_))
top = stack.pop()[1]
while stack:
    top = sm3(b'\1' + stack.pop()[1] + top)
assert at == int(size) and top == base64.b64decode(root), 'another root'
PY
check 'a second program reads the case as the first does' python3 "$work/reader.py" "$work/case"
check 'and all of it' python3 "$work/reader.py" "$work/all"

# Every line: one bit of one byte, the line taken out, the line twice; all must be refused.
cat > "$work/edit.py" <<'PY'
import random
import subprocess
import sys

binary, path, key, bad = sys.argv[1:5]
random.seed(7)
lines = open(path, 'rb').read().split(b'\n')[:-1]
named = refused = 0


def verify(changed, what, entry):
    global named, refused
    with open(bad, 'wb') as f:
        f.write(b''.join(line + b'\n' for line in changed))
    done = subprocess.run([binary, 'verify', '--export', bad, '--key', key],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode in (1, 2), f'{what}: exit {done.returncode}: {done.stdout}'
    refused += 1
    if entry:
        assert b'\nline' in b'\n' + done.stdout, f'{what}: {done.stdout}'
        named += 1


for i, line in enumerate(lines):
    flipped = bytearray(line)
    flipped[random.randrange(len(line))] ^= 1 << random.randrange(8)
    verify(lines[:i] + [bytes(flipped)] + lines[i + 1:], f'line {i + 1} flipped', i > 0)
    verify(lines[:i] + lines[i + 1:], f'line {i + 1} taken out', i > 0)
    verify(lines[:i] + [line] + lines[i:], f'line {i + 1} twice', i > 0)
verify(lines[:1], 'cut after the head', True)
verify(lines + [lines[-1]], 'longer', True)
print(f'{refused} refused, {named} with the line')
PY
check 'no line of a case can be changed, lost or doubled' \
    python3 "$work/edit.py" "$binary" "$work/case" "$work/pub" "$work/bad"
check 'an edited entry is named' bash -c "
    sed 's/\"outcome\":\"[a-z]/\"outcome\":\"X/' $work/case > $work/bad
    $binary verify --export $work/bad | grep -E 'line [0-9]+: entry [0-9]+: its bytes do not give'"
check 'a stream that is said to be empty is found' bash -c "
    sed '1s/\"streams\":\[/\"streams\":[\"case\/1\",/' $work/case > $work/bad
    $binary verify --export $work/bad | grep 'said to be in clear but has no entry'"
finish
