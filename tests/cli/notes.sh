#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# checkpoints.log, the copy of the signed notes outside the database. (That no cell of the record
# can be changed unseen is shown by tests/unit/tamper.c, from the schema.)
. "$(dirname "$0")/../harness.sh"

data=$work/data
check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 90 --seed 5 \
    --data "$data"
notes=$(cat "$data/checkpoints.log")

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
