#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A backup is whole or it is nothing, knows no engine, and what is restored is the same record.
. "$(dirname "$0")/../harness.sh"

data=$work/data
check 'a simulated folder is made' answers 0 'seed 5' \
    "$binary" simulate --policy zhengzhou-2019 --units 6 --systems 12 --days 90 --seed 5 \
    --from 2026-03-02 --data "$data"
root() { "$binary" verify --data "$1" | grep '^root: '; }
derived() { "$binary" rebuild --data "$1"; }

check 'a backup is made' answers 0 'backed up [0-9]+ rows' \
    "$binary" backup --data "$data" --out "$work/backup"
check 'only its owner can read it' test "$(stat -c %a "$work/backup")" = 600
check 'it is not written over' answers 2 'there already' \
    "$binary" backup --data "$data" --out "$work/backup"
check 'nor is what a link points to' bash -c "
    ln -s $work/nowhere $work/link
    $binary backup --data $data --out $work/link; test \$? = 2 && test ! -e $work/nowhere"
check 'nothing else is left beside it' test "$(echo "$work"/backup*)" = "$work/backup"

check 'it is restored' answers 0 'restored and verified [0-9]+ entries' \
    "$binary" restore --from "$work/backup" --data "$work/copy"
check 'the copy has the same root' test "$(root "$work/copy")" = "$(root "$data")"
check 'and the same derived tables' test "$(derived "$work/copy")" = "$(derived "$data")"
check 'the record of the copy goes on' bash -c "
    cp -r $work/copy $work/on && $binary organisation add --data $work/on --role using-unit \
        --level city --name 市动物园 && $binary verify --data $work/on"
check 'a folder is not written over' answers 2 'not empty' \
    "$binary" restore --from "$work/backup" --data "$data"

# one format for both engines: there, back again, and byte for byte the same
check 'it is restored into PostgreSQL' answers 0 'restored and verified' \
    "$binary" restore --from "$work/backup" --data "$work/pg" --db "$YUNJIAN_TEST_PG"
check 'that copy has the same root too' test "$(root "$work/pg")" = "$(root "$data")"
check 'and the same derived tables' test "$(derived "$work/pg")" = "$(derived "$data")"
check 'a backup of it is the same file' bash -c "
    $binary backup --data $work/pg --out $work/backup-pg && cmp $work/backup $work/backup-pg"
check 'both engines export the same' bash -c "
    $binary export --all --data $data --out $work/all && $binary export --all --data $work/pg \
        --out $work/all-pg && cmp $work/all $work/all-pg"
check 'a database that holds a record is refused' answers 2 'holds a record already' \
    "$binary" restore --from "$work/backup" --data "$work/pg2" --db "$YUNJIAN_TEST_PG"
check 'no folder is made then' test ! -e "$work/pg2"

# refused FILE PATTERN: nothing is made of that file.
refused() {
    answers 2 "$2" "$binary" restore --from "$1" --data "$work/none" &&
        [ -z "$(find "$work" -maxdepth 1 -name 'none*')" ]
}
size=$(stat -c %s "$work/backup")
damaged() { # AT: one bit of the byte there is flipped
    cp "$work/backup" "$work/bad"
    python3 - "$work/bad" "$1" <<'PY'
import sys
with open(sys.argv[1], 'r+b') as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 1]))
PY
    refused "$work/bad" 'no whole backup'
}
for at in 0 16 17 30 500 $((size / 3)) $((size / 2)) $((size - 70)) $((size - 40)) $((size - 1)); do
    check "a flipped bit at $at is refused" damaged "$at"
done
cut() { head -c "$1" "$work/backup" > "$work/bad" && refused "$work/bad" 'no whole backup'; }
for n in 0 1 18 $((size / 2)) $((size - 69)) $((size - 1)); do
    check "a backup cut to $n bytes is refused" cut "$n"
done
longer() { { cat "$work/backup"; echo; } > "$work/bad" && refused "$work/bad" 'no whole backup'; }
check 'one that goes on behind its end is refused' longer

check 'what was tampered with before the backup does not come back' bash -c "
    cp -r $data $work/edited
    sqlite3 $work/edited/yunjian.db \"UPDATE personal SET name = '张三'\"
    $binary backup --data $work/edited --out $work/bad-edited"
check 'it is named and refused' refused "$work/bad-edited" 'personal row'

# while a server works on the folder
"$binary" serve --data "$data" --listen 127.0.0.1:0 > "$work/serve.log" 2>&1 &
server=$!
for _ in $(seq 100); do grep -q . "$work/serve.log" && break; sleep 0.1; done
before=$(sha256sum < "$data/yunjian.db")
check 'a backup is made while a server works' answers 0 'backed up' \
    "$binary" backup --data "$data" --out "$work/backup-live"
check 'it moves nothing out of the log of SQLite' \
    test "$(sha256sum < "$data/yunjian.db")" = "$before"
kill "$server"
wait "$server"
check 'that backup is restored' answers 0 'restored and verified' \
    "$binary" restore --from "$work/backup-live" --data "$work/live"
finish
