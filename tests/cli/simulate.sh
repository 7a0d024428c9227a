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
    ((early > 0 && late * 10 <= early * 11 + 10240)) || { echo "$early KiB became $late KiB"; return 1; }
}
check 'memory does not grow with the days' grows_little

# A policy of which the simulation has never heard, without items, registers or lists.
check 'another policy lives too' answers 0 'seed 2: [1-9][0-9]* commands' \
    "$binary" simulate --policy tests/packs/willow --units 5 --systems 20 --days 60 --seed 2 \
    --from 2026-01-05

check 'a folder of it' town --seed 3 --data "$work/data"
has_rows() { test "$(sqlite3 "$work/data/yunjian.db" "SELECT count(*) FROM $1")" -gt 0; }
while read -r class table; do
    [[ $class == work ]] || check "$table has rows" has_rows "$table"
done < <(awk '/^-- class:/ { class = $3 } /^CREATE TABLE/ { print class, $3 }' sql/schema.sql)
check 'and it is sound' answers 0 '^sound' "$binary" verify --data "$work/data"
finish
