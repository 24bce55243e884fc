#!/bin/sh
# install-agent.sh RECIPE [ROOT]: the agent as one file, its unit enabled, the template of its settings. No settings: they come with the first boot.
set -eu

recipe=$1 root=${2:-}

mkdir -p "$root/usr/local/bin" "$root/etc/systemd/system"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$recipe/agent/." "$stage"
find "$stage" -depth -name __pycache__ -exec rm -rf {} +
python3 -m zipapp "$stage" --python '/usr/bin/python3 -I' --output "$root/usr/local/bin/build-agent"
chmod 755 "$root/usr/local/bin/build-agent"

install -m 644 "$recipe/files/build-agent.service" "$root/etc/systemd/system/build-agent.service"
install -m 600 "$recipe/files/build-agent.env.template" "$root/etc/build-agent.env.template"
systemctl --root="${root:-/}" --quiet enable build-agent.service
