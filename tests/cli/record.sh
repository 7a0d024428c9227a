#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The record defends itself: whoever edits the database by hand is found and the row is named.
. "$(dirname "$0")/../harness.sh"

data=$work/data
check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 90 --seed 5 \
    --from 2026-03-02 --data "$data"
check 'its record is sound' answers 0 '^sound: [0-9]+ entries' "$binary" verify --data "$data"
check 'so is its log alone' answers 0 '^sound' "$binary" verify --data "$data" --log
check 'a folder is not made twice' answers 2 'not empty' \
    "$binary" init --data "$data" --policy zhengzhou-2019

# tampered PATTERN SQL: a copy edited so is found out, by name.
tampered() {
    local copy=$work/copy
    rm -rf "$copy"
    cp -r "$data" "$copy"
    sqlite3 "$copy/yunjian.db" "$2" || return 1
    answers 1 "$1" "$binary" verify --data "$copy"
}
check 'an edited entry is named' tampered 'entries row 40\b' \
    "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT),
         '\"index\":40', '\"index\":41') AS BLOB) WHERE idx = 40"
check 'an edited name in an entry is named' tampered 'entries row 1\b' \
    "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), '大数据', '小数据') AS BLOB)
     WHERE idx = 1"
check 'a removed entry is named' tampered 'entries row 50\b' 'DELETE FROM entries WHERE idx = 50'
check 'a cut log is found' tampered 'cut' \
    'DELETE FROM entries WHERE idx >= (SELECT max(idx) - 5 FROM entries);
     DELETE FROM checkpoints WHERE size > (SELECT max(idx) + 1 FROM entries);
     UPDATE head SET size = (SELECT max(idx) + 1 FROM entries)'
check 'a moved due date is named' tampered 'tasks row id=[0-9]+: differs' \
    'UPDATE tasks SET due = due + 1
     WHERE id = (SELECT max(id) FROM tasks WHERE due IS NOT NULL)'
check 'an invented grant is named' tampered 'grants row system=[0-9]+ item=gold: the journal' \
    "INSERT INTO grants VALUES ((SELECT max(id) FROM systems), 'gold', 1, 0)"
check 'a lost case is named' tampered 'cases row id=[0-9]+: missing' \
    'DELETE FROM cases WHERE id = (SELECT min(id) FROM cases)'
check 'a changed name of a person is named' tampered 'personal row [0-9]+: changed' \
    "UPDATE personal SET name = '张三' WHERE person = (SELECT min(person) FROM personal)"
check 'a swapped password is named' tampered 'credentials row [0-9]+: changed' \
    "UPDATE credentials SET secret = 'x' WHERE person = (SELECT min(person) FROM credentials)"
check 'a changed attachment is named' tampered 'attachment_chunks material=[0-9]+: changed' \
    "UPDATE attachment_chunks SET bytes = CAST('x' AS BLOB)
     WHERE material = (SELECT min(material) FROM attachment_chunks)"
check 'an empty chunk behind an attachment is named' \
    tampered 'attachment_chunks material=[0-9]+ number=[0-9]+: changed' \
    "INSERT INTO attachment_chunks SELECT material, number + 1, x'' FROM attachment_chunks
         ORDER BY material DESC, number DESC LIMIT 1"
check 'zeros behind a salt are named' tampered 'personal row [0-9]+: changed, its salt' \
    "UPDATE personal SET salt = CAST(salt || x'00' AS BLOB)
     WHERE person = (SELECT min(person) FROM personal)"
check 'a renamed policy is named' tampered 'policies row [0-9a-f]+: changed, entry [0-9]+ names' \
    "UPDATE policies SET name = name || 'x'"
check 'a seal that is not the program'"'"'s is named' tampered 'head row: its seal' \
    "UPDATE head SET mac = lower(hex(randomblob(32)))"
check 'a changed policy is named' tampered 'policies row [0-9a-f]+: changed' \
    "UPDATE policies SET blob =
         CAST(replace(CAST(blob AS TEXT), '5 working-day', '9 working-day') AS BLOB)"
check 'a changed calendar is named' tampered 'calendars row [0-9a-f]+: changed' \
    "UPDATE calendars SET text = replace(text, 'work', 'off')
     WHERE digest = (SELECT min(digest) FROM calendars)"
check 'an edited session is nobody'"'"'s business' bash -c "
    rm -rf $work/copy; cp -r $data $work/copy
    sqlite3 $work/copy/yunjian.db \"INSERT INTO refusal_counts VALUES (1, 'x', 1, 1, 1)\"
    $binary verify --data $work/copy"

# nobody signs on where another key began
check 'a second folder is made' answers 0 'made' \
    "$binary" init --data "$work/other" --policy zhengzhou-2019
check 'the database of another folder is not written to' bash -c "
    cp $data/yunjian.db $work/other/yunjian.db
    $binary organisation add --data $work/other --role x --level city --name x \
        > $work/refused 2>&1
    test \$? = 2 && grep -qE 'not signed with the key|holds the log' $work/refused"

# rebuild mends what derives, and nothing else
check 'rebuild mends a derived table' bash -c "
    rm -rf $work/copy; cp -r $data $work/copy
    sqlite3 $work/copy/yunjian.db 'UPDATE tasks SET due = due + 1; DELETE FROM grants'
    $binary rebuild --data $work/copy > $work/mended &&
    $binary verify --data $work/copy && $binary rebuild --data $data > $work/whole &&
    cmp $work/mended $work/whole"

# half a year under two names of the same seed is the same half year
check 'one seed, one record' bash -c "
    for n in 1 2; do
        $binary simulate --policy zhengzhou-2019 --units 5 --systems 9 --days 60 --seed 8 \
            --from 2026-01-05 --data $work/same\$n &&
        $binary rebuild --data $work/same\$n > $work/digests\$n
    done
    cmp $work/digests1 $work/digests2"
finish
