#!/bin/bash
# usage: tests/package/base.sh OUT.tar [SUITE PACKAGE,…]
# A minimal Debian root by debootstrap, from the mirror that apt uses here: of SUITE with PACKAGES, or of this machine's
# release with systemd and what cxd needs. Made in memory where there is enough; needs root.
set -euo pipefail
out=$(realpath -m "$1")
suite=${2:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
packages=${3:-systemd,init-system-helpers,tzdata,curl,bash-completion,libmicrohttpd12,libsqlite3-0,libjansson4,libuuid1,libinih1,libcurl4,libexpat1,libminizip1,libnettle8,libqrencode4,libgnutls30,zlib1g}

if [ -z "${CXD_BASE_UNSHARED:-}" ]; then
    mkdir -p "$(dirname "$out")"
    CXD_BASE_UNSHARED=1 exec unshare --mount "$0" "$out" "$suite" "$packages"
fi
mirror=$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" "Component: main" 2>/dev/null | grep '/debian/\?$' | sed -n 1p)
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "$proxy" ] || export http_proxy=$proxy

root=$out.root
rm -rf "$root"
mkdir -p "$root"
available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
[ "${available:-0}" -lt 3000000 ] || mount -t tmpfs -o mode=755,size=1500m tmpfs "$root"
# Nothing of it needs to outlive a crash, nor be read.
mkdir -p "$root/etc/dpkg/dpkg.cfg.d"
printf 'force-unsafe-io\npath-exclude=/usr/share/%s\n' >"$root/etc/dpkg/dpkg.cfg.d/test" 'locale/*'
debootstrap --variant=minbase --include="$packages" "$suite" "$root" "${mirror:-http://deb.debian.org/debian}" >"$out.log" 2>&1 || {
    tail -20 "$out.log" >&2
    exit 1
}
[ -z "$proxy" ] || printf 'Acquire::http::Proxy "%s";\n' "$proxy" >"$root/etc/apt/apt.conf.d/test"
rm -rf "$root"/var/cache/apt/archives/*.deb
tar -C "$root" --numeric-owner --exclude=./dev -cf "$out.tmp" .
umount "$root" 2>/dev/null || true
rm -rf --one-file-system "$root"
mv "$out.tmp" "$out"
