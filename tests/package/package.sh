#!/bin/bash
# The Debian package, from the sources' tarball to its purge. Writes TAP.
#
# The tarball and the package are made twice, the second time as a release of a clone, in different places, with another
# umask, locale, time zone and date, and must be the same bytes. Then the package lives in a root that debootstrap made:
# once under its own systemd, once without any. What needs root or namespaces, and is refused, is skipped and counted.
set -uo pipefail
cd "$(dirname "$0")/../.."
place=$PWD/build/package
base=$place/base.tar
number=0 failures=0
lives=()
export -n MAKEFLAGS MFLAGS MAKELEVEL

# check NAME COMMAND…: a line of TAP; what the command said, if it failed.
check() {
    local name=$1 said
    shift
    ((++number))
    if said=$("$@" 2>&1); then
        echo "ok $number - $name"
    else
        ((++failures))
        echo "not ok $number - $name"
        printf '%s\n' "$said" | tail -30 | sed 's/^/# /'
    fi
}
skip() {
    ((++number))
    echo "ok $number - $1 # SKIP $2"
}
version=$(sed -n 's/^VERSION = //p' Makefile)
mkdir -p "$place"

# --- Builds -----------------------------------------------------------------------------------------------------------

if [ "$(id -u)" = 0 ] && [ ! -s "$base" ]; then
    tests/package/base.sh "$base" >"$place/base.log" 2>&1 &
    base_pid=$!
fi

# build DIRECTORY [ENVIRONMENT…]: a tarball, and the package of it.
build() {
    local directory=$1
    shift
    mkdir -p "$place" && env CCACHE_DISABLE=1 DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" "$@" \
        sh -c 'src/tools/dist.sh "$1" "$2.tar/cxd-$1.tar.xz" && src/tools/deb.sh "$2.tar/cxd-$1.tar.xz" "$2"' build "$version" "$directory"
}
rm -rf "$place/one" "$place/one.tar" "$place/a second" "$place/a second.tar"
mkdir -p "$place/one.tar" "$place/a second.tar"
check 'the package is built' build "$place/one" TZ=UTC LC_ALL=C
deb=$(echo "$place"/one/cxd_"$version"_*.deb)

# --- A release --------------------------------------------------------------------------------------------------------

# The same once more, elsewhere and later: as a release of a clone, whose tags are its own, where git has the sources.
later() (
    umask 027
    command -v faketime >/dev/null && set -- faketime -f +400d "$@"
    env place="$place" version="$version" TZ=Asia/Kathmandu LC_ALL=C.UTF-8 LANG=tr_TR.UTF-8 NO_FAKE_STAT=1 "$@"
)
clone="$place/a second"
in_clone() (
    cd "$clone" && env GIT_AUTHOR_NAME=cxd GIT_AUTHOR_EMAIL=cxd@example.org GIT_COMMITTER_NAME=cxd GIT_COMMITTER_EMAIL=cxd@example.org "$@"
)
release() { in_clone env CCACHE_DISABLE=1 DEB_BUILD_OPTIONS='nocheck noautodbgsym parallel=2' make -s --no-print-directory release; }
refused() { # WHY
    ! release >"$place/refused" 2>&1 && grep -q "$1" "$place/refused" && [ -z "$(in_clone git tag)" ] &&
        [ ! -e "$clone/build/release" ] || { cat "$place/refused" && false; }
}
dirty() {
    echo >>"$clone/README.md"
    refused 'not committed' && in_clone git checkout -q README.md
}
disagree() {
    sed -i "s/^## $version /## 9.9.9 /" "$clone/CHANGELOG.md" && in_clone git commit -qam 'Another version'
    refused 'CHANGELOG.md does not begin' && in_clone git reset -q --hard HEAD~
}
released() {
    [ "$(in_clone git tag)" = "v$version" ] && [ "$(in_clone git rev-parse "v$version^{commit}")" = "$commit" ] &&
        (cd "$clone/build/release" && sha256sum -c SHA256SUMS && [ "$(wc -l <SHA256SUMS)" = "$(ls cxd* | wc -l)" ])
}
tagged() { ! release >"$place/refused" 2>&1 && grep -q 'is there already' "$place/refused"; }
export -f build release in_clone
export clone
# What is not committed no clone has.
if commit=$(git rev-parse --verify -q HEAD) && git diff --quiet HEAD; then
    rm -rf "$clone"
    git clone -q --no-tags . "$clone"
    check 'no release of what is not committed' dirty
    check 'nor of versions that do not agree' disagree
    again=$clone/build/release
    later bash -c release >"$place/second.log" 2>&1 &
else
    commit=
    skip 'a release' 'there is no commit of just this'
    again="$place/a second"
    later bash -c 'build "$clone"' >"$place/second.log" 2>&1 &
fi
second_pid=$!

# What the second build is held to, when it is done: the last lines of every way out.
again_the_same() {
    local outcome
    wait "$second_pid"
    outcome=$?
    built() { [ "$outcome" = 0 ] || { cat "$place/second.log" && false; }; }
    same() { cmp "$1" "$(find "$again" "$again.tar" -maxdepth 1 -name "${1##*/}" 2>/dev/null)"; }
    check 'and again, elsewhere and later' built
    check 'the tarball is the same bytes' same "$place/one.tar/cxd-$version.tar.xz"
    check 'the package is the same bytes' same "$deb"
    [ -n "$commit" ] || return
    check 'a release: tag, sources, package and checksums' released
    check 'and not a second time' tagged
}
finish() {
    again_the_same
    echo "1..$number"
    exit $((failures > 0))
}

# --- What is in it ----------------------------------------------------------------------------------------------------

agree() {
    [ "$(dpkg-parsechangelog -SVersion)" = "$version" ] &&
        grep -qx "  version: \"\?$version\"\?" docs/openapi.yaml &&
        grep -q "^## $version - $(dpkg-parsechangelog -SDate | date -u -f - +%F)\$" CHANGELOG.md &&
        [ "$("$place/one/cxd-$version/build/cxd" --version)" = "cxd $version" ]
}
check 'changelogs, Makefile, openapi.yaml and the program agree on the version' agree

needs() {
    local makefile control
    makefile=$(make -s --no-print-directory print-needs | sed 's/.*://' | grep -vx -e gcc -e make | sort)
    control=$(sed -n '/^Build-Depends:/,/^$/p' debian/control | tr -d ' \n' | sed 's/Build-Depends://' | tr ',' '\n' |
        grep -v -e '^debhelper' -e '^dh-' -e '<!nocheck>' | sort)
    diff <(echo "$makefile") <(echo "$control")
}
check 'Build-Depends is what the Makefile asks for' needs

# docs/install.md has a line for each.
listed() {
    diff <(make -s --no-print-directory print-needs | sed 's/^[a-z]*:\(.*\):\(.*\)/`\1` \2/' | sort) \
        <(sed -n 's/^| \(`[^|]*`\) | \([^ |]*\) |.*|$/\1 \2/p' docs/install.md | sort)
}
check 'docs/install.md lists them' listed

lint() { lintian --allow-root --fail-on=error,warning "$place/one/cxd_${version}_"*.changes; }
check 'lintian has nothing to say' lint

# Both the distribution's flags and those of the Makefile, in every call.
flags() {
    local flag calls
    calls=$(grep -c ' -c -o build/obj/' "$place/one/build.log")
    [ "$calls" -gt 50 ] || return 1
    for flag in -Wdate-time -D_FORTIFY_SOURCE= -Werror=format-security -fstack-protector-strong -fPIE -Wvla -std=c11; do
        [ "$(grep ' -c -o build/obj/' "$place/one/build.log" | grep -c -- " $flag")" = "$calls" ] || { echo "$flag is not in every call" && return 1; }
    done
    readelf -hldW "$place/one/cxd-$version/debian/cxd/usr/bin/cxd" >"$place/elf" && grep -q 'Type: *DYN' "$place/elf" &&
        grep -q GNU_RELRO "$place/elf" && grep -q BIND_NOW "$place/elf" && grep -q 'GNU_STACK.* RW ' "$place/elf"
}
check 'hardening: the flags of dpkg-buildflags and of the Makefile' flags

manuals() {
    local page
    for page in "$place/one/cxd-$version/debian/cxd"/usr/share/man/man?/*.gz; do
        zcat "$page" | mandoc -Tlint -W warning || return 1
    done
}
check 'the manuals that are shipped are well-formed' manuals

# --- Its life ---------------------------------------------------------------------------------------------------------

if [ "$(id -u)" != 0 ]; then
    skip 'the package in a root of its own' 'needs root'
    finish
fi
if ! unshare --mount --pid --fork --net --ipc --uts true 2>/dev/null; then
    skip 'the package in a root of its own' 'namespaces are refused here'
    finish
fi
[ -z "${base_pid:-}" ] || wait "$base_pid"
check 'a minimal root by debootstrap' sh -c 'test -s "$1" || { cat "$2"; false; }' sh "$base" "$place/base.log"
[ -s "$base" ] || finish

# The same package as the next version, which brings nothing new.
again() {
    rm -rf "$place/next" && dpkg-deb -R "$deb" "$place/next" &&
        sed -i "s/^Version: .*/Version: $version+next/" "$place/next/DEBIAN/control" &&
        dpkg-deb --root-owner-group -b "$place/next" "$place/next.deb"
}
check 'a next version to upgrade to' again

for life in systemd plain; do
    (tests/package/life.sh "$life" "$base" "$deb" "$place/next.deb" >"$place/$life.log" 2>&1 || echo 'not ok - ended early' >>"$place/$life.log") &
    lives+=($!)
done
wait "${lives[@]}"
for life in systemd plain; do
    while IFS= read -r line; do
        case $line in
        'ok - '*) ((++number)) && echo "ok $number - $life: ${line#ok - }" ;;
        'skip - '*) skip "$life: ${line#skip - }" 'not here' ;;
        'not ok - '*) ((++number)) && ((++failures)) && echo "not ok $number - $life: ${line#not ok - }" ;;
        *) echo "# $line" ;;
        esac
    done <"$place/$life.log"
done
finish
