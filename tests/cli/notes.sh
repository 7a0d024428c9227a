#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# checkpoints.log, the copy of the signed notes outside the database. (That no cell of the record
# can be changed unseen is shown by tests/unit/tamper.c, from the schema.)
. "$(dirname "$0")/../harness.sh"

data=$work/data
# The owner of folder, key and database starts the record anew under the same key; a checkpoint
# that somebody kept elsewhere is what tells.
check 'a folder is made' answers 0 'made' "$binary" init --data "$data" --policy zhengzhou-2019
head -n 5 "$data/checkpoints.log" > "$work/kept.note"
cp "$data/journal.pub" "$work/kept.pub"
check 'the record goes on' answers 0 '[0-9]' "$binary" organisation add --data "$data" \
    --role using-unit --level city --name '市教育局'
check 'the record grew out of the note' answers 0 '^sound' \
    "$binary" verify --data "$data" --key "$work/kept.pub" --since "$work/kept.note"
check 'what no checkpoint covers is said' bash -c "
    cp -r $data $work/open && sqlite3 $work/open/yunjian.db \
        'DELETE FROM checkpoints WHERE number > 1' && head -n 5 $data/checkpoints.log \
        > $work/open/checkpoints.log
    $binary verify --data $work/open | grep -E 'not covered: entries rows [0-9]+ to [0-9]+'"
check 'the record is made anew under its key' bash -c "
    $binary init --data $work/anew --policy zhengzhou-2019 && rm $work/anew/checkpoints.log \
        $work/anew/yunjian.db* && cp $data/journal.* $data/session.key $data/yunjian.conf $work/anew
    $binary organisation list --data $work/anew; $binary verify --data $work/anew"
check 'by itself it proves itself, the note convicts it' answers 1 'the note kept outside' \
    "$binary" verify --data "$work/anew" --since "$work/kept.note"
check 'so does the key, when it was changed' bash -c "
    $binary init --data $work/other --policy zhengzhou-2019
    $binary verify --data $work/other --key $work/kept.pub; test \$? = 1"
check 'a file that is no checkpoint proves nothing' answers 2 'not a checkpoint' \
    "$binary" verify --data "$data" --since "$work/kept.pub"
rm -rf "$data"

check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 90 --seed 5 \
    --from 2026-03-02 --data "$data"
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
