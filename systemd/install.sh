#!/bin/sh
# Installs limen's service: users, folders, unit, and a first configuration. Run as root; run it again to upgrade
# the unit: what stands in /etc/limen is never overwritten. limen itself must be in /opt/limen already.
# DESTDIR installs into another tree and touches nothing that runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR:-}
program=/opt/limen/bin/limen

if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    echo "Installing a service needs root: sudo $0" >&2
    exit 1
fi
if [ ! -x "$root$program" ]; then
    echo "$program is not there. Make it first: python3 -m venv /opt/limen && /opt/limen/bin/pip install limen" >&2
    exit 1
fi

install -D -m 0644 "$here/limen.service" "$root/etc/systemd/system/limen.service"
install -D -m 0644 "$here/limen.sysusers" "$root/etc/sysusers.d/limen.conf"
install -D -m 0644 "$here/limen.tmpfiles" "$root/etc/tmpfiles.d/limen.conf"

# In a wheel the samples lie beside this folder, in a checkout too.
samples=$here/..
if [ ! -e "$root/etc/limen/rules" ]; then
    install -d -m 0755 "$root/etc/limen"
    cp -R "$samples/rules" "$root/etc/limen/rules"
fi
for name in limen.toml areas.csv contacts.yaml; do
    if [ ! -e "$root/etc/limen/$name" ]; then
        install -D -m 0644 "$samples/config/$name" "$root/etc/limen/$name"
    fi
done

if [ -z "$root" ]; then
    systemd-sysusers limen.conf
    # Names of people stand in the contacts: for the service alone.
    chgrp limen /etc/limen/limen.toml /etc/limen/contacts.yaml
    chmod 0640 /etc/limen/limen.toml /etc/limen/contacts.yaml
    systemd-tmpfiles --create limen.conf
    systemctl daemon-reload
    echo "Installed. Set the mail server in /etc/limen/limen.toml and the people in /etc/limen/contacts.yaml; then:"
    echo "  systemctl enable --now limen"
fi
