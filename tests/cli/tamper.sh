#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No value of the record can be changed unseen: one row of every column of every table that
# carries a proof is edited, and verify must exit 1. Tables and classes are read from the schema.
. "$(dirname "$0")/../harness.sh"

data=$work/data
check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 120 --seed 5 \
    --from 2025-03-03 --data "$data"
cp "$data/yunjian.db" "$work/whole.db"
notes=$(cat "$data/checkpoints.log")

# What a value becomes: another one of its type that the column may hold.
changed_value() {
    case $2 in
    BIGINT) echo "coalesce($1, 0) + 1" ;;
    TEXT) echo "$1 || 'x'" ;;
    BLOB) echo "CAST($1 || x'00' AS BLOB)" ;;
    esac
}

# edited TABLE COLUMN TYPE: the last row is edited so; that is found, and nothing crashes.
edited() {
    cp "$work/whole.db" "$data/yunjian.db"
    rm -f "$data"/yunjian.db-*
    sqlite3 "$data/yunjian.db" "UPDATE $1 SET \"$2\" = $(changed_value "$2" "$3")
        WHERE rowid = (SELECT max(rowid) FROM $1); SELECT changes()" | grep -qx 1 ||
        { echo "$1 holds no row to edit"; return 1; }
    answers 1 'TAMPERED' "$binary" verify --data "$data"
}

# "TABLE COLUMN TYPE" of every table that carries a proof; head alone of the work tables does.
columns() {
    awk '/^-- class:/ { class = $3 }
         /^CREATE TABLE/ { table = $3 }
         /^  [a-z_]+ (BIGINT|TEXT|BLOB)/ && (class != "work" || table == "head") {
             gsub(",", ""); print table, $1, $2 }' sql/schema.sql
}
while read -r table column type; do
    check "an edited $table.$column is found" edited "$table" "$column" "$type"
done < <(columns)
check 'the schema was read' test "$(columns | wc -l)" -gt 100

cp "$work/whole.db" "$data/yunjian.db"
check 'the whole record is sound' answers 0 '^sound' "$binary" verify --data "$data"
printf '%s\nyunjian/' "$notes" > "$data/checkpoints.log"
check 'a torn last note is no tampering' answers 0 '^sound' "$binary" verify --data "$data"
: > "$data/checkpoints.log"
check 'an emptied file of notes is found' answers 1 'checkpoints.log: it is missing' \
    "$binary" verify --data "$data"
rm "$data/checkpoints.log"
check 'a lost file of notes is found' answers 1 'checkpoints.log: it is missing' \
    "$binary" verify --data "$data"
finish
