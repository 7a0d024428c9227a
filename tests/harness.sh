# SPDX-License-Identifier: Apache-2.0
# Sourced by the command-line tests: counts what passed and failed, keeps a folder of its own.
set -u
binary=${YUNJIAN:-build/yunjian}
work=$(mktemp -d)
passed=0 failed=0
trap 'rm -rf "$work"' EXIT

# check WHAT COMMAND...: the command must succeed.
check() {
    local what=$1
    shift
    if "$@" >"$work/check.out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $what"
        sed 's/^/    /' "$work/check.out" | head -n 12
    fi
}

# answers CODE PATTERN COMMAND...: exits with that code and says something that matches.
answers() {
    local code=$1 pattern=$2 got=0
    shift 2
    "$@" >"$work/answer.out" 2>&1 || got=$?
    [ "$got" = "$code" ] ||
        { echo "exit $got instead of $code: $*"; cat "$work/answer.out"; return 1; }
    grep -qE -- "$pattern" "$work/answer.out" ||
        { echo "nothing matches \"$pattern\": $*"; cat "$work/answer.out"; return 1; }
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
