#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The reference of the benchmarks is honest only when it does all that the product did: what a
# replay makes of a recorded run is the same database, and verify finds it sound, on both engines.
. "$(dirname "$0")/../harness.sh"

programs=$(dirname "$binary")/tests/bench
data=$work/data
record() {
    YUNJIAN_TRACE=$work/trace YUNJIAN_REPORT=$work/report "$programs/yunjian-recorded" "$@"
}
check 'a simulation is recorded' answers 0 'seed 5' record simulate --policy zhengzhou-2019 \
    --units 6 --systems 6 --days 60 --seed 5 --from 2026-03-02 --data "$data"
check 'its batches were counted' grep -Eq '"batches": [1-9][0-9]+, "commands": [1-9]' "$work/report"

# replayed DATABASE: as many stretches as were recorded, and commands.
replayed() {
    "$programs/replay" "$work/trace" "$1" >"$work/replayed" || return 1
    grep -o '"batches": [0-9]*, "commands": [0-9]*' "$work/replayed" |
        grep -qxF "$(grep -o '"batches": [0-9]*, "commands": [0-9]*' "$work/report")"
}
check 'it is replayed on SQLite' replayed "$work/other.db"
dump() { sqlite3 "$1" .dump | sort; }
check 'the two databases hold the same' cmp <(dump "$data/yunjian.db") <(dump "$work/other.db")
check 'which is not nothing' test "$(sqlite3 "$work/other.db" 'SELECT COUNT(*) FROM tasks')" -gt 10

check 'the same trace is replayed on PostgreSQL' replayed "$YUNJIAN_TEST_PG"
sed -i "s|^database = .*|database = ${YUNJIAN_TEST_PG//&/\\&}|" "$data/yunjian.conf"
check 'which the folder then names' grep -qxF "database = $YUNJIAN_TEST_PG" "$data/yunjian.conf"
check 'and finds sound' answers 0 '^sound' "$binary" verify --data "$data"
check 'a lying trace is told' answers 1 'replay: ' "$programs/replay" "$work/report" "$work/x.db"
finish
