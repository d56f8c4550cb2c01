#!/bin/sh
# usage: src/tools/dist.sh VERSION OUT.tar.xz
# The tarball of the sources: the files that git tracks or, in an unpacked one, all but what building and running make.
# The same files give the same bytes: order, owners, modes and times do not depend on the machine.
set -eu
export LC_ALL=C
version=$1 out=$2
list=$out.list

if [ -e .git ] && git rev-parse >/dev/null 2>&1; then
    git ls-files -z
else
    find . \( -path ./build -o -path ./data -o -name node_modules \) -prune -o \( -type f -o -type l \) -print0 | sed -z 's,^\./,,'
fi | sort -z >"$list"
tar --null --no-recursion --files-from="$list" --format=gnu --transform="s,^,cxd-$version/,S" \
    --mtime="@$(src/tools/epoch.sh)" --owner=root:0 --group=root:0 --numeric-owner --mode=u=rwX,go=rX --create |
    xz -6 --threads=1 >"$out.tmp"
rm "$list"
mv "$out.tmp" "$out"
