#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Of each policy a sample of mutants, none of which survives; and the report tells what does.
. "$(dirname "$0")/harness.sh"
reports=${YUNJIAN_REPORTS:-$work}

# ---- the shipped policies -----------------------------------------------------------------------

noticed() { # PACK REPORT
    "$binary" policy mutate "$1" --sample 60 --seed 1 --format tsv >"$2" ||
        { grep -P '\tsurvived\t' "$2"; return 1; }
}

# The same mutants every time; `./dev mutate` tries them all.
for pack in policies/*/pack.yaml; do
    pack=${pack%/*}
    report=$reports/mutants-${pack##*/}.tsv
    check "a sample of $pack is noticed" noticed "$pack" "$report"
    check 'each has its line' test "$(wc -l <"$report")" = 61
done
check 'a shipped policy brings its list along' answers 0 '60 of .* 0 survived' \
    "$binary" policy mutate zhengzhou-2019 --sample 60

# ---- a policy whose scenarios are weak ----------------------------------------------------------

planted() { # SED FILE: the pack with one file changed
    rm -rf "$work/pack"
    cp -r tests/packs/maple "$work/pack"
    sed -i "$1" "$work/pack/$2"
}
run() { "$binary" policy mutate "$work/pack" "$@" >"$work/out" 2>"$work/told"; }
says() { # PATTERN: a line of the last report
    grep -qP -- "$1" "$work/out" || { grep -v 'killed by load' "$work/out"; return 1; }
}
told() { # PATTERN: beside the report
    grep -qE -- "$1" "$work/told" || { cat "$work/told"; return 1; }
}
limit='^apply-for\.review\.within:count\tapply\.yaml:52\t8\t'
limit+='5 working-day after opened -> 6 working-day after opened'

planted '' scenarios/way.scn
run --format tsv
check 'whoever leaves survivors gets exit 1' test $? = 1
check 'a limit is held by the line that expects it' says \
    "$limit\tkilled\t$work/pack/scenarios/way.scn:12\$"
check 'an act that is refused is told apart' says \
    '\tkilled by act\t.*way\.scn:\d+$'
check 'so is what does not load' says '\tkilled by load\tP501: no way leads to step'
check 'what nobody looks at survives' says '^due-soon:due-soon\t.*\tsurvived\t$'
check 'the counts are those of the lines' told \
    ", $(grep -cP '\tsurvived\t' "$work/out") survived\$"

planted '/^expect task review/d' scenarios/way.scn
run --format tsv
check 'without its expectation the limit survives' says "$limit\tsurvived\t\$"

# ---- what is accepted ---------------------------------------------------------------------------

planted '' scenarios/way.scn
printf '# why\ndue-soon:due-soon\t1 -> 2\tnobody is warned in this story\n' \
    >"$work/pack/mutants.tsv"
run --format tsv
check 'a survivor is accepted with its reason' says \
    '^due-soon:due-soon\t.*\taccepted\tnobody is warned in this story$'
check 'and counted apart' told ', 1 accepted, '
stale() { # ID CHANGE: a list of one
    printf '%s\t%s\tbecause\n' "$1" "$2" >"$work/pack/mutants.tsv"
    "$binary" policy mutate "$work/pack" --format tsv >"$work/out" 2>"$work/told"
    test $? = 1
}
check 'an entry that is killed' stale apply-for.review.within:count \
    '5 working-day after opened -> 6 working-day after opened'
check 'is stale' told 'mutants.tsv:1: .* does not survive any more; remove it'
check 'an entry that is made no more' stale apply-for.review.within:counter '1 -> 2'
check 'is stale too' told 'mutants.tsv:1: .* is no mutant of this policy any more'
check 'an entry of another change' stale due-soon:due-soon '2 -> 3'
check 'is none of this policy' told 'is no mutant of this policy any more'
echo 'due-soon:due-soon 1 -> 2' >"$work/pack/mutants.tsv"
check 'a line that cannot be read' answers 2 'mutants.tsv:1: write ID, FROM -> TO and the reason' \
    "$binary" policy mutate "$work/pack"

# ---- samples ------------------------------------------------------------------------------------

sample() { # SEED
    "$binary" policy mutate tests/packs/maple --sample 12 --seed "$1" --format tsv 2>&1 | cut -f1
}
check 'one seed, one sample' diff <(sample 7) <(sample 7)
check 'another seed, another sample' bash -c '! diff "$1" "$2"' - \
    <(sample 7) <(sample 8)
check 'the seed is told' answers 1 '12 of [0-9]+ mutants, seed 8:' \
    "$binary" policy mutate tests/packs/maple --sample 12 --seed 8
planted '' scenarios/way.scn
run --format tsv --only due-soon
check 'one rule is asked for by its id' \
    test "$(cut -f1 "$work/out" | tr '\n' ' ')" = 'id due-soon:due-soon due-soon:due-soon.2 '
check 'an id of nothing is told' answers 2 'no mutant has an id that begins with nothing' \
    "$binary" policy mutate tests/packs/maple --only nothing
check 'none is no sample' answers 2 '--sample takes a whole number from 1' \
    "$binary" policy mutate tests/packs/maple --sample 0
check 'a format that is none' answers 2 'text or tsv' \
    "$binary" policy mutate tests/packs/maple --format json
planted 's/due 2026-03-09/due 2026-03-10/' scenarios/way.scn
check 'a scenario that fails as it is' answers 2 'way.scn:12: .*fails as it is' \
    "$binary" policy mutate "$work/pack"
planted 's/by: unit/by: nobody/' apply.yaml
check 'a policy that does not load' answers 2 'P105' "$binary" policy mutate "$work/pack"

finish
