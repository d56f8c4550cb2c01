#!/bin/sh
# Where cxd runs: tests/platforms/platforms.mjs in a mount namespace of its own, which ends with it. Writes TAP.
cd "$(dirname "$0")/../.." || exit 1
if [ "$(id -u)" != 0 ] || ! unshare --mount --pid --fork --net true 2>/dev/null; then
    echo 'ok 1 - Debian 13, and the container # SKIP needs root and namespaces'
    echo '1..1'
    exit 0
fi
exec unshare --mount node --test-reporter=tap --test-reporter-destination=stdout tests/platforms/platforms.mjs
