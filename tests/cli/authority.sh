#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# More than one jurisdiction in a folder: how one is added, and that commands go to the one that is
# named.
. "$(dirname "$0")/../harness.sh"
data=$work/data
"$binary" init --data "$data" --policy zhengzhou-2019 >"$work/init.out"
add() { "$binary" authority add --data "$data" "$@"; }
list() { "$binary" authority list --data "$data"; }
id_of() { list | awk -F'\t' -v name="$1" '$3 == name {print $1}'; }

check 'the first is listed' answers 0 '^[0-9]+.zhengzhou-2019.郑州市大数据管理局$' list
check 'init does not add to a folder' answers 2 'not empty' \
    "$binary" init --data "$data" --policy tests/packs/willow

# ---- adding --------------------------------------------------------------------------------------

check 'a jurisdiction of another policy' answers 0 '^authority [0-9]+ is 柳县大数据局' \
    add --policy tests/packs/willow
cp "$work/answer.out" "$work/willow.out"
check 'has three administrators of its own' bash -c "
    test \$(grep -cE '^activation code of [a-z]+-admin@willow +[a-z0-9]+' $work/willow.out) = 3"
check 'a name is taken once' answers 1 'exists already.*--name' add --policy tests/packs/willow
check 'under another name one policy binds two' answers 0 'is 杨县大数据局' \
    add --policy tests/packs/willow --name 杨县大数据局 --name-en 'Poplar Data Bureau'
check 'whose administrators are others' grep -q 'of system-admin@willow-2 ' "$work/answer.out"
check 'all are listed' bash -c "
    test \"\$($binary authority list --data $data | cut -f2,3 | tr '\t\n' '  ')\" = \
        'zhengzhou-2019 郑州市大数据管理局 willow 柳县大数据局 willow 杨县大数据局 '"
check 'a policy is needed' answers 2 '--policy NAME' add
check 'one that there is' answers 2 'no policy "atlantis"' add --policy atlantis
mkdir "$work/broken"
cp tests/packs/willow/*.yaml "$work/broken/"
sed -i 's/to: start/to: stat/' "$work/broken/joint.yaml"
check 'and is sound' answers 1 'joint.yaml:[0-9]+.*stat' add --policy "$work/broken"
check 'a blank name is none' answers 2 'not blank' add --policy zhengzhou-2019 --name ' '
check 'a folder is needed' answers 2 'data folder' \
    "$binary" authority add --policy zhengzhou-2019 --data "$work/none"
check 'nothing was added by all that' bash -c "
    test \$($binary authority list --data $data | wc -l) = 3"
check 'what can be done is told' answers 2 'authority add, or authority list' \
    "$binary" authority remove --data "$data"

# ---- naming one ----------------------------------------------------------------------------------

willow=$(id_of 柳县大数据局)
unit() { "$binary" organisation add --data "$data" --role unit --level county "$@"; }
check 'of several, one is named' answers 2 'several; name one with --authority' unit --name 甲局
check 'by its name' answers 0 '^[0-9]+$' unit --name 甲局 --authority 柳县大数据局
check 'or by its id' answers 0 '^[0-9]+$' unit --name 乙局 --authority "$willow"
check 'each has names of its own' answers 0 '^[0-9]+$' unit --name 甲局 --authority 杨县大数据局
check 'roles are those of its policy' answers 1 'no role unit' \
    unit --name 丙局 --authority 郑州市大数据管理局
check 'one that is none' answers 2 'no such authority' unit --name 丙局 --authority 丁县
check 'lists are its own' bash -c "
    $binary organisation list --data $data --authority $willow >$work/list &&
    grep -q 乙局 $work/list && test \$(wc -l <$work/list) = 3"
foreign=$("$binary" organisation list --data "$data" --authority 杨县大数据局 |
    awk '/甲局/ {print $1}')
user() { "$binary" user add --data "$data" --role unit --login "$@"; }
check 'a user of its unit' answers 0 'activation code of one' \
    user one --name 王明 --first --authority "$willow"
check 'a foreign organisation is none' answers 2 "no organisation \"$foreign\"" \
    user two --name 王明 --organisation "$foreign" --authority "$willow"
check 'nor is a foreign body above' answers 2 'no organisation' \
    unit --name 丙局 --under "$foreign" --authority "$willow"
check 'a login belongs to the folder' answers 1 'exists already' \
    user one --name 李明 --first --authority 杨县大数据局
check 'a policy comes into force for one' answers 0 'maple is in force' \
    "$binary" policy activate tests/packs/maple --data "$data" --authority 杨县大数据局
check 'for that one alone' bash -c "
    test \"\$($binary authority list --data $data | cut -f2 | tr '\n' ' ')\" = \
        'zhengzhou-2019 willow maple '"
printf '#year 2099 测试〔2098〕1号\n2099-01-05\toff\tHoliday\t元旦\n' >"$work/year.tsv"
check 'so does a calendar' answers 0 '^loaded 2099' \
    "$binary" calendar load "$work/year.tsv" --data "$data" --authority "$willow"
due() { "$binary" calendar due --from 2099-01-04 --days 1 --unit working-day --data "$data" "$@"; }
check 'and the clock of that one goes by it' answers 0 "^2099-01-06\$" due --authority "$willow"
check 'the others go on without' answers 3 "^2099-01-05\$" due --authority 杨县大数据局
check 'the record is sound' answers 0 '^sound' "$binary" verify --data "$data"

# ---- exports -------------------------------------------------------------------------------------

# Two jurisdictions at work, whose cases have the same numbers.
towns=$work/towns
check 'two towns' bash -c "
    $binary simulate --policy tests/packs/willow,tests/packs/maple --units 4 --systems 6 \\
        --days 60 --seed 3 --from 2026-03-02 --data $towns &&
    sqlite3 $towns/yunjian.db 'UPDATE cases SET number = \"X-1\" WHERE id IN
        (SELECT min(id) FROM cases GROUP BY authority)'"
export_() { "$binary" export --data "$towns" --out "$work/export" "$@"; }
clear_of() { # the authorities whose entries stand in clear
    sed -n 's/^{"entry":.*"authority":\([0-9]*\).*/\1/p' "$work/export" | sort -un | tr '\n' ' '
}
willow=$("$binary" authority list --data "$towns" | awk '$2 == "willow" {print $1}')
maple=$("$binary" authority list --data "$towns" | awk '$2 == "maple" {print $1}')
check 'a number that two cases have' answers 2 'several cases.*--authority' export_ --case X-1
check 'is one of a jurisdiction' answers 0 'exported [0-9]+ entries' \
    export_ --case X-1 --authority "$maple"
check 'and its own' test "$(clear_of)" = "$maple "
check 'it proves itself' answers 0 '^sound' "$binary" verify --export "$work/export"
rm "$work/export"
check 'a case of the other is none' answers 2 'no case' export_ --authority "$willow" --case \
    "$(sqlite3 "$towns/yunjian.db" "SELECT max(id) FROM cases WHERE authority = $maple")"
check 'all of one' answers 0 'exported [0-9]+ entries' export_ --all --authority 柳县大数据局
check 'is what is its own' test "$(clear_of)" = "$willow "
count="SELECT count(*) FROM entries
    WHERE json_extract(CAST(bytes AS TEXT), '\$.authority') = $willow"
check 'to the last entry' test "$(grep -c '^{"entry"' "$work/export")" = \
    "$(sqlite3 "$towns/yunjian.db" "$count")"
check 'proves itself' answers 0 '^sound' \
    "$binary" verify --export "$work/export" --key "$towns/journal.pub"
check 'and names nothing of the other' bash -c "! grep -q 枫县 $work/export"
rm "$work/export"
check 'everything is of both' bash -c "$binary export --data $towns --all --out $work/export"
check 'and of the log itself' test "$(clear_of)" = "0 $willow $maple "
rm "$work/export"
check 'an authority that is none has no export' answers 2 'no such authority' \
    export_ --all --authority 丁县

# ---- while a server works ------------------------------------------------------------------------

"$binary" serve --data "$data" --listen 127.0.0.1:0 >"$work/serve.out" 2>&1 &
server=$!
for _ in $(seq 50); do grep -q '^serving' "$work/serve.out" && break; sleep 0.1; done
check 'a running server is not worked around' answers 2 'another yunjian works.*stop it first' \
    add --policy tests/packs/maple
check 'the list can be had' bash -c "test \$($binary authority list --data $data | wc -l) = 3"
kill -TERM $server
wait $server
check 'afterwards it is done' answers 0 '^authority [0-9]+ is 枫县大数据局' \
    add --policy tests/packs/maple
finish
