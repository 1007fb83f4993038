#!/usr/bin/env bash
# The Debian packages that tests use beyond Python: installed when root, named otherwise.
set -euo pipefail
# package:command that shows it is there
PATH=$PATH:/usr/sbin:/sbin
wanted=(nodejs:node npm:npm mitmproxy:mitmdump squid-openssl:squid nftables:nft iproute2:ip curl:curl chromium:chromium libnss3-tools:certutil)
missing=()
for pair in "${wanted[@]}"; do
  command -v "${pair#*:}" >/dev/null || missing+=("${pair%%:*}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # RUNLEVEL=1: the tests start their own proxies; no service of these packages is started
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "These Debian packages are needed and could not be installed without root: ${missing[*]}" >&2
  echo "Install them: sudo apt-get install ${missing[*]}" >&2
  exit 2
fi
