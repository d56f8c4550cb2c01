#!/bin/sh
# usage: tests/run.sh PROGRAM…
# Runs programs of cmocka, as many at once as there are processors, and closes with `N passed, N failed`. Their output
# goes to build/check/test-*.log; that of one that failed is shown. Needs nothing but a shell and what POSIX has.
set -u
LIMIT_S=600 # what hangs, and nothing else

# What one program said, as TAP: its log, and a line of counts for the sum.
if [ "${1:-}" = --one ]; then
    name=$(basename "$2")
    log=build/check/test-$name.log
    timeout -k 10 "$LIMIT_S" "$2" >"$log" 2>&1
    status=$?
    [ "$status" != 124 ] || echo "not done after $LIMIT_S s" >>"$log"
    passed=$(grep -c '^ok' "$log") failed=$(grep -c '^not ok' "$log")
    # A crash or a sanitizer is a failure also where no line says so; and so is a program without a test.
    if [ "$failed" = 0 ] && { [ "$status" != 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
    [ "$failed" = 0 ] || { echo "$2: $failed failed, status $status" && tail -n 60 "$log" | sed 's/^/    /'; } >&2
    echo "$passed $failed $name"
    exit 0
fi

cd "$(dirname "$0")/.." || exit 2
mkdir -p build/check
CMOCKA_MESSAGE_OUTPUT=TAP TEST_SIZE=${TEST_SIZE:-small} LC_ALL=C
ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export CMOCKA_MESSAGE_OUTPUT TEST_SIZE LC_ALL ASAN_OPTIONS UBSAN_OPTIONS
processors=$(getconf _NPROCESSORS_ONLN)
printf '%s\n' "$@" | xargs -P "$processors" -n 1 tests/run.sh --one >build/check/test.sums
awk '
    { passed += $1; failed += $2; if ($2 > 0) names = names " " $3 }
    END {
        if (NR != programs) { failed++; names = names " (not all of them ran)" }
        if (failed > 0) print "failed:" names
        print passed + 0 " passed, " failed + 0 " failed"
        exit failed > 0
    }' programs=$# build/check/test.sums
