#!/bin/sh
# system.sh RECIPE [ROOT]: what a machine needs that was imported from an image, on whatever hypervisor. Run as root.
set -eu

recipe=$1 root=${2:-}

install -m 755 "$recipe/files/first-boot" "$root/usr/local/sbin/first-boot"
install -m 644 "$recipe/files/first-boot.service" "$root/etc/systemd/system/first-boot.service"
systemctl --root="${root:-/}" --quiet enable first-boot.service

install -d -m 755 -o "$(stat -c %u "$root/home/build")" -g "$(stat -c %g "$root/home/build")" "$root/build"

# Keys only; and one host key, which first-boot makes or finds.
cat >"$root/etc/ssh/sshd_config.d/10-build.conf" <<'TEXT'
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
TEXT

# The installer wrote down the name of the adapter that it saw; another hypervisor has another one.
rm -f "$root"/etc/netplan/*.yaml
cat >"$root/etc/netplan/90-build.yaml" <<'TEXT'
network:
  version: 2
  ethernets:
    any:
      match:
        name: "e*"
      dhcp4: true
      dhcp-identifier: mac
      optional: true
TEXT
chmod 600 "$root/etc/netplan/90-build.yaml"

# cloud-init stays, for seeds that bring keys and settings. It replaces no host key, makes no account of its own, and looks for nothing in the network.
cat >"$root/etc/cloud/cloud.cfg.d/95-build.cfg" <<'TEXT'
#cloud-config
datasource_list: [NoCloud, None]
network: {config: disabled}
ssh_deletekeys: false
ssh_genkeytypes: [ed25519]
users: [{name: build}]
TEXT

# A serial console to read when the machine does not answer; and nothing that the installer was told stays.
mkdir -p "$root/etc/default/grub.d"
cat >"$root/etc/default/grub.d/90-build.cfg" <<'TEXT'
GRUB_CMDLINE_LINUX=""
GRUB_CMDLINE_LINUX_DEFAULT="console=tty0 console=ttyS0"
GRUB_TIMEOUT=1
TEXT
[ -n "$root" ] || update-grub
