#!/bin/sh
# usage: tests/deps.sh NEED…    a need is HOW:WHAT:PACKAGE
#
# Asks for each need: `lib` pkg-config, for a library; `run` the PATH, for a program; `file` the disk; `glob` the disk
# by a pattern; `clang` for a file of its run-time libraries. What is missing is installed where there is apt-get, as
# Debian's PACKAGE, as root or through sudo; elsewhere it is named.
set -u
PATH=$PATH:/usr/sbin:/sbin

there() { # HOW WHAT
    case "$1" in
    lib) ${PKG_CONFIG:-pkg-config} --exists "$2" 2>/dev/null ;;
    run) command -v "$2" >/dev/null 2>&1 ;;
    file) [ -e "$2" ] ;;
    glob) # shellcheck disable=SC2086  # it is a pattern
        set -- $2 && [ -e "$1" ] ;;
    clang) [ -e "$(clang -print-file-name="$2-$(uname -m).a" 2>/dev/null)" ] ;;
    *) echo "no way to ask for $1:$2" >&2 && exit 2 ;;
    esac
}
# Sets `missing`, in words, and `packages`.
ask() {
    missing='' packages=''
    for need in "$@"; do
        how=${need%%:*} package=${need##*:}
        what=${need#*:} && what=${what%:*}
        there "$how" "$what" && continue
        missing="$missing
  $how $what"
        packages="$packages $package"
    done
}

ask "$@"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing:$missing
Their packages' names on Debian, Fedora, Arch and Alpine are in docs/install.md." >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1; then
    sudo=sudo
else
    echo "Please install as root: apt-get install$packages" >&2
    exit 1
fi
# Of what brings a service only the program is wanted: nothing is started, now or at boot.
services=
for package in $packages; do
    case "$package" in
    nginx-light) services="$services nginx" ;;
    caddy | postgresql | prometheus) services="$services $package" ;;
    esac
done
[ -d /run/systemd/system ] || services=
manage() {
    # shellcheck disable=SC2086  # word splitting is meant
    [ -z "$services" ] || $sudo systemctl --quiet "$@" $services 2>/dev/null
}

echo "Installing:$packages"
manage mask --runtime
# shellcheck disable=SC2086  # word splitting is meant
$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages >/dev/null
status=$?
manage unmask --runtime
manage disable
[ "$status" = 0 ] || exit "$status"
ask "$@"
[ -z "$missing" ] || { echo "Still missing:$missing" >&2 && exit 1; }
