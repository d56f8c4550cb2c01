#!/bin/sh
# The time of the sources, in seconds: SOURCE_DATE_EPOCH, the last commit's, or that of a file in an unpacked tarball.
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
elif [ -e .git ] && epoch=$(git log -1 --format=%ct 2>/dev/null) && [ -n "$epoch" ]; then
    echo "$epoch"
else
    stat -c %Y LICENSE
fi
