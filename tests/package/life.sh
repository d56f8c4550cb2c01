#!/bin/bash
# usage: tests/package/life.sh systemd|plain BASE.tar CXD.deb NEXT.deb
# The life of the package in a fresh root, with a systemd of its own as process 1 or without any: installed, used,
# upgraded, removed, purged. Everything is in namespaces of its own that end with this script, and without a network but
# for fetching dependencies.
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

# Reads to the end what is piped in: who leaves early (grep -q, head) makes its writer fail.
says() { grep "$@" >/dev/null; }
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

# --- The namespaces, and how to run something in them -----------------------------------------------------------------

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
find_init() { init=$(pgrep -oP "$leader" 2>/dev/null) && [[ $(cat "/proc/$init/comm" 2>/dev/null) == s[yl]* ]]; }
init=
for _ in $(seq 6000); do
    find_init && break
    sleep 0.1
done
if [ "$kind" = systemd ]; then
    if ! try 600 inside systemctl is-active multi-user.target; then
        echo 'skip - systemd as process 1'
        cat "$root/packages/boot.log"
        exit 0
    fi
    echo 'ok - systemd is process 1'
else
    try 600 inside true || echo 'not ok - namespaces'
fi

# --- Installed --------------------------------------------------------------------------------------------------------

check 'apt installs it, and nothing is asked' install_deb /packages/cxd.deb
check 'the account cxd, without a shell' inside sh -c 'getent passwd cxd | grep ":/usr/sbin/nologin$"'

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
check 'the configuration is a conffile' inside sh -c "dpkg-query -W -f='\${Conffiles}' cxd | grep /etc/cxd/cxd.conf"
check 'the daemon is enabled' inside test -L /etc/systemd/system/multi-user.target.wants/cxd.service
check 'the socket is not' inside sh -c '[ ! -e /etc/systemd/system/sockets.target.wants/cxd.socket ] && [ -e /lib/systemd/system/cxd.socket ]'
check 'all files are as dpkg knows them' inside dpkg --verify cxd
# Where alerts point to, and where that points to.
runbook() {
    inside sh -c 'cd /usr/share/doc/cxd &&
        for place in $(sed -n "s/^ *runbook: *//p" examples/prometheus/cxd.rules.yml); do
            grep -i "^### ${place#*#}\$" "${place%#*}" >/dev/null || { echo "$place" && exit 1; }
        done &&
        for file in $(sed -n "s/.*](\([^)#:]*\.md\).*/\1/p" operations.md edge.md scoring.md pages.md widget.md \
            export.md dashboard.md performance.md); do [ -e "$file" ] || { echo "$file" && exit 1; }; done'
}
check 'the runbook is where the alerts say' runbook

url=http://127.0.0.1:8080
answers() { inside curl -fsS -m 60 "$url/healthz"; }
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
daemon_pid() { inside sh -c 'grep -lx cxd /proc/[0-9]*/comm | sed -n 1p'; }
if [ "$kind" = plain ]; then inside install -m 666 /dev/null /run/cxd.log; fi
start
started() {
    try 600 answers && return
    if [ "$kind" = systemd ]; then inside journalctl --no-pager -n 20 -u cxd; else cat "$root/run/cxd.log"; fi
    return 1
}
check 'the daemon answers, by the packaged configuration' started
[ -z "${CXD_LIFE_SHORT:-}" ] || exit 0
check 'it runs as cxd' daemon_user
check 'its state is its own' inside sh -c '[ "$(stat -c "%a %U:%G" /var/lib/cxd)" = "700 cxd:cxd" ] && [ -s /var/lib/cxd/cxd.db ] && [ "$(stat -c %a /var/lib/cxd/admin.key)" = 600 ]'

inside sh -c "echo '{\"metric\": \"nps\"}' | cxd survey put checkout - && cxd post checkout 9" >/dev/null 2>&1
held() { inside cxd score checkout --window all --json | says '"n":1,"score":100'; }
check 'a response is taken and scored' held

# --- Upgraded, removed, purged ----------------------------------------------------------------------------------------

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
check 'it is the next version' inside sh -c "dpkg-query -W -f='\${Version}' cxd | grep +next"
restarted() { answers && [ "$(daemon_pid)" != "$before" ]; }
check 'the upgrade restarted the daemon' try 600 restarted
check 'edits of the configuration are kept' inside sh -c 'grep -qx "# edited" /etc/cxd/cxd.conf && grep -q debug /etc/cxd/conf.d/log.conf'
check 'and the data' held
check 'installed once more, nothing is lost' install_deb /packages/next.deb
try 600 answers
check 'and the data again' held

stopped() { inside systemctl stop cxd && inside sh -c '[ "$(systemctl show -P Result cxd)" = success ] && [ "$(systemctl show -P ExecMainStatus cxd)" = 0 ]'; }
check 'it stops in order' stopped
check 'and starts again' inside systemctl start cxd
check 'and answers' try 600 answers
reloaded() { inside systemctl reload cxd && answers; }
check 'it reloads' reloaded
spoil() { inside sh -c 'printf "[log]\nlevel = loud\n" >/etc/cxd/conf.d/bad.conf'; }
mend() { inside rm -f /etc/cxd/conf.d/bad.conf; }
same_daemon() { answers && [ "$(daemon_pid)" = "$before" ]; }
journal_says() { inside sh -c 'journalctl --sync; journalctl --no-pager -o cat -u cxd.service' | says "$@"; }

before=$(daemon_pid)
spoil
reload_refused() { ! inside systemctl reload cxd && same_daemon && journal_says 'cxd: The reload was refused, nothing has changed: .*bad.conf:2'; }
check 'a reload that is refused fails, and the daemon goes on' reload_refused
upgrade_refused() {
    install_deb /packages/cxd.deb >"$root/packages/upgrade.log" 2>&1 && says 'NOT RESTARTED' <"$root/packages/upgrade.log" &&
        says 'bad.conf:2' <"$root/packages/upgrade.log" && same_daemon && inside sh -c '[ -z "$(ls /run/systemd/system/cxd.service.d 2>/dev/null)" ]'
}
check 'an upgrade that does not take the configuration leaves the old daemon running, and says so' upgrade_refused
# What is only wrong within the unit: its environment.
mend
inside sh -c 'mkdir -p /etc/systemd/system/cxd.service.d && printf "[Service]\nEnvironment=CXD_LOG_LEVEL=loud\n" >/etc/systemd/system/cxd.service.d/bad.conf'
environment_refused() { install_deb /packages/next.deb 2>&1 | says 'NOT RESTARTED' && same_daemon; }
check 'nor one that does not take the environment of the unit' environment_refused
inside rm -r /etc/systemd/system/cxd.service.d
inside systemctl daemon-reload

# However often it has failed: beyond any limit on starts.
spoil
fails_often() {
    local turn
    for turn in 1 2 3 4 5 6 7 8 9 10; do ! inside systemctl restart cxd || return 1; done
}
check 'a restart that cannot go well fails' fails_often
mend
check 'and the daemon comes back by itself when the cause is gone' try 600 answers

# The sockets, under the same name of the service.
before=$(daemon_pid)
beside() { ! inside systemctl start cxd-metrics.socket && ! inside systemctl start cxd.socket && same_daemon; }
check 'a socket beside a daemon that listens by itself takes nothing from it' beside
metrics() { inside curl -fsS -m 60 http://127.0.0.1:9187/metrics | says -x 'cxd_ready 1'; }
enabled() { inside systemctl enable cxd.socket cxd-metrics.socket && inside systemctl restart cxd && answers && metrics && inside systemctl is-active cxd.socket cxd-metrics.socket; }
check 'enabled, they take over with a restart' enabled
check 'with the same data' held
check 'it reloads under the same name' reloaded
before=$(daemon_pid)
spoil
check 'and refuses there too' reload_refused
# With a client that waits, which would start it again and again.
inside systemctl stop cxd 2>/dev/null
inside curl -fsS -m 600 -o /packages/waited "$url/healthz" &
failed_thrice() { [ "$(inside systemctl show -P NRestarts cxd)" -ge 3 ]; }
check 'while it cannot start the socket stays' try 600 failed_thrice
mend
check 'and who waits is answered when it can' try 600 test -s "$root/packages/waited"
stopped_all() { inside systemctl stop cxd.socket cxd-metrics.socket cxd && ! inside curl -sS -m 10 "$url/healthz" && ! daemon_user; }
check 'all stop' stopped_all
started_all() { inside systemctl start cxd && answers && metrics && inside systemctl is-active cxd.socket cxd-metrics.socket; }
check 'and start, by the one name' started_all
sealed() {
    inside install -D -m 644 /usr/share/doc/cxd/cxd-no-network.conf /etc/systemd/system/cxd.service.d/no-network.conf &&
        inside systemctl daemon-reload && inside systemctl restart cxd && answers && metrics && reloaded &&
        [ "$(inside readlink "/proc/$(daemon_pid)/ns/net")" != "$(inside readlink /proc/1/ns/net)" ]
}
check 'without a network of its own too' sealed
unsealed() {
    inside rm -r /etc/systemd/system/cxd.service.d && inside systemctl daemon-reload && inside systemctl stop cxd.socket cxd-metrics.socket cxd &&
        inside systemctl disable cxd.socket cxd-metrics.socket && inside systemctl start cxd && answers && ! inside systemctl is-active cxd.socket
}
check 'disabled, it listens by itself again' unsealed

remove() { inside apt-get remove -y cxd </dev/null; }
check 'removing says nothing is wrong' remove
gone() { ! daemon_user && ! inside test -e /usr/bin/cxd; }
check 'the program and the daemon are gone' try 600 gone
check 'the data and the edits stay' inside sh -c '[ -s /var/lib/cxd/cxd.db ] && [ -s /var/lib/cxd/admin.key ] && grep -qx "# edited" /etc/cxd/cxd.conf && [ -e /etc/cxd/conf.d/log.conf ]'
check 'installed again, it finds them' install_deb /packages/cxd.deb
try 600 answers
check 'the response is still there' held

inside sh -c 'printf "[backup]\nevery = 1d\n" >/etc/cxd/conf.d/backup.conf'
backed_up() { inside systemctl restart cxd && try 600 inside sh -c 'ls /var/lib/cxd/backups/cxd-*.db'; }
check 'a backup is made' backed_up
kept() {
    purge >"$root/packages/purge.log" 2>&1 && says 'backups are kept in /var/lib/cxd' <"$root/packages/purge.log" &&
        inside sh -c 'cd /var/lib/cxd && [ -s KEPT ] && ls backups/cxd-*.db && [ ! -e cxd.db ] && [ ! -e admin.key ] && [ ! -e /etc/cxd ]'
}
check 'purging keeps it, and says so' kept
restored() {
    install_deb /packages/cxd.deb && answers && inside sh -c '[ ! -e /var/lib/cxd/KEPT ]' && inside systemctl stop cxd &&
        inside sh -c 'cd /var/lib/cxd && rm cxd.db && cxd restore backups/cxd-*.db && printf "[access]\nread = open\n" >/etc/cxd/conf.d/read.conf' &&
        inside systemctl start cxd && inside curl -fsS -m 60 "$url/v1/surveys/checkout/score?window=all" | says '"n":1,"score":100'
}
check 'from which another installation is made' restored
inside systemctl stop cxd
check 'removed by hand' inside rm -r /var/lib/cxd/backups
inside sh -c 'rm -f /var/lib/cxd/erasures-*.list'

check 'purging asks nothing' purge
check 'nothing is left of it, but the account' rest
check 'and no unit has failed' inside sh -c '! systemctl list-units --failed --no-legend | grep cxd'
exit 0
