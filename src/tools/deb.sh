#!/bin/sh
# usage: src/tools/deb.sh build/cxd-VERSION.tar.xz DIRECTORY
# Builds the Debian package of a tarball in DIRECTORY, where the results then lie too. Says little unless it fails.
set -eu
tarball=$1 directory=$2
name=$(basename "$tarball" .tar.xz)

rm -rf "$directory"
mkdir -p "$directory"
tar -xf "$tarball" -C "$directory"
cd "$directory/$name"
version=$(dpkg-parsechangelog -SVersion)
if [ "cxd-$version" != "$name" ]; then
    echo "debian/changelog says $version, the Makefile ${name#cxd-}" >&2
    exit 1
fi
# What is newer than the changelog gets its time, so that the same sources give the same bytes: not if that is yet to
# come.
if [ "$(dpkg-parsechangelog -STimestamp)" -gt "$(date +%s)" ]; then
    echo "debian/changelog is of $(dpkg-parsechangelog -SDate), which is yet to come" >&2
    exit 1
fi
# The variables of a make that called are not the package's.
if ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u VARIANT -u DESTDIR -u CI \
    dpkg-buildpackage --build=binary --no-sign --jobs=auto >../build.log 2>&1; then
    tail -40 ../build.log >&2
    exit 1
fi
