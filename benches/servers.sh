#!/bin/sh
# Runs the monitor's tests against several PostgreSQL servers, one after the other.
#
#   benches/servers.sh FOLDER…     folders of server programs, each with initdb and postgres
#
# `-f FILTER` runs only the tests whose names hold FILTER (default: monitor::). The exit code is the
# number of servers whose tests did not pass.
set -u
filter=monitor::
if [ "${1-}" = -f ]; then
    filter=$2
    shift 2
fi
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | head -8; exit 2; }
cd "$(dirname "$0")/.." || exit 2
# Built once, so that whatever is edited meanwhile changes nothing.
tests=$(cargo test --test it --no-run 2>&1 | sed -n 's/.*(\(.*\))$/\1/p')
[ -x "$tests" ] || { echo "the tests can't be built" >&2; exit 2; }
failed=0
for bin in "$@"; do
    version=$("$bin/postgres" --version) || { failed=$((failed + 1)); continue; }
    log=$(mktemp)
    if PG_BIN=$bin "$tests" "$filter" >"$log" 2>&1; then
        echo "passed  $version  $(grep -o '[0-9]* passed' "$log" | tail -1)"
    else
        failed=$((failed + 1))
        echo "FAILED  $version"
        sed -n '/^failures:$/,$p' "$log"
    fi
    rm -f "$log"
done
exit "$failed"
