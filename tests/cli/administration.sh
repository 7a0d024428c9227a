#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A folder that init made can be set up for work: organisations, people, calendars, regulations.
. "$(dirname "$0")/../harness.sh"
data=$work/data
"$binary" init --data "$data" --policy zhengzhou-2019 >"$work/init.out"
organisation() { "$binary" organisation add --data "$data" "$@"; }

# ---- organisations -------------------------------------------------------------------------------

check 'a county authority' answers 0 '^[0-9]+$' \
    organisation --role county-authority --level county --name 青山县数据局
check 'a unit under it, by name' answers 0 '^[0-9]+$' \
    organisation --role using-unit --level county --name 青山县教育局 --under 青山县数据局
county=$("$binary" organisation list --data "$data" | awk '/青山县数据局/ {print $1}')
check 'a unit under it, by id' answers 0 '^[0-9]+$' \
    organisation --role using-unit --level county --name 青山县民政局 --under "$county"
check 'a provider' organisation --role provider --level city --name 北辰云科技有限公司
check 'the list shows them' answers 0 "using-unit.county.青山县教育局.under $county\$" \
    "$binary" organisation list --data "$data"
check 'and the authority' answers 0 'authority.city.郑州市大数据管理局$' \
    "$binary" organisation list --data "$data"
check 'a name is taken once' answers 1 'exists already' \
    organisation --role provider --level city --name 北辰云科技有限公司
check 'a role that is none' answers 1 'no role wizard' \
    organisation --role wizard --level city --name 甲
check 'every reason is told' answers 1 'level: ' \
    organisation --role provider --level county --name 北辰云科技有限公司
check 'a body above that is none' answers 2 'no organisation "乙"' \
    organisation --role using-unit --level county --name 甲 --under 乙
check 'a name is needed' answers 2 '--name' organisation --role provider --level city --name ' '

# ---- people --------------------------------------------------------------------------------------

user() { "$binary" user add --data "$data" "$@"; }
check 'a role that the organisation does not have' answers 1 'is registered as Provider' \
    user --organisation 北辰云科技有限公司 --role using-unit --login li --name 李四
# typed PASSWORD ARGUMENT...: a user with that password.
typed() {
    printf '%s\n' "$1" | user "${@:2}" --password-stdin
}
unit() { typed "$1" --organisation 青山县教育局 --role using-unit "${@:2}"; }
check 'a user of the unit' unit correct-horse --login unit-1@a.b_c --name 王明
check 'ten Chinese characters are ten' unit 十个汉字也是一个密码 --login chinese --name 王明
check 'four are four, however many bytes' answers 2 'at least 10 characters' \
    unit 四个汉字 --login other --name 王明
check 'blanks count' unit '         x' --login blanks --name 王明
check 'the password is not the login' answers 2 'must not be the login' \
    unit Unit-Number-2 --login unit-number-2 --name 王明
check 'nor broken text' answers 2 'UTF-8' unit $'correct-horse-\xff' --login other --name 王明
check 'nor empty' answers 2 'no password' unit '' --login other --name 王明
for login in '' 'a b' 甲 'a/b' "$(printf 'a%.0s' $(seq 65))"; do
    check "a login that is none: $login" answers 2 'a login has' \
        user --first --role provider --login "$login" --name 王明
done
check 'a name that is none' answers 2 'a name has' \
    user --first --role provider --login other --name ' '
check 'one of both' answers 2 'either' \
    user --first --organisation 1 --role provider --login other --name 王明
check 'one at least' answers 2 'either' user --role provider --login other --name 王明
check 'a taken login is a refusal' answers 1 'exists already' \
    user --first --role provider --login chinese --name 李明
check 'so is a role of another body' answers 1 'refused: role' \
    user --organisation 青山县教育局 --role provider --login other --name 李明
check 'administrators are the authority'"'"'s own' answers 2 'belong to the authority' \
    user --organisation 青山县教育局 --role audit-administrator --login other --name 李明
check 'there one may be added' answers 0 'activation code of audit-2' \
    user --organisation 郑州市大数据管理局 --role audit-administrator --login audit-2 --name 李明

# ---- calendars -----------------------------------------------------------------------------------

due() {
    "$binary" calendar due --from 2098-12-31 --days 1 --unit working-day "$@"
}
{
    printf '#year 2098 测试〔2097〕1号\n#year 2099 测试〔2098〕1号\n'
    printf '2099-01-%s\toff\tHoliday\t元旦\n' 01 02 05
} | sed '1a 2098-01-01\toff\tHoliday\t元旦' >"$work/years.tsv"
load() { "$binary" calendar load "$1" --data "$data"; }
check 'before it is published a year is an estimate' answers 3 estimate due --data "$data"
check 'two years are loaded' answers 0 '^loaded 2099: 测试〔2098〕1号' load "$work/years.tsv"
check 'and the clock goes by them' answers 0 '^2099-01-06$' due --data "$data"
check 'without them it would not' answers 3 '^2099-01-01$' due
check 'backwards too' answers 0 '^2099-01-05$' \
    "$binary" calendar due --before 2099-01-06 --days 1 --unit working-day --data "$data"
check 'each is an entry' bash -c "test \"\$(sqlite3 $data/yunjian.db \"SELECT count(*) FROM entries
    WHERE instr(bytes, CAST('calendar.loaded' AS BLOB)) > 0
      AND instr(bytes, CAST('测试' AS BLOB)) > 0\")\" = 2"
printf '2099-01-01\toff\tx\ty\n' >"$work/headless.tsv"
printf '# nothing\n' >"$work/none.tsv"
printf '#year 2099 \xff\n' >"$work/bytes.tsv"
check 'a calendar without a year' answers 2 'headless.tsv:1' load "$work/headless.tsv"
check 'a calendar of nothing' answers 2 'no year' load "$work/none.tsv"
check 'a calendar of bytes' answers 2 'UTF-8' load "$work/bytes.tsv"
check 'a calendar that is not there' answers 2 'cannot open' load "$work/absent.tsv"
check 'an authority that is none' answers 2 'no such authority' \
    "$binary" calendar load "$work/years.tsv" --data "$data" --authority 乙

# ---- regulations ---------------------------------------------------------------------------------

mkdir "$work/pack" "$work/broken"
cp policies/zhengzhou-2019/*.yaml "$work/pack/"
cp policies/zhengzhou-2019/*.yaml "$work/broken/"
sed -i 's/en: Auditor,/en: Inspector,/' "$work/pack/pack.yaml"
sed -i 's/to: allocate, effects/to: alocate, effects/' "$work/broken/onboard.yaml"
activate() { "$binary" policy activate "$1" --data "$data"; }
check 'an edited policy comes into force' answers 0 'zhengzhou-2019 is in force' \
    activate "$work/pack"
check 'a broken one does not' answers 1 'onboard.yaml:[0-9]+.*alocate' activate "$work/broken"
check 'one that is not there' answers 2 'did you mean' activate zhengzhou-2018
check 'the version is the last one' bash -c "
    version=\$($binary policy check $work/pack | grep -o '[0-9a-f]*\$')
    test \"\$(sqlite3 $data/yunjian.db 'SELECT policy_digest FROM authorities')\" = \$version"

# A role that open cases wait for may not go: nobody could find them any more.
made="$work/made"
"$binary" simulate --policy tests/packs/heron --units 3 --systems 2 --days 3 --seed 3 \
    --from 2024-09-01 --data "$made" >/dev/null
mkdir "$work/packs"
cp -r tests/packs/heron tests/packs/reed "$work/packs/"
sed -i 's/using-unit/office/g' "$work/packs/heron"/*.yaml
effect() {
    "$binary" policy diff tests/packs/heron "$work/packs/heron" --data "$made" --language en
}
check 'where open cases wait is told before a change' answers 0 'demand.file  [1-3] ' effect
check 'and which of them nobody could go on with' answers 0 \
    'nobody could go on with: .*XQ-2024-000[1-3]' effect
check 'and a policy that strands them is refused' answers 1 \
    'no role using-unit.*XQ-2024-000[1-3]' \
    "$binary" policy activate "$work/packs/heron" --data "$made"
check 'the one in force stays' answers 0 'heron-2024 is in force' \
    "$binary" policy activate tests/packs/heron --data "$made"

# ---- after all that ------------------------------------------------------------------------------

check 'the record is sound' answers 0 '^sound' "$binary" verify --data "$data"
"$binary" serve --data "$data" --listen 127.0.0.1:0 >"$work/serve.out" 2>&1 &
server=$!
for _ in $(seq 50); do grep -q '^serving' "$work/serve.out" && break; sleep 0.1; done
check 'a running server is not worked around' answers 2 'another yunjian works' \
    organisation --role provider --level city --name 甲
kill -TERM $server
wait $server

# ---- towns of other policies ---------------------------------------------------------------------

sed -i '/^  provider: /a\  tester: {zh: 测评机构, en: Tester, sees: own, levels: [city]}' \
    "$work/pack/pack.yaml"
check 'two roles of companies make a town' answers 0 '^seed 3' \
    "$binary" simulate --policy "$work/pack" --units 3 --systems 2 --days 5 --seed 3 \
    --from 2026-03-02
sed -i 's/^  authority: sole/&\n  tester: sole/' "$work/pack/onboard.yaml"
check 'and one, where the regulation seats one' answers 0 '^seed 3' \
    "$binary" simulate --policy "$work/pack" --units 3 --systems 2 --days 5 --seed 3 \
    --from 2026-03-02
finish
