#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scenarios: a word that names nothing is refused, for whatever is expected of it would hold.
. "$(dirname "$0")/../harness.sh"

scene='policy zhengzhou-2019
at 2026-03-02 09:00
organisation transport using-unit city "市交通局"
organisation north provider city "北辰云科技有限公司"
transport opens onboard as C1 system-name="公路收费" need="收费" kind=new service=virtualised \
  items="vcpu=8 memory=16.5 backup-storage=500" sizing="估算" redundancy=20 trial-days=20 \
  attaching application-form technical-plan
authority approves C1 "同意" feasible=yes reasonable=yes provider=north \
  granted="vcpu=8 memory=16.5 backup-storage=500"'
# told WHAT LINE: the scenario with this last line goes wrong there, and says so.
told() {
    printf '%s\n%s\n' "$scene" "$2" >"$work/typo.scn"
    check "$2" answers 1 "typo.scn:10: $1" "$binary" play "$work/typo.scn"
}
holds() {
    printf '%s\n%s\n' "$scene" "$1" >"$work/typo.scn"
    check "$1" answers 0 '^[1-9][0-9]* passed, 0 failed' "$binary" play "$work/typo.scn"
}

holds 'expect granted C1 memory 16.5'
holds 'expect shown review of C1 apply.items "memory=16.500 backup-storage=500 vcpu=8"'
holds 'expect shown review of C1 apply.redundancy 20'
told 'expected shown vcpu=9, found backup-storage=500 memory=16.5 vcpu=8' \
    'expect shown review of C1 apply.items vcpu=9'
told 'one alone fills that in' 'expect shown review of C1 apply.redundancy 20 by transport'
told 'write: expect shown STEP of CASE PATH VALUE by ALIAS' \
    'expect shown review of C1 apply.redundancy 20 by nobody'
told 'write: expect shown STEP' 'expect shown review of C1 apply.redundancy nothing foo bar'
told 'expected granted 16, found 16.5' 'expect granted C1 memory 16'
told 'procedure onboard has no step "reviw"; did you mean "review"\?' \
    'expect task reviw of C1 state none'
told 'procedure onboard has no step "trail"' 'expect warned trail of C1 none'
told 'the clause state stands twice' 'expect task review of C1 state open state closed'
told 'write: expect case' 'expect case C1 open ended'
told 'expect task knows no clause "stat"' 'expect task review of C1 stat closed'
told 'the policy has no list "idle-ones"' 'expect unlisted C1 idle-ones'
told 'the catalogue has no item "cpus"' 'expect granted C1 cpus 0'
told 'write: expect notice' 'expect notice C1 to transport gone none received none'
told 'there is no report nothing' 'expect report nothing by authority of transport due 0'
told 'report migration has no column nothing' \
    'expect report migration by authority of transport nothing nothing'
told 'register utilisation has no field "cpus"' 'expect line utilisation of C1 cpus nothing'
told 'step review does not show apply.itms' 'expect shown review of C1 apply.itms nothing'
told '"granted=vcpu=8" in quotes would be the opinion' 'authority approves C1 "granted=vcpu=8"'
told 'the policy has no role "using-units"; did you mean "using-unit"\?' \
    'organisation water using-units city "市水利局"'
told 'role using-unit has no level "town"; there are city and county' \
    'organisation water using-unit town "市水利局"'

check 'a folder of scenarios is played' answers 0 '^[1-9][0-9]* passed, 0 failed' \
    "$binary" play tests/packs/heron/scenarios
check 'so are those of a policy' bash -c "
    test \"\$($binary play tests/packs/heron)\" = \"\$($binary play tests/packs/heron/scenarios)\""
mkdir "$work/empty"
check 'a folder without any says so' answers 2 'empty: the folder holds no scenario' \
    "$binary" play "$work/empty"
finish
