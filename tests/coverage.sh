#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the shipped policy claims is proven, and coverage tells proven from claimed.
. "$(dirname "$0")/harness.sh"

# ---- the shipped policy -------------------------------------------------------------------------

tsv=${YUNJIAN_REPORTS:-$work}/coverage-zhengzhou-2019.tsv
check 'coverage of the shipped policy' \
    bash -c '"$1" policy coverage zhengzhou-2019 >"$2" 2>"$3"' - "$binary" "$tsv" "$work/told"
check 'no scenario is idle, no claim unknown' diff /dev/null "$work/told"
# The pages read the table that travels with the policy; `./dev coverage` writes it anew.
check 'the table beside the policy says the same' diff policies/zhengzhou-2019/coverage.tsv "$tsv"
for name in $("$binary" policy list | cut -d' ' -f1); do
    [ "$name" = zhengzhou-2019 ] || check "the table beside $name says the same" \
        diff "policies/$name/coverage.tsv" <("$binary" policy coverage "$name" 2>/dev/null)
done
check 'one header line' test "$(head -n 1 "$tsv")" = \
    "$(printf 'id\tstate\trules\tscenarios\treason')"
covered=$'^ZZ-(1[0-6]|19)(\\.|\t)'
rows=$(grep -cE "$covered" "$tsv")
check 'articles 10 to 16 and 19 have all their rows' test "$rows" = 51
check 'and the table has no more of them' test "$rows" = \
    "$(grep -cE "$covered" docs/requirements.tsv)"
while IFS=$'\t' read -r id state _; do
    check "$id is tested" test "$state" = tested
done < <(grep -E "$covered" "$tsv")
check 'every other row is of the table' diff \
    <(tail -n +2 "$tsv" | cut -f1) <(grep -E '^ZZ-' docs/requirements.tsv | cut -f1)

# A line that proves something is an expectation, in a file that is there.
lines() { cut -f4 "$tsv" | tail -n +2 | tr ' ' '\n' | grep . | sort -u; }
all_expect() {
    local at
    for at in $(lines); do
        sed -n "${at##*:}p" "${at%:*}" | grep -qE '^(expect|started) ' ||
            { echo "$at"; return 1; }
    done
}
check 'what is printed is where an expectation stands' all_expect

# ---- a policy of which some is proven, some claimed and some neither ----------------------------

maple=$work/maple.tsv
check 'coverage of a folder' \
    bash -c '"$1" policy coverage tests/packs/maple >"$2" 2>"$3"' - "$binary" "$maple" "$work/told"
check 'proven, claimed and neither are told apart' \
    diff <(grep -v $'\tmissing\t' "$maple") tests/packs/maple/coverage.tsv
check 'an idle scenario is named' grep -q 'scenarios/apart.scn: .*no rule' "$work/told"
check 'json says the same' python3 - "$maple" "$binary" <<'END'
import json, subprocess, sys
rows = [line.split("\t") for line in open(sys.argv[1], encoding="utf-8").read().splitlines()][1:]
command = [sys.argv[2], "policy", "coverage", "tests/packs/maple", "--format", "json"]
said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
assert [[r["id"], r["state"], "; ".join(r["rules"]), " ".join(r["scenarios"]), r["reason"]]
        for r in said] == rows
END
check 'a format that is none' answers 2 'tsv or json' \
    "$binary" policy coverage tests/packs/maple --format xml

changed() { # FILE SED: the pack with one file changed
    rm -rf "$work/pack"
    cp -r tests/packs/maple "$work/pack"
    sed -i "$2" "$work/pack/$1"
}
changed apply.yaml 's/HLJ-4.2/HLJ-4.9/'
check 'a claim that the table does not know' answers 2 'P405: .*"HLJ-4.9".*Did you mean "HLJ-4.' \
    "$binary" policy coverage "$work/pack"
check 'and check refuses it too' answers 1 'P405' "$binary" policy check "$work/pack"
changed apply.yaml 's/HLJ-4.2/QQ-4.9/'
check 'a city with a table of its own' answers 0 'is sound' "$binary" policy check "$work/pack"
changed scenarios/way.scn 's/due 2026-03-09/due 2026-03-10/'
check 'a scenario that fails as it is' answers 2 'way.scn:12: .*fails as it is' \
    "$binary" policy coverage "$work/pack"
changed scenarios/way.scn '/^expect task review/d'
check 'without its expectation a limit is only claimed' answers 0 $'^HLJ-8.1\tdeclared' \
    "$binary" policy coverage "$work/pack"

# ---- read aloud and compared --------------------------------------------------------------------

for lang in zh en; do
    check "the policy read aloud, $lang" diff tests/packs/maple/show.$lang \
        <("$binary" policy show tests/packs/maple --language $lang)
    check "two versions compared, $lang" diff tests/packs/maple-amended/diff.$lang \
        <("$binary" policy diff tests/packs/maple tests/packs/maple-amended --language $lang)
done
check 'a policy does not differ from itself' test \
    "$("$binary" policy diff zhengzhou-2019 policies/zhengzhou-2019)" = '两者规则相同。'
cp -r tests/packs/heron tests/packs/reed "$work"
sed -i 's/to: {each: \[\(.*\)\], otherwise: appraise}/to: [\1, {appraise: otherwise}]/' \
    "$work/heron/checks.yaml"
mkdir -p "$work/example/scenarios"
awk -v to="$work/example/" '/^```yaml /{ file = to $2; next }
    /^```scn /{ file = to "scenarios/" $2; next }
    /^```/{ file = "" } file { print > file }' docs/policy-language.md
check 'the example of the reference is played' answers 0 '^6 passed, 0 failed' \
    "$binary" play "$work/example/scenarios/first.scn"
check 'the first that holds is another rule than each that holds' test "$(
    "$binary" policy diff tests/packs/heron "$work/heron" | grep -c 'checks.sort')" = 1
sed -i 's/by 09-30/by 10-15/' "$work/heron/demand.yaml"
check 'a later day of the year is looser' answers 0 '.looser. demand.file within' \
    "$binary" policy diff tests/packs/heron "$work/heron" --language en
check 'a pack that claims nothing says so' answers 0 'no rule claims a requirement' \
    "$binary" policy coverage tests/packs/heron
check 'a language that is none' answers 2 'zh or en' \
    "$binary" policy show tests/packs/maple --language fr
changed apply.yaml 's/to: trial,/to: trail,/'
check 'what does not load is not read' answers 1 'Did you mean "trial"' \
    "$binary" policy show "$work/pack"

finish
