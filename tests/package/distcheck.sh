#!/bin/bash
# usage: tests/package/distcheck.sh build/cxd-VERSION.tar.xz
# The tarball alone is enough: unpacked under a path with a blank, where the sources cannot be written, it builds,
# passes the quick tests, installs and uninstalls without a rest, gives the same tarball again, and `make clean` leaves
# what was unpacked.
set -euo pipefail
tarball=$(realpath "$1")
name=$(basename "$tarball" .tar.xz)
place=$PWD/build/distcheck
trap 'echo "distcheck: failed; what it did is in build/distcheck/log" >&2' ERR
[ ! -d "$place" ] || chmod -R u+w "$place"
rm -rf "$place"
mkdir -p "$place/a path"
# Nothing of the make that called: neither its variables nor its jobs.
run() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u VARIANT -u DESTDIR "$@" >>"$place/log" 2>&1; }

tar -xf "$tarball" -C "$place/a path"
cd "$place/a path/$name"
files() { find . -path ./build -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; }
files >"$place/before"
chmod -R a-w .
mkdir -p build 2>/dev/null || { chmod u+w . && mkdir build && chmod a-w .; }

run make -j2
run make -j2 check-quick
run make DESTDIR="$place/a root" install
"$place/a root/usr/local/bin/cxd" --version | grep -x "cxd ${name#cxd-}" >/dev/null
"$place/a root/usr/local/bin/cxd" serve --check -c "$place/a root/etc/cxd/cxd.conf" >/dev/null
for page in "$place/a root"/usr/local/share/man/man?/*; do mandoc -Tlint -W warning "$page"; done
echo '# edited' >>"$place/a root/etc/cxd/cxd.conf"
run make DESTDIR="$place/a root" install
grep -qx '# edited' "$place/a root/etc/cxd/cxd.conf"
run make DESTDIR="$place/a root" uninstall
[ "$(cd "$place/a root" && find . ! -type d)" = ./etc/cxd/cxd.conf ]
rm "$place/a root/etc/cxd/cxd.conf"
run make DESTDIR="$place/a root" install
run make DESTDIR="$place/a root" uninstall
[ -z "$(find "$place/a root" ! -type d)" ]

# The API alone, of the same objects; and all of it again.
run make WEB=no
! build/cxd serve --help | grep -q -- --assets
run make
build/cxd serve --help | grep -q -- --assets

run make dist
cmp build/"$name".tar.xz "$tarball"
chmod -R u+w .
run make clean
[ ! -e build ]
files | cmp - "$place/before"
cd /
chmod -R u+w "$place"
rm -rf "$place"
echo "$name: builds, passes, installs and uninstalls by itself"
