#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shipped binary is hardened: what its headers say of it, and with what each room was compiled.
. "$(dirname "$0")/../harness.sh"

readelf -W --file-header --program-headers --dynamic "$binary" >"$work/headers"
readelf -W --dyn-syms "$binary" >"$work/symbols"
objdump --dwarf=info --dwarf-depth=1 "$binary" >"$work/units" 2>/dev/null

says() { grep -qE -- "$2" "$work/$1" || { echo "$1 has no line like $2"; return 1; }; }

check 'it may lie at any address' says headers 'FLAGS_1.*\bPIE\b'
check 'its addresses are bound at the start' says headers 'FLAGS_1.*\bNOW\b'
check 'and cannot be written afterwards' says headers 'GNU_RELRO'
check 'its stack holds no code' says headers 'GNU_STACK.* RW +0x'
check 'stacks are guarded' says symbols '__stack_chk_fail@'
check 'copies and prints are measured' says symbols '__vsnprintf_chk@'

# compiled WITH: every unit of ours was; those of other projects are in shared libraries.
compiled() {
    local all with
    all=$(grep -c DW_AT_producer "$work/units")
    with=$(grep DW_AT_producer "$work/units" | grep -cF -- "$1")
    [ "$all" -gt 60 ] && [ "$all" = "$with" ] || { echo "$with of $all units with $1"; return 1; }
}
for with in -O2 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
    -ftrivial-auto-var-init=zero; do
    check "every unit is compiled with $with" compiled "$with"
done
finish
