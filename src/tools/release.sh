#!/bin/sh
# usage: src/tools/release.sh VERSION
# Makes a release of the commit that is checked out: the sources' tarball, the Debian package and their checksums in
# build/release/, and last the tag vVERSION. Refuses what is not committed, a tag that is there, and versions that do
# not agree.
set -eu
version=$1 tag=v$1 place=build/release
fail() {
    echo "release: $*" >&2
    exit 1
}
[ -z "$(git status --porcelain)" ] || fail 'there are changes that are not committed'
! git rev-parse --quiet --verify "refs/tags/$tag" >/dev/null || fail "the tag $tag is there already"
[ "$(dpkg-parsechangelog -SVersion)" = "$version" ] || fail "debian/changelog does not begin with $version"
[ "$(sed -n 's/^## \([^ ]*\).*/\1/p' CHANGELOG.md | sed -n 1p)" = "$version" ] || fail "CHANGELOG.md does not begin with $version"
grep -qx "  version: $version" docs/openapi.yaml || fail "docs/openapi.yaml is not of version $version"

rm -rf "$place"
mkdir -p "$place"
src/tools/dist.sh "$version" "$place/cxd-$version.tar.xz"
src/tools/deb.sh "$place/cxd-$version.tar.xz" "$place/deb"
mv "$place"/deb/cxd_*.deb "$place/"
rm -rf "$place/deb"
(cd "$place" && sha256sum cxd-* cxd_* >SHA256SUMS)
git tag -a -m "cxd $version" "$tag"
echo "$tag: $place"
