#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line speaks clearly: what it prints, what it refuses, how it exits.
. "$(dirname "$0")/../harness.sh"

check 'due over the make-up Sunday' answers 0 '^2020-09-30$' \
    "$binary" calendar due --from 2020-09-24 --days 5 --unit working-day
check 'due over National Day' answers 0 '^2020-10-09$' \
    "$binary" calendar due --from 2020-09-30 --days 1 --unit working-day
check 'a month ends on its last day' answers 0 '^2024-02-29$' \
    "$binary" calendar due --from 2024-01-31 --days 1 --unit month
check 'a last day on a rest day rolls' answers 0 '^2026-05-06$' \
    "$binary" calendar due --from 2026-04-01 --days 1 --unit month
check 'the derivation can be followed' answers 0 '^2026-10-01 Thu .. .* Wed    National Day, not' \
    "$binary" calendar due --from 2026-09-30 --days 3 --unit working-day --explain
check 'an unknown year is an estimate' answers 3 'estimate' \
    "$binary" calendar due --from 2026-12-30 --days 9 --unit working-day
check 'a date that is none' answers 2 'YYYY-MM-DD' \
    "$binary" calendar due --from 2026-02-30 --days 1 --unit day
check 'a unit that is none' answers 2 'working-day, day or month' \
    "$binary" calendar due --from 2026-02-20 --days 1 --unit week
due() { "$binary" calendar due --unit working-day "$@"; }
check 'and in Chinese' answers 0 '周四 \.\. .* 周三  国庆节，不计$' \
    due --from 2026-09-30 --days 3 --explain --language zh
check 'a waiting time never rolls' answers 0 '^2020-10-25$' \
    "$binary" calendar due --from 2020-10-09 --days 15 --unit day --wait
check 'nor does a last day that is told not to' answers 0 '^2020-10-02$' \
    "$binary" calendar due --from 2020-09-25 --days 7 --unit day --no-roll
check 'ten working days before a day' answers 0 '^2020-09-22$' due --before 2020-10-12 --days 10
check 'and why not later' answers 0 '^2020-09-23 Wed +counted .* only on 2020-10-13: too late$' \
    due --before 2020-10-12 --days 10 --explain
check 'a month before a day is searched, not subtracted' answers 0 '^2019-01-31$' \
    "$binary" calendar due --before 2019-02-28 --days 1 --unit month
check 'an estimate backwards' answers 3 '^2026-12-2[0-9]$' due --before 2027-01-04 --days 5
check 'the clock stood still once' answers 0 '^2020-10-09$' \
    due --from 2020-09-21 --days 5 --suspended 2020-09-23..2020-09-28
check 'and twice' answers 0 '^2020-11-17$' due --from 2020-11-02 --days 5 \
    --suspended 2020-11-04..2020-11-10,2020-11-10..2020-11-12
check 'an answer for programs' answers 0 \
    '^\{"day":"2020-09-30","derivation":\[\{"kind":"start".*\],"estimated":false\}$' \
    due --from 2020-09-24 --days 5 --format json
check 'stops in words' answers 2 'write FROM..TO as' \
    due --from 2020-09-21 --days 5 --suspended 2020-09-23-2020-09-28
check 'stops after a comma' answers 2 'write FROM..TO as' \
    due --from 2020-09-21 --days 5 --suspended 2020-09-23..2020-09-28,
check 'a stop backwards' answers 2 'ends before it begins' \
    due --from 2020-09-21 --days 5 --suspended 2020-09-28..2020-09-23
check 'stops over one another' answers 2 'write them in order' due --from 2020-09-21 --days 5 \
    --suspended 2020-09-23..2020-09-28,2020-09-25..2020-09-30
check 'a wait does not stop' answers 2 'leave --wait away' due --from 2020-09-21 --days 5 --wait \
    --suspended 2020-09-23..2020-09-28
check 'forward and backwards at once' answers 2 'leave --from away' \
    due --from 2020-09-21 --before 2020-10-12 --days 5
check 'a day counted towards that is none' answers 2 'counted towards as YYYY-MM-DD' \
    due --before 2020-13-01 --days 5
check 'a language that is none' answers 2 'zh or en' \
    due --from 2020-09-21 --days 5 --language fr
check 'a format that is none' answers 2 'text or json' due --from 2020-09-21 --days 5 --format xml
check 'too many days' answers 2 'whole number from 0 to' \
    "$binary" calendar due --from 2026-02-20 --days 999999 --unit day

check 'help' answers 0 'yunjian verify' "$binary" --help
check 'help of a command' answers 0 'usage: yunjian serve' "$binary" serve --help
check 'no command' answers 2 'yunjian init' "$binary"
check 'a command misspelt' answers 2 'did you mean verify' "$binary" verfy
check 'an option misspelt' answers 2 'did you mean --data' "$binary" verify --date x
check 'a value missing' answers 2 'needs a value' "$binary" verify --data
check 'an option twice' answers 2 'given twice' "$binary" verify --data a --data b
check 'no data folder' answers 2 'yunjian init' "$binary" verify --data "$work/nothing"
check 'a policy misspelt' answers 2 'did you mean zhengzhou-2019' \
    "$binary" init --data "$work/x" --policy zhengzhou-2018
check 'nothing is left of it' test "$(ls -d "$work"/x* 2>/dev/null)" = ''
check 'the shipped policies' answers 0 'zhengzhou-2019' "$binary" policy list
check 'a shipped policy is sound' answers 0 'is sound' "$binary" policy check zhengzhou-2019

mkdir "$work/pack"
cp policies/zhengzhou-2019/*.yaml "$work/pack/"
sed -i 's/to: allocate, effects/to: alocate, effects/' "$work/pack/onboard.yaml"
check 'a broken policy is explained' answers 1 \
    'onboard.yaml:[0-9]+:[0-9]+: P[0-9]+: .*alocate.*Did you mean "allocate"' \
    "$binary" policy check "$work/pack"
check 'and founds nothing' answers 2 'alocate' "$binary" init --data "$work/y" --policy "$work/pack"
check 'nothing is left of that either' test "$(ls -d "$work"/y* 2>/dev/null)" = ''

data=$work/data
check 'init' answers 0 'activation code of security-admin' \
    "$binary" init --data "$data" --policy zhengzhou-2019
check 'secrets are for the owner alone' bash -c "
    cd $data && test \"\$(stat -c %a . *.key yunjian.db | sort -u | xargs)\" = '600 700'"
check 'a user' bash -c "echo correct-horse-battery | $binary user add --data $data --first \
    --role authority --login reviewer --name 王明 --password-stdin"
check 'a login is taken once' bash -c "! echo correct-horse-battery | $binary user add \
    --data $data --first --role authority --login reviewer --name 李明 --password-stdin 2>&1"
check 'and the second person was not half made' bash -c "
    test \"\$(sqlite3 $data/yunjian.db 'SELECT count(*) FROM personal')\" = 4"
check 'a short password' bash -c "echo short | $binary user add --data $data --first \
    --role authority --login other --name 李明 --password-stdin 2>&1 | grep -q 'at least 10'"
check 'a role that nobody holds' answers 2 'no organisation holds' \
    "$binary" user add --data "$data" --first --role provider --login p --name 张
check 'no personal text in the journal' bash -c "
    test \"\$(sqlite3 $data/yunjian.db \"SELECT count(*) FROM entries
        WHERE instr(bytes, CAST('王明' AS BLOB)) > 0\")\" = 0"
check 'sound after all that' answers 0 '^sound' "$binary" verify --data "$data"

"$binary" serve --data "$data" --listen 127.0.0.1:0 >"$work/serve.out" 2>&1 &
server=$!
for _ in $(seq 50); do grep -q '^serving' "$work/serve.out" && break; sleep 0.1; done
check 'a running server is left alone' answers 2 'another yunjian works' \
    "$binary" rebuild --data "$data"
check 'but can be verified beside it' answers 0 '^sound' "$binary" verify --data "$data"
kill -TERM $server
check 'SIGTERM ends it cleanly' wait $server
# An act whose checkpoint cannot be written down beside the database.
"$binary" init --data "$work/unsound" --policy zhengzhou-2019 >"$work/codes"
code=$(awk '/audit-admin/ {print $NF}' "$work/codes")
(
    timeout 20 "$binary" serve --data "$work/unsound" --listen 127.0.0.1:0 >"$work/end.out" 2>&1
    echo "exit $?" >>"$work/end.out"
) &
server=$!
for _ in $(seq 50); do grep -q '^serving' "$work/end.out" && break; sleep 0.1; done
rm "$work/unsound/checkpoints.log"
mkdir "$work/unsound/checkpoints.log"
address=$(sed 's/^serving //;q' "$work/end.out")
printf '{"login":"audit-admin","code":"%s","password":"correct-horse-battery"}' "$code" |
    curl -s -o "$work/curl.out" -H 'Content-Type: application/json' -H "Origin: $address" -d @- \
        "$address/api/v1/activation"
wait $server
check 'a server that must end says why' answers 0 'checkpoints.log: .*directory; the server ends' \
    cat "$work/end.out"
check 'and exits so' grep '^exit 2' "$work/end.out"
check 'an open address needs a gateway' answers 2 'behind-tls' \
    "$binary" serve --data "$data" --listen 0.0.0.0:0

cat >"$work/bad.scn" <<'END'
policy zhengzhou-2019
at 2026-03-02 09:00
organisation u using-unit city "市局"
expect todo u 1
u opens onboard as C1 colour=red
END
check 'a failed expectation has its place' answers 1 'bad.scn:4: expected todo 1, found 0' \
    "$binary" play "$work/bad.scn"
check 'a refused act has its place' answers 1 'bad.scn:5: refused' "$binary" play "$work/bad.scn"
check 'and counts as failed' answers 1 '^0 passed, 2 failed' "$binary" play "$work/bad.scn"
printf 'policy zhengzhou-2019\nexpect tsk review of C1\n' >"$work/bad.scn"
check 'an unknown expectation names the nearest' answers 1 \
    'bad.scn:2: expect knows no "tsk"; did you mean "task"?' \
    "$binary" play "$work/bad.scn"
printf 'policy zhengzhou-2019\nexpect sound please\n' >"$work/bad.scn"
check 'what stands behind an expectation is read' answers 1 'bad.scn:2: write: expect sound' \
    "$binary" play "$work/bad.scn"
printf '# nothing\n' >"$work/bad.scn"
check 'an empty scenario is none' answers 1 \
    'bad.scn:1: a scenario begins with one line: policy NAME' \
    "$binary" play "$work/bad.scn"
cp -r tests/packs/maple "$work/maple"
mv "$work/maple/pack.yaml" "$work/maple/pack.yml"
check 'a file that would not be read is named' answers 2 \
    'maple/pack.yml: a file that ends in .yml is not read' \
    "$binary" policy check "$work/maple"
check 'policies that say the same say so' answers 0 '^Both say the same' \
    "$binary" policy diff zhengzhou-2019 zhengzhou-2019 --language en
finish
