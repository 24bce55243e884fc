#!/bin/sh
# seal.sh [ROOT]: takes out of the image what must not be in it: keys, what identifies the machine, traces of the installation and of the build. Run as root,
# as the last thing: the login of the build goes, too.
set -eu

root=${1:-}

if [ -z "$root" ]; then
  journalctl --relinquish-var 2>/dev/null || :
  # It would write its file once more when the machine is switched off.
  systemctl -q stop systemd-random-seed.service 2>/dev/null || :
  apt-get -qq clean
fi

# Keys and settings. What is removed still lies on the disk, in blocks too small to be given back: so these are overwritten.
for file in "$root"/etc/ssh/ssh_host_* "$root"/etc/ssh/image-build/* "$root"/root/.ssh/* "$root"/home/*/.ssh/* "$root/etc/build-agent.env"; do
  [ ! -f "$file" ] || [ -L "$file" ] || shred -u -n 1 "$file"
done
rm -rf "$root/etc/ssh/image-build" "$root/etc/ssh/sshd_config.d/00-image-build.conf"
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/build-agent.env" "$root/var/lib/first-boot"
rm -rf "$root"/root/.ssh "$root"/home/*/.ssh

# What the installer was told and wrote down: accounts, keys, hashes.
rm -f "$root"/etc/cloud/cloud.cfg.d/99-installer.cfg "$root"/etc/cloud/cloud.cfg.d/90-installer-network.cfg "$root"/etc/cloud/cloud.cfg.d/20-disable-cc-dpkg-grub.cfg \
  "$root"/etc/cloud/cloud.cfg.d/subiquity-*.cfg "$root"/etc/cloud/ds-identify.cfg "$root"/etc/cloud/cloud-init.disabled
rm -rf "$root"/var/lib/cloud "$root"/var/log/installer "$root"/var/crash

# What identifies this machine. systemd makes a machine-id where the file is empty; the one of D-Bus is a link to it.
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/var/lib/systemd/random-seed" "$root/var/lib/systemd/credential.secret"
[ ! -d "$root/var/lib/dbus" ] || ln -s /etc/machine-id "$root/var/lib/dbus/machine-id"
rm -f "$root"/var/lib/dhcp/*.leases "$root"/var/lib/systemd/network/* "$root"/run/systemd/netif/leases/*

# Traces.
rm -f "$root"/root/.*_history "$root"/home/*/.*_history "$root"/root/.lesshst "$root"/home/*/.lesshst "$root"/root/.wget-hsts "$root"/home/*/.wget-hsts \
  "$root"/home/*/.sudo_as_admin_successful
find "$root/var/log" -type f -exec rm -f {} +
rm -rf "$root"/var/log/journal/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
rm -rf "$root"/tmp/* "$root"/tmp/.[!.]* "$root"/var/tmp/*

if [ -z "$root" ]; then
  sync # only then are the blocks of what was removed free
  fstrim --all || :
  sync
fi
