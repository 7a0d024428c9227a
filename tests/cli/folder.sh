#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A data folder is made beside and renamed: what stood there before is never touched, and a failed
# attempt leaves nothing. With YUNJIAN_TEST_PG (URL of a PostgreSQL server) also a database there.
. "$(dirname "$0")/../harness.sh"
init() { "$binary" init --policy zhengzhou-2019 "$@"; }
town() { "$binary" simulate --policy zhengzhou-2019 --units 2 --systems 1 --days 2 "$@"; }

# alone: the work folder holds these names and nothing else.
alone() {
    local found
    found=$(cd "$work/here" && ls -A | sort | tr '\n' ' ')
    [ "$found" = "$*${*:+ }" ] || { echo "found: $found"; return 1; }
}
mkdir "$work/here"
here=$work/here

# ---- other people's folders ----------------------------------------------------------------------

check 'a folder called X.new' init --data "$here/X.new"
cp -r "$here/X.new" "$work/before"
check 'init of X does not touch X.new' init --data "$here/X"
check 'simulate of Y does not touch Y.new' bash -c "
    cp -r $here/X.new $here/Y.new && $(declare -f town); binary=$binary; town --data $here/Y &&
    diff -r $work/before $here/Y.new && diff -r $work/before $here/X.new"
check 'both are still sound' answers 0 '^sound' "$binary" verify --data "$here/X.new"
check 'a full folder stays' answers 2 'not empty' init --data "$here/X"
check 'and nothing is left beside' alone X X.new Y Y.new
rm -rf "${here:?}"/*

mkdir "$here/empty" "$here/real"
echo note >"$here/file"
ln -s real "$here/link"
ln -s nowhere "$here/dangling"
check 'an empty folder is taken' init --data "$here/empty/"
check 'and is for its owner alone' bash -c "test \"\$(stat -c %a $here/empty)\" = 700"
check 'a link is not' answers 2 'symbolic link' init --data "$here/link"
check 'a link to nothing is not' answers 2 'symbolic link' town --data "$here/dangling"
check 'a file is not' answers 2 'no folder' init --data "$here/file"
check 'dots are not' answers 2 'by its name' init --data "$here/real/."
check 'a folder above must be there' answers 2 'No such file' init --data "$here/none/X"
check 'nothing came and nothing went' alone dangling empty file link real
check 'not even into the link' test -L "$here/link" -a -z "$(ls -A "$here/real")"
rm -rf "${here:?}"/*

# ---- one name, several at once -------------------------------------------------------------------

together() {
    local n won=0 pids=()
    for n in 1 2 3 4; do
        init --data "$here/one" >"$work/out$n" 2>&1 &
        pids+=($!)
    done
    for n in "${pids[@]}"; do wait "$n" && won=$((won + 1)); done
    cat "$work"/out?
    [ "$won" = 1 ] && alone one && [ "$(grep -l 'activation code' "$work"/out? | wc -l)" = 1 ] &&
        [ "$(grep -lE 'nothing was done' "$work"/out? | wc -l)" = 3 ]
}
check 'one of several wins, the others are told' together
check 'what it made is whole' answers 0 '^sound' "$binary" verify --data "$here/one"
rm -rf "${here:?}"/*

# ---- refused before anything is done -------------------------------------------------------------

check 'an address that is none' answers 2 'HOST:PORT' init --data "$here/a" --listen 127.0.0.1
check 'a port that is none' answers 2 'HOST:PORT' town --data "$here/a" --listen 127.0.0.1:http
check 'a second line in the address' answers 2 'HOST:PORT' \
    init --data "$here/a" --listen $'127.0.0.1\norigin = x:80'
check 'a file as a database' answers 2 'postgresql://' init --data "$here/a" --db "$here/db"
check 'another kind of database' answers 2 'postgresql://' \
    town --data "$here/a" --db mysql://u:geheim@h/d
check 'a scenario on a file' answers 2 'postgresql://' \
    "$binary" play --db "$here/db" policies/zhengzhou-2019/scenarios/onboard.scn
check 'a database without a folder' answers 2 'data folder' town --db postgres://h/d
check 'a future first day' answers 2 'still to come' \
    town --data "$here/a" --from "$(date -d '+3 days' +%F)"
check 'in memory too' answers 2 'still to come' town --from "$(date -d '+3 days' +%F)"

# secret URL: refused or failed, and the password is not repeated.
secret() {
    answers 2 . init --data "$here/a" --db "$1" && ! grep -q geheim "$work/answer.out"
}
for url in mysql://u:geheim@h/d 'postgres://u:geheim%zz@h/d' 'postgres://u:pa/geheim@h/d' \
    'postgres://u:p@geheim@h/d' 'postgres://u:p?geheim@h/d' 'postgres://u:p geheim@h/d' \
    postgres://u:geheim@127.0.0.1:1/d 'postgres://u:geheim%2F@127.0.0.1:1/d'; do
    check "no password is told: $url" secret "$url"
done
check 'the help says where a password belongs' answers 0 'PGPASSFILE' "$binary" init --help
check 'a write that fails has its reason' bash -c "
    (trap '' XFSZ; ulimit -f 0
     $binary init --policy zhengzhou-2019 --data $here/a 2>&1) | grep 'File too large'"
check 'nothing is left of all that' alone

# ---- permission ----------------------------------------------------------------------------------

if [ "$(id -u)" = 0 ]; then
    cp "$binary" "$work/yunjian"
    chmod 711 "$work"
    mkdir -m 700 "$work/closed"
    nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$work/yunjian" "$@"; }
    check 'no permission is not absence' answers 2 'no permission' \
        nobody verify --data "$work/closed"
    check 'nor for init' answers 2 'Permission denied' \
        nobody init --policy zhengzhou-2019 --data "$work/closed/x"
fi

# ---- a database in use ---------------------------------------------------------------------------

pg=${YUNJIAN_TEST_PG:-}
sql() { psql -qAt "$@"; }
if [ -n "$pg" ]; then
    mkdir "$work/pack"
    cp policies/zhengzhou-2019/*.yaml "$work/pack/"
    sed -i 's/to: allocate, effects/to: alocate, effects/' "$work/pack/onboard.yaml"
    sql "$pg" -c 'SET client_min_messages = error' \
        -c 'DROP DATABASE IF EXISTS cli_folder WITH (FORCE)' -c "CREATE DATABASE cli_folder
        TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    case $pg in *\?*) url="$pg&dbname=cli_folder" ;; *) url="$pg?dbname=cli_folder" ;; esac
    check 'an unsound policy' answers 2 'alocate' \
        "$binary" init --data "$here/p" --policy "$work/pack" --db "$url"
    check 'leaves the database empty, so it can be had' init --data "$here/p" --db "$url"
    # The last checkpoint is behind the entries, as in the second after an act.
    sql "$url" -c 'DELETE FROM checkpoints'
    record='SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM checkpoints)'
    sql "$url" -c "$record" >"$work/counts"
    check 'a database in use is refused' answers 2 'holds a record already' \
        init --data "$here/q" --db "$url"
    check 'and for simulate' answers 2 'holds a record already' town --data "$here/q" --db "$url"
    check 'and nothing was signed or founded' bash -c "
        psql -qAt '$url' -c '$record' | diff - $work/counts"
    check 'nor left' alone p
    sql "$pg" -c 'DROP DATABASE cli_folder WITH (FORCE)'
fi
finish
