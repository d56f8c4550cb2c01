#!/bin/bash
# usage: tests/package/life.sh systemd|plain BASE.tar CXD.deb NEXT.deb
# The life of the package in a fresh root, with a systemd of its own as process 1 or without any: installed, used, upgraded, removed,
# purged. Everything is in namespaces of its own that end with this script, and without a network but for fetching dependencies.
set -uo pipefail
kind=$1 base=$(realpath "$2") deb=$(realpath "$3") next=$(realpath "$4")
here=$(dirname "$(realpath "$0")")

if [ -z "${CXD_LIFE_UNSHARED:-}" ]; then
    CXD_LIFE_UNSHARED=1 exec unshare --mount "$0" "$@"
fi
root=$(mktemp -d /tmp/cxd-root-XXXXXX)
group=cxd-package-$$
leader=
finish() {
    [ -z "$leader" ] || { kill -KILL "$leader" && wait "$leader"; } 2>/dev/null
    sleep 0.2
    for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ ! -d "$top/$group" ] || find "$top/$group" -depth -type d -exec rmdir {} + 2>/dev/null
    done
    umount -R -l "$root" 2>/dev/null
    rmdir "$root"
}
trap finish EXIT

mount -t tmpfs -o mode=755,size=1500m tmpfs "$root"
tar -xpf "$base" -C "$root" --numeric-owner
mkdir -p "$root/dev" "$root/packages"
cp "$deb" "$root/packages/cxd.deb"
cp "$next" "$root/packages/next.deb"
cp "$here/../../debian/tests/smoke" "$root/packages/smoke"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true

check() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "ok - $name"
    else
        echo "not ok - $name"
        printf '%s\n' "$said" | tail -30
    fi
}

# --- The namespaces, and how to run something in them -------------------------------------------------------------------

mount_all() {
    local node
    mount -t proc proc "$root/proc"
    mount --bind "$root/proc/sys" "$root/proc/sys" && mount -o remount,bind,ro "$root/proc/sys"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t tmpfs -o mode=755 tmpfs "$root/run" && mkdir "$root/run/lock"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev" && mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts" && ln -s pts/ptmx "$root/dev/ptmx"
    for node in null zero full random urandom tty; do
        touch "$root/dev/$node" && mount --bind "/dev/$node" "$root/dev/$node"
    done
    ln -s /proc/self/fd "$root/dev/fd"
}
mount_groups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    else
        mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup" && mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd" &&
            mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" &&
            mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
    fi
}
boot() {
    local top
    for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ -e "$top/cgroup.procs" ] && mkdir "$top/$group" && echo "$BASHPID" >"$top/$group/cgroup.procs"
    done
    export -f mount_all mount_groups
    export root container=cxd-test
    exec unshare --kill-child --fork --pid --mount --net --ipc --uts --cgroup bash -c '
        mount_all && { [ "$1" = plain ] || mount_groups; } || exit 1
        ip link set lo up 2>/dev/null
        # Not a mere chroot: the kernel gives no user namespaces (PrivateUsers=) in one.
        mkdir "$root/old" && cd "$root" && pivot_root . old || exit 1
        program="exec sleep 1000"
        [ "$1" = plain ] || program="exec /lib/systemd/systemd --system"
        exec chroot . /bin/sh -c "umount -l /old && rmdir /old; $program"' bash "$kind"
}
inside() { nsenter -t "$init" -a -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive HOME=/root "$@"; }
try() { # SECONDS COMMAND…: until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}
install_deb() { inside apt-get install -y --no-install-recommends --allow-downgrades --reinstall -o Dpkg::Use-Pty=0 "$1" </dev/null; }

# What apt would fetch, while there is a network. A start is forbidden by nothing: no systemd runs in this step.
fetch() { chroot "$root" apt-get install -y --no-install-recommends --download-only /packages/cxd.deb </dev/null; }
check 'apt finds what it depends on' fetch

if [ "$kind" = systemd ]; then
    for unit in systemd-modules-load systemd-remount-fs systemd-sysctl systemd-udevd systemd-udev-trigger; do
        ln -s /dev/null "$root/etc/systemd/system/$unit.service"
    done
    for unit in sys-kernel-debug sys-kernel-tracing sys-kernel-config dev-hugepages dev-mqueue; do
        ln -s /dev/null "$root/etc/systemd/system/$unit.mount"
    done
fi
boot >"$root/packages/boot.log" 2>&1 &
leader=$!
find_init() { init=$(pgrep -P "$leader" 2>/dev/null | head -1) && [[ $(cat "/proc/$init/comm" 2>/dev/null) == s[yl]* ]]; }
init=
for _ in $(seq 100); do
    find_init && break
    sleep 0.1
done
if [ "$kind" = systemd ]; then
    if ! try 60 inside systemctl is-active multi-user.target; then
        echo 'skip - systemd as process 1'
        cat "$root/packages/boot.log"
        exit 0
    fi
    echo 'ok - systemd is process 1'
else
    try 10 inside true || echo 'not ok - namespaces'
fi

# --- Installed ------------------------------------------------------------------------------------------------------------

check 'apt installs it, and nothing is asked' install_deb /packages/cxd.deb
check 'the account cxd, without a shell' inside sh -c 'getent passwd cxd | grep -q ":/usr/sbin/nologin$"'

modes() {
    diff - <(inside stat -c '%n %a %U:%G' /usr/bin/cxd /etc/cxd /etc/cxd/cxd.conf /etc/cxd/conf.d /usr/share/man/man8/cxd.8.gz \
        /usr/share/man/man5/cxd.conf.5.gz /usr/share/bash-completion/completions/cxd) <<EOF
/usr/bin/cxd 755 root:root
/etc/cxd 755 root:root
/etc/cxd/cxd.conf 644 root:root
/etc/cxd/conf.d 755 root:root
/usr/share/man/man8/cxd.8.gz 644 root:root
/usr/share/man/man5/cxd.conf.5.gz 644 root:root
/usr/share/bash-completion/completions/cxd 644 root:root
EOF
}
check 'owners and modes' modes
check 'the configuration is a conffile' inside sh -c "dpkg-query -W -f='\${Conffiles}' cxd | grep -q /etc/cxd/cxd.conf"
check 'the daemon is enabled' inside test -L /etc/systemd/system/multi-user.target.wants/cxd.service
check 'the socket is not' inside sh -c '[ ! -e /etc/systemd/system/sockets.target.wants/cxd.socket ] && [ -e /lib/systemd/system/cxd.socket ]'
check 'all files are as dpkg knows them' inside dpkg --verify cxd

url=http://127.0.0.1:8080
answers() { inside curl -fsS -m 5 "$url/healthz"; }
start() {
    [ "$kind" = systemd ] && return
    # What StateDirectory= does.
    inside install -d -o cxd -g cxd -m 700 /var/lib/cxd
    inside setpriv --reuid=cxd --regid=cxd --clear-groups sh -c 'exec cxd serve -c /etc/cxd/cxd.conf >/run/cxd.log 2>&1' &
}
daemon_user() {
    local process
    for process in $(inside sh -c 'grep -lx cxd /proc/[0-9]*/comm'); do
        [ "$(inside stat -c %U "${process%/comm}")" = cxd ] || return 1
        return 0
    done
    return 1
}
daemon_pid() { inside sh -c 'grep -lx cxd /proc/[0-9]*/comm | head -1'; }
if [ "$kind" = plain ]; then inside install -m 666 /dev/null /run/cxd.log; fi
start
started() {
    try 30 answers && return
    if [ "$kind" = systemd ]; then inside journalctl --no-pager -n 20 -u cxd; else cat "$root/run/cxd.log"; fi
    return 1
}
check 'the daemon answers, by the packaged configuration' started
[ -z "${CXD_LIFE_SHORT:-}" ] || exit 0
check 'it runs as cxd' daemon_user
check 'its state is its own' inside sh -c '[ "$(stat -c "%a %U:%G" /var/lib/cxd)" = "700 cxd:cxd" ] && [ -s /var/lib/cxd/cxd.db ] && [ "$(stat -c %a /var/lib/cxd/admin.key)" = 600 ]'

inside sh -c "echo '{\"metric\": \"nps\"}' | cxd survey put checkout - && cxd post checkout 9" >/dev/null 2>&1
held() { inside cxd score checkout --window all --json | grep -q '"n":1,"score":100'; }
check 'a response is taken and scored' held

# --- Upgraded, removed, purged ------------------------------------------------------------------------------------------

purge() { inside apt-get purge -y cxd </dev/null; }
rest() {
    local left
    left=$(inside find /etc /var /usr /lib /run /home /root -xdev \( -name 'cxd*' -o -user cxd \) ! -path /run/cxd.log ! -path '/var/cache/*' ! -path '/run/log/*' 2>/dev/null)
    [ -z "$left" ] || { echo "left: $left" && return 1; }
}
if [ "$kind" = plain ]; then
    check 'the smoke test of the package' inside /packages/smoke
    inside sh -c 'kill $(grep -lx cxd /proc/[0-9]*/comm | cut -d/ -f3)'
    check 'purging asks nothing' purge
    check 'nothing is left of it, but the account' rest
    exit 0
fi

inside sh -c 'echo "# edited" >>/etc/cxd/cxd.conf; printf "[log]\nlevel = debug\n" >/etc/cxd/conf.d/log.conf'
before=$(daemon_pid)
check 'the next version installs over it' install_deb /packages/next.deb
check 'it is the next version' inside sh -c "dpkg-query -W -f='\${Version}' cxd | grep -q +next"
restarted() { answers && [ "$(daemon_pid)" != "$before" ]; }
check 'the upgrade restarted the daemon' try 30 restarted
check 'edits of the configuration are kept' inside sh -c 'grep -qx "# edited" /etc/cxd/cxd.conf && grep -q debug /etc/cxd/conf.d/log.conf'
check 'and the data' held
check 'installed once more, nothing is lost' install_deb /packages/next.deb
try 30 answers
check 'and the data again' held

stopped() { inside systemctl stop cxd && inside sh -c '[ "$(systemctl show -P Result cxd)" = success ] && [ "$(systemctl show -P ExecMainStatus cxd)" = 0 ]'; }
check 'it stops in order' stopped
check 'and starts again' inside systemctl start cxd
check 'and answers' try 30 answers
reloaded() { inside systemctl reload cxd && answers; }
check 'it reloads' reloaded
inside systemctl stop cxd
socket() { inside systemctl start cxd.socket cxd-metrics.socket && ! inside systemctl is-active cxd-activated.service && answers && inside systemctl is-active cxd-activated.service; }
check 'the socket starts it at the first request' socket
check 'with the same data' held
metrics() { inside curl -fsS -m 5 http://127.0.0.1:9187/metrics | grep -qx 'cxd_ready 1'; }
check 'and the metrics on theirs' metrics
check 'and all stop' inside systemctl stop cxd.socket cxd-metrics.socket cxd-activated.service
check 'the unit again' inside systemctl start cxd.service

remove() { inside apt-get remove -y cxd </dev/null; }
check 'removing says nothing is wrong' remove
gone() { ! daemon_user && ! inside test -e /usr/bin/cxd; }
check 'the program and the daemon are gone' try 30 gone
check 'the data and the edits stay' inside sh -c '[ -s /var/lib/cxd/cxd.db ] && [ -s /var/lib/cxd/admin.key ] && grep -qx "# edited" /etc/cxd/cxd.conf && [ -e /etc/cxd/conf.d/log.conf ]'
check 'installed again, it finds them' install_deb /packages/cxd.deb
try 30 answers
check 'the response is still there' held

check 'purging asks nothing' purge
check 'nothing is left of it, but the account' rest
check 'and no unit has failed' inside sh -c '! systemctl list-units --failed --no-legend | grep cxd'
exit 0
