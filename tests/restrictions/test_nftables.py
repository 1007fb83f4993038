"""The nftables set-up, loaded into a network namespace of its own and tried with real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from crosswarden.restrictions.endpoints import packaged
from crosswarden.restrictions.points.nftables import nftables

SCRIPT = r"""
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
mount -t cgroup2 none /sys/fs/cgroup
group=/sys/fs/cgroup/$1
mkdir "$group"
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rmdir "$group"' EXIT
# the world outside is a second network namespace behind a virtual cable
unshare --net sleep 60 & world=$!; children+=($world)
sleep 0.3
ip link add here type veth peer name there netns $world
outside() { nsenter --net --target $world "$@"; }
ip address add 192.0.2.1/24 dev here; ip address add 2001:db8::1/64 dev here nodad; ip link set here up; ip link set lo up
outside ip address add 192.0.2.7/24 dev there; outside ip address add 2001:db8::7/64 dev there nodad
outside ip address add 13.107.6.152/32 dev there; outside ip address add 2603:1006::7/128 dev there nodad
outside ip link set there up
ip route add default via 192.0.2.7; ip -6 route add default via 2001:db8::7
nsenter --net --target $world python3 -m http.server --bind :: 443 >/dev/null 2>&1 & children+=($!)
nft -f "$2"
nft -f "$2"   # loading it again replaces it
for _ in $(seq 50); do curl -s -o /dev/null "http://192.0.2.7:443/" && break; sleep 0.1; done
ask() { if curl -s -g --max-time 5 -o /dev/null "http://$2:443/"; then echo "$1 open"; else echo "$1 closed"; fi; }
tagged() { bash -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$group" "$@"; }
export -f ask
ask untagged-inside 13.107.6.152
ask untagged-inside-v6 '[2603:1006::7]'
ask untagged-outside 192.0.2.7
tagged bash -c 'ask tagged-inside 13.107.6.152'
tagged bash -c 'ask tagged-inside-v6 "[2603:1006::7]"'
tagged bash -c 'ask tagged-outside 192.0.2.7'
echo='import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((sys.argv[1], 443))
while True: data, peer = s.recvfrom(9); s.sendto(data, peer)'
for address in 192.0.2.7 13.107.6.152; do
  nsenter --net --target $world python3 -c "$echo" $address >/dev/null 2>&1 & children+=($!)
done
sleep 0.5
quic='import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3)
try:
    s.connect((sys.argv[1], 443)); s.send(b"x"); s.recv(1); print(sys.argv[2], "open")
except OSError as error: print(sys.argv[2], "closed")'
python3 -c "$quic" 192.0.2.7 quic-outside
tagged python3 -c "$quic" 13.107.6.152 quic-tagged-inside
nft delete table inet crosswarden
python3 -c "$quic" 13.107.6.152 quic-without-rules
ask without-rules 13.107.6.152
"""


def _namespaces() -> list[str]:
    """The command that enters fresh network and mount namespaces; skips, saying why, where the machine forbids it."""
    if not shutil.which("nft", path="/usr/sbin:/sbin:" + os.environ["PATH"]):
        pytest.fail("nft is not on this machine: run scripts/system_packages.sh")
    command = ["unshare", "--mount", "--net"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode:
        reason = f"network namespaces are not allowed here: {tried.stderr.strip()}"
        if os.environ.get("CI") and os.getuid() == 0:
            pytest.fail(reason)
        pytest.skip(reason)
    return command


def test_only_tagged_processes_reach_microsoft_365(tmp_path: Path) -> None:
    """A process of the control group connects, one outside it does not; other addresses stay open; QUIC is closed."""
    enter = _namespaces()
    cgroup = f"crosswarden-test-{os.getpid()}"
    rules = tmp_path / "nftables.conf"
    rules.write_text(nftables(packaged(), cgroup))
    done = subprocess.run(
        [*enter, "bash", "-c", SCRIPT, "bash", cgroup, str(rules)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "untagged-inside closed",
        "untagged-inside-v6 closed",
        "untagged-outside open",
        "tagged-inside open",
        "tagged-inside-v6 open",
        "tagged-outside open",
        "quic-outside open",
        "quic-tagged-inside closed",
        "quic-without-rules open",
        "without-rules open",
    ]
