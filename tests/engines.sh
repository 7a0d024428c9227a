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
finish
