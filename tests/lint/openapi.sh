#!/bin/sh
# Redocly's recommended rules over docs/openapi.yaml, a warning being an error. Silent where there is none. Asks nothing
# of any network.
set -u
cd "$(dirname "$0")/../.." || exit 2
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export REDOCLY_TELEMETRY REDOCLY_SUPPRESS_UPDATE_NOTICE
said=$(node tests/node_modules/@redocly/cli/bin/cli.js lint --config tests/lint/redocly.yaml docs/openapi.yaml 2>&1) && exit 0
echo "$said"
exit 1
