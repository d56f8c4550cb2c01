#!/bin/sh
# JavaScript and style sheets as prettier writes them, within 120 columns. Prints every violation; exits 1 if there is
# any.
set -u
cd "$(dirname "$0")/../.." || exit 2
files=$(find tests web/assets -name node_modules -prune -o \( -name '*.mjs' -o -name '*.css' -o -name '*.js' \) -print)
# shellcheck disable=SC2086  # word splitting is meant
node tests/node_modules/prettier/bin/prettier.cjs --config tests/.prettierrc.json --log-level warn --check $files || exit 1
