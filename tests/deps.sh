#!/bin/sh
# Installs the Debian packages given as arguments that are missing: as root or through sudo. Elsewhere it names what is missing.
# A package counts as there when dpkg has it or, for a tool that came another way, when its command is on the path.
set -u
missing=
for package in "$@"; do
    case "$package" in
    nodejs) node -e 0 2>/dev/null && continue ;;
    prometheus) command -v promtool >/dev/null 2>&1 && continue ;;
    npm | chromium | gcc | make | clang | curl | g++ | python3) command -v "$package" >/dev/null 2>&1 && continue ;;
    esac
    if command -v dpkg-query >/dev/null 2>&1; then
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
    fi
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install what these Debian packages hold:$missing" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1; then
    sudo=sudo
else
    echo "Please install as root: apt-get install$missing" >&2
    exit 1
fi
# Of what brings a service only the program is wanted: nothing is started, now or at boot.
services=
for package in $missing; do
    case "$package" in
    nginx-light) services="$services nginx" ;;
    caddy | prometheus) services="$services $package" ;;
    esac
done
[ -d /run/systemd/system ] || services=
manage() {
    # shellcheck disable=SC2086  # word splitting is meant
    [ -z "$services" ] || $sudo systemctl --quiet "$@" $services 2>/dev/null
}

echo "Installing:$missing"
manage mask --runtime
# shellcheck disable=SC2086  # word splitting is meant
$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
status=$?
manage unmask --runtime
manage disable
exit $status
