#!/bin/sh
# Proves the house from what the compiler really includes (cc -M): arrows point down only, and a vendor's header is
# included in one module. Prints every violation; exits 1 if there is any.
#
# usage: tests/lint/layers.sh CC FLAG…   (the flags that the sources are compiled with)
set -u
[ $# -gt 0 ] || { echo "usage: $0 CC FLAG..." >&2; exit 2; }
LC_ALL=C
export LC_ALL

# module rank: a file may include its own module's headers and those of modules of a lower rank.
ranks="base 0
domain 1
http 1
codec 2
store 2
catalog 3
config 3
import 3
query 3
ingest 4
chores 5
api 6
web 7
cmd 8
main 9"

# header (as a part of its path) and the rooms or files that may include it
vendors="microhttpd.h src/http/
gnutls/ src/http/
zlib.h src/http/ src/cmd/gzip.c src/import/parts.c src/web/qr.c
qrencode.h src/web/qr.c
sqlite3.h src/store/sqlite/
libpq-fe.h src/store/postgresql/
jansson.h src/codec/
expat.h src/import/xml.c
unzip.h src/import/parts.c
uuid/uuid.h src/base/id.c
nettle/ src/base/
curl/curl.h src/cmd/
ini.h src/config/"

list=$(mktemp) || exit 2
trap 'rm -f "$list"' EXIT

find src include -name '*.[ch]' ! -path 'src/tools/*' | sort | while read -r file; do
    if included=$("$@" -M -x c "$file" 2>/dev/null); then
        printf '%s\n' "$included" | tr -d '\\' | tr ' ' '\n' | grep '\.h$' | sed "s|^|$file |"
    else
        echo "$file does-not-compile"
    fi
done > "$list"

awk -v ranks="$ranks" -v vendors="$vendors" '
function module(path) {
    if (path == "src/main.c") return "main"
    sub(/^include\/cxd\//, "", path); sub(/^src\//, "", path); sub(/\/.*/, "", path)
    return path
}
function at_home(path, homes,    n, i, home) {
    n = split(homes, home, " ")
    for (i = 1; i <= n; i++)
        if (index(path, home[i]) == 1) return 1
    return 0
}
BEGIN {
    n = split(ranks, line, "\n")
    for (i = 1; i <= n; i++) { split(line[i], word, " "); rank[word[1]] = word[2] }
    vendor_count = split(vendors, line, "\n")
    for (i = 1; i <= vendor_count; i++) { split(line[i], word, " "); header[i] = word[1]; homes[i] = line[i]; sub(/^[^ ]+ /, "", homes[i]) }
}
$2 == "does-not-compile" { print $1 ": cannot be read by the compiler"; bad = 1; next }
{ files[$1] = 1 }
$2 ~ /^(include\/cxd|src)\// {
    from = module($1); to = module($2)
    if (!(from in rank)) { print $1 ": " from " is no module of the house"; bad = 1 }
    else if (from != to && rank[to] >= rank[from]) { print $1 ": includes " $2 ", which is not below " from; bad = 1 }
    next
}
{
    for (i = 1; i <= vendor_count; i++)
        if (index($2, "/" header[i]) && !at_home($1, homes[i])) {
            print $1 ": includes " $2 ", which belongs to " homes[i]; bad = 1
        }
}
END {
    for (f in files) count++
    if (count < 50) { print "only " count + 0 " files were read"; bad = 1 }
    if (!bad) print "layers: " count " files, every include points down"
    exit bad
}' "$list"
