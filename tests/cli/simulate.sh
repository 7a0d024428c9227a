#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The simulation: one seed is one journal, every table of the record gets rows, what is held in
# memory between two acts does not grow with the days.
. "$(dirname "$0")/../harness.sh"

town() {
    "$binary" simulate --policy zhengzhou-2019 --units 8 --systems 30 --days 150 \
        --from 2025-03-03 "$@"
}
check 'a town lives' bash -c "$(declare -f town); binary=$binary; town --seed 3 >$work/one"
check 'its log has a root' grep -Eq '^root [0-9a-f]{64}$' "$work/one"
check 'the same seed gives the same journal' \
    bash -c "$(declare -f town); binary=$binary; town --seed 3 | cmp - $work/one"
root=$(grep '^root' "$work/one")
check 'another seed gives another' \
    bash -c "$(declare -f town); binary=$binary; ! town --seed 4 | grep -q '$root'"

# "KiB until day 30, KiB until the last", of the second line.
grows_little() {
    local early late
    read -r early late < <(sed -nE 's/^memory.* ([0-9]+) KiB until.* ([0-9]+) KiB until.*/\1 \2/p' \
        "$work/one")
    # A list that doubles once takes a block more; what a hundred days leave behind takes many.
    ((early > 0 && late * 10 <= early * 11 + 10240)) ||
        { echo "$early KiB became $late KiB"; return 1; }
}
check 'memory does not grow with the days' grows_little

# A policy of which the simulation has never heard, without items, registers or lists.
check 'another policy lives too' answers 0 'seed 2: [1-9][0-9]* commands' \
    "$binary" simulate --policy tests/packs/willow --units 5 --systems 20 --days 60 --seed 2 \
    --from 2026-01-05

# ---- several jurisdictions -----------------------------------------------------------------------

# Every shipped policy and four made-up ones, two years of each, in one database.
shipped=$("$binary" policy list | awk '{print $1}' | paste -sd, -)
made_up=tests/packs/maple,tests/packs/willow,tests/packs/rowan,tests/packs/heron
towns() { "$binary" simulate --units 5 --systems 8 --days 730 --seed 7 --from 2024-10-08 "$@"; }
export -f towns
export binary
check 'all that are shipped live for two years' bash -c "towns --policy all >$work/all"
told() { grep -Eq "^$1: [1-9][0-9]* commands, [0-9]+ refused, [1-9][0-9]* cases" "$2"; }
for policy in ${shipped//,/ }; do
    check "$policy is told of" told "$policy" "$work/all"
done
check 'side by side with others' bash -c "towns --policy $shipped,$made_up >$work/several"
for policy in ${shipped//,/ } maple willow rowan heron-2024; do
    check "$policy is told of among others" told "$policy" "$work/several"
done
# However a policy is laid out: each way into being, each procedure, each step, each register.
for pack in rowan heron; do
    check "$pack, an unlike policy, is lived" bash -c "
        $binary simulate --policy tests/packs/$pack --units 6 --systems 40 --days 730 --seed 7 \\
            --from 2024-10-08 >$work/$pack"
    check 'as a whole' bash -c "
        test \$(grep -cE '^  [a-z]+: [1-9]' $work/$pack) = \
            \$(ls tests/packs/$pack/*.yaml | grep -vc pack.yaml) &&
            ! grep -E 'never reached: (procedure|step|register)' $work/$pack"
done
check 'one seed, one journal, of several too' \
    bash -c "towns --policy $shipped,$made_up | cmp - $work/several"
check 'cases are withdrawn, returned, refused, and late' bash -c "
    grep -Eq '[1-9][0-9]* withdrawn' $work/several &&
        grep -Eq ' [1-9][0-9]* acts late' $work/several"
check 'a policy twice is refused' answers 2 'willow is named twice' \
    towns --policy "$made_up,tests/packs/willow"
check 'one that is none too' answers 2 'no policy "atlantis"' \
    towns --policy "$shipped,atlantis"
check 'and none at all' answers 2 'parted by commas, or all' towns

check 'a folder of several' bash -c "
    towns --policy $shipped,$made_up --data $work/several.data >$work/several.out"
database=$work/several.data/yunjian.db
check 'each has administrators of its own' bash -c "
    test \$(grep -c '^activation code' $work/several.out) = \
        \$((3 * \$(sqlite3 $database 'SELECT count(*) FROM authorities')))"
check 'their entries are mixed' bash -c "
    sqlite3 $database \"SELECT json_extract(CAST(bytes AS TEXT), '\$.authority') FROM entries
        ORDER BY idx\" | uniq | wc -l | awk '{exit !(\$1 > 500)}'"

# What every derived table says, and nothing else.
derived() {
    local class table
    while read -r class table; do
        [[ $class != derived ]] || sqlite3 "$database" "SELECT * FROM $table ORDER BY 1, 2"
    done < <(awk '/^-- class:/ { class = $3 } /^CREATE TABLE/ { print class, $3 }' sql/schema.sql)
}
derived >"$work/before"
check 'it is sound' answers 0 '^sound' "$binary" verify --data "$work/several.data"
check 'it is made anew' bash -c "$binary rebuild --data $work/several.data >$work/digests"
derived >"$work/after"
check 'and is what it was' bash -c "test -s $work/before && cmp $work/before $work/after"
check 'again' bash -c "$binary rebuild --data $work/several.data | cmp - $work/digests"
check 'and sound' answers 0 '^sound' "$binary" verify --data "$work/several.data"

# ---- every table ---------------------------------------------------------------------------------

check 'a folder of it' town --seed 3 --data "$work/data"
has_rows() { test "$(sqlite3 "$work/data/yunjian.db" "SELECT count(*) FROM $1")" -gt 0; }
while read -r class table; do
    [[ $class == work ]] || check "$table has rows" has_rows "$table"
done < <(awk '/^-- class:/ { class = $3 } /^CREATE TABLE/ { print class, $3 }' sql/schema.sql)
check 'and it is sound' answers 0 '^sound' "$binary" verify --data "$work/data"
finish
