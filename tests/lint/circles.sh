#!/bin/sh
# Files that need each other are one file in two places: where A uses what B defines, B uses nothing of A, be it by way
# of others. Proved from the symbols of the built objects. Prints every circle, with the symbols that close it; exits 1
# if there is any.
#
# usage: tests/lint/circles.sh OBJECT…
set -u
[ $# -gt 0 ] || { echo "usage: $0 OBJECT..." >&2; exit 2; }
LC_ALL=C
export LC_ALL

list=$(mktemp) || exit 2
trap 'rm -f "$list"' EXIT
${NM:-nm} -A -P -g "$@" > "$list" || exit 2

awk '
function name(path) { sub(/^.*obj\//, "", path); sub(/\.o:?$/, "", path); return path }
function visit(from, at,    i, n, to) {
    n = split(uses[at], to, " ")
    for (i = 1; i <= n; i++)
        if (!((from, to[i]) in reached)) { reached[from, to[i]] = 1; visit(from, to[i]) }
}
{
    file = name($1)
    if (!(file in seen)) { seen[file] = 1; files[++count] = file }
    if ($3 == "U" || $3 == "w" || $3 == "v") { undefined[++undefined_count] = file; symbol[undefined_count] = $2 }
    else if (!($2 in home)) home[$2] = file
    else { print $2 " is defined in " home[$2] " and in " file; bad = 1 }
}
END {
    for (i = 1; i <= undefined_count; i++) {
        if (!(symbol[i] in home)) continue
        from = undefined[i]; to = home[symbol[i]]
        if (!((from, to) in by)) uses[from] = uses[from] " " to
        by[from, to] = by[from, to] " " symbol[i]
    }
    for (i = 1; i <= count; i++) visit(files[i], files[i])
    for (i = 1; i <= count; i++) {
        if (!((files[i], files[i]) in reached) || files[i] in told) continue
        print "circle:"; bad = 1
        for (j = 1; j <= count; j++) {
            from = files[j]
            if (!((files[i], from) in reached) || !((from, files[i]) in reached)) continue
            told[from] = 1
            for (k = 1; k <= count; k++)
                if ((from, files[k]) in by && (files[k], files[i]) in reached)
                    print "  " from " -> " files[k] ":" by[from, files[k]]
        }
    }
    if (count < 50) { print "only " count + 0 " objects were read"; bad = 1 }
    if (!bad) print "circles: " count " objects, none needs itself"
    exit bad
}' "$list"
