#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Both engines hold the same record: one seed played into SQLite and PostgreSQL gives the same
# digest of every derived table, and both verify. YUNJIAN_TEST_PG: URL of a PostgreSQL server.
. "$(dirname "$0")/harness.sh"
: "${YUNJIAN_TEST_PG:?the URL of a PostgreSQL server where databases can be made}"

# fresh NAME: makes an empty database, prints its URL.
fresh() {
    psql -q "$YUNJIAN_TEST_PG" -c "SET client_min_messages = error" \
        -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)" \
        -c "CREATE DATABASE $1 TEMPLATE template0 ENCODING 'UTF8'
            LC_COLLATE 'C' LC_CTYPE 'C'" || return 1
    case $YUNJIAN_TEST_PG in
    *\?*) echo "$YUNJIAN_TEST_PG&dbname=$1" ;;
    *) echo "$YUNJIAN_TEST_PG?dbname=$1" ;;
    esac
}

simulate() {
    "$binary" simulate --policy zhengzhou-2019 --units 9 --systems 30 --days 120 --seed 11 \
        --from 2026-01-05 "$@"
}
url=$(fresh engines_one)
check 'a seed in SQLite' simulate --data "$work/sqlite"
check 'the same in PostgreSQL' simulate --data "$work/pg" --db "$url"
"$binary" rebuild --data "$work/sqlite" >"$work/a"
"$binary" rebuild --data "$work/pg" >"$work/b"
check 'rebuild prints something' test -s "$work/a"
check 'rebuild prints the same on both' cmp "$work/a" "$work/b"
check 'SQLite verifies' answers 0 '^sound' "$binary" verify --data "$work/sqlite"
check 'PostgreSQL verifies' answers 0 '^sound' "$binary" verify --data "$work/pg"
psql -q "$url" -c "UPDATE entries SET bytes = bytes || 'x' WHERE idx = 30"
check 'an entry edited in PostgreSQL is named' answers 1 'entries row 30\b' \
    "$binary" verify --data "$work/pg"
check 'a database in use is not founded on' answers 2 'already|not empty|another' \
    "$binary" init --data "$work/again" --policy zhengzhou-2019 --db "$url"
psql -q "$YUNJIAN_TEST_PG" -c 'DROP DATABASE engines_one WITH (FORCE)'

# ---- several jurisdictions in one database -------------------------------------------------------

towns() {
    "$binary" simulate --policy zhengzhou-2019,tests/packs/maple,tests/packs/heron --units 5 \
        --systems 8 --days 200 --seed 12 --from 2026-01-05 "$@"
}
# What the simulation says of each policy, without the root, which holds the salts of persons.
said() { grep -vE '^(activation code|authority|root|memory)' "$1"; }
url=$(fresh engines_many)
check 'several in SQLite' bash -c "$(declare -f towns); binary=$binary
    towns --data $work/many-sqlite >$work/many-a"
check 'the same in PostgreSQL' bash -c "$(declare -f towns); binary=$binary
    towns --data $work/many-pg --db '$url' >$work/many-b"
check 'with the same counts for each' cmp <(said "$work/many-a") <(said "$work/many-b")
# The journals agree in everything but what is random in a folder: salts, codes, and their MACs.
plain='s/"(name_mac|phone_mac|digest|origin)":"[^"]*"/"\1":""/g'
entries='SELECT idx, stream, seq FROM entries ORDER BY idx'
sqlite3 -separator '|' "$work/many-sqlite/yunjian.db" "$entries" >"$work/streams-a"
psql -qAt "$url" -c "$entries" >"$work/streams-b"
check 'one journal on both, entry by entry' bash -c "
    test -s $work/streams-a && cmp $work/streams-a $work/streams-b"
sqlite3 "$work/many-sqlite/yunjian.db" 'SELECT CAST(bytes AS TEXT) FROM entries ORDER BY idx' |
    sed -E "$plain" >"$work/bytes-a"
psql -qAt "$url" -c "SELECT convert_from(bytes, 'UTF8') FROM entries ORDER BY idx" |
    sed -E "$plain" >"$work/bytes-b"
check 'and byte by byte' cmp "$work/bytes-a" "$work/bytes-b"
check 'several in SQLite verify' answers 0 '^sound' "$binary" verify --data "$work/many-sqlite"
check 'several in PostgreSQL verify' answers 0 '^sound' "$binary" verify --data "$work/many-pg"
"$binary" rebuild --data "$work/many-sqlite" >"$work/many-c"
"$binary" rebuild --data "$work/many-pg" >"$work/many-d"
check 'they are made anew alike' bash -c "test -s $work/many-c && cmp $work/many-c $work/many-d"
check 'and verify again' answers 0 '^sound' "$binary" verify --data "$work/many-pg"
check 'one more in PostgreSQL' answers 0 'is 桦县大数据局' "$binary" authority add \
    --data "$work/many-pg" --policy tests/packs/willow --name 桦县大数据局
check 'is listed' answers 0 'willow.桦县大数据局' "$binary" authority list --data "$work/many-pg"
psql -q "$YUNJIAN_TEST_PG" -c 'DROP DATABASE engines_many WITH (FORCE)'
finish
