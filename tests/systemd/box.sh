#!/usr/bin/env bash
# A machine to throw away: systemd as process 1 in namespaces of its own, over an overlay of this machine's root.
# Nothing that happens inside is seen outside. Needs root, unshare, nsenter and overlayfs.
#
#   box.sh up DIR [OUTSIDE:INSIDE]...   boot; OUTSIDE is mounted read-only on INSIDE
#   box.sh run DIR COMMAND...           run a command inside, as root
#   box.sh down DIR                     switch it off and clear DIR
set -euo pipefail

verb=$1 box=$2
shift 2
group=limen-box-$(cksum <<<"$box" | cut -d" " -f1)
hierarchy=/sys/fs/cgroup
[[ -d $hierarchy/unified ]] && hierarchy=/sys/fs/cgroup/unified

inside() {
    nsenter --target "$(<"$box/init.pid")" --mount --uts --ipc --net --pid --cgroup --root \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb SYSTEMD_PAGER= \
        /bin/sh -c 'cd / && exec "$@"' sh "$@"
}

# Runs in the new namespaces, and becomes systemd.
boot() {
    local root=$box/root node mask
    mount --make-rprivate /
    mount -t overlay -o "lowerdir=/,upperdir=$box/changes,workdir=$box/work" overlay "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=0755 tmpfs "$root/run"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
    for node in null:3 zero:5 full:7 random:8 urandom:9; do
        mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
    done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    for pair in "$@"; do
        mkdir -p "$root/${pair#*:}"
        mount --bind "${pair%%:*}" "$root/${pair#*:}"
        mount -o remount,ro,bind "$root/${pair#*:}"
    done
    hostname limen-box
    ip link set lo up

    # Of this machine's services nothing runs: only what systemd itself needs, and the journal in memory.
    local units=$root/etc/systemd/system
    mkdir -p "$units" "$root/etc/systemd/journald.conf.d"
    printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >"$units/box.target"
    printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nRateLimitIntervalSec=0\n' \
        >"$root/etc/systemd/journald.conf.d/box.conf"
    for mask in systemd-{udevd,udev-trigger,modules-load,sysctl,timesyncd,networkd,resolved,logind,remount-fs}.service \
        systemd-{firstboot,hwdb-update,binfmt,random-seed,boot-random-seed,pstore}.service \
        systemd-udevd-{kernel,control}.socket proc-sys-fs-binfmt_misc.automount \
        dev-{hugepages,mqueue}.mount sys-{kernel-debug,kernel-tracing,kernel-config,fs-fuse-connections}.mount; do
        ln -sfn /dev/null "$units/$mask"
    done
    rm -f "$root/etc/fstab"
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"

    mkdir "$root/.outside"
    cd "$root"
    pivot_root . .outside
    exec chroot . /bin/sh -c 'umount -l /.outside && mount --make-rshared / && exec env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin container=limen-box \
        /lib/systemd/systemd --unit=box.target --log-target=journal --show-status=no' </dev/null
}

case $verb in
up)
    mkdir -p "$box" "$hierarchy/$group"
    mount -t tmpfs -o mode=0755 tmpfs "$box"
    mkdir "$box/changes" "$box/work" "$box/root"
    (
        echo "$BASHPID" >"$hierarchy/$group/cgroup.procs"
        exec setsid unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child \
            bash "$0" boot "$box" "$@"
    ) </dev/null >"$box/boot.log" 2>&1 &
    echo $! >"$box/outer.pid"
    for _ in $(seq 300); do
        kill -0 "$(<"$box/outer.pid")" 2>/dev/null || { cat "$box/boot.log" >&2; exit 1; }
        init=$(pgrep --parent "$(<"$box/outer.pid")" --exact systemd || true)
        if [[ -n $init ]]; then
            echo "$init" >"$box/init.pid"
            state=$(inside systemctl is-system-running 2>/dev/null || true)
            [[ $state == running || $state == degraded ]] && exit 0
        fi
        sleep 0.1
    done
    echo "systemd did not come up" >&2
    cat "$box/boot.log" >&2
    exit 1
    ;;
boot) boot "$@" ;;
run) inside "$@" ;;
down)
    kill -KILL "$(<"$box/init.pid")" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$(<"$box/outer.pid")" 2>/dev/null || break; sleep 0.1; done
    umount --lazy "$box"
    for _ in $(seq 20); do
        find "$hierarchy/$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
        sleep 0.1
    done
    ;;
*) echo "no such verb: $verb" >&2; exit 2 ;;
esac
