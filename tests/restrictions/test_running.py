"""What is compiled again while a proxy runs, and what stays in force on errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosswarden.errors import InputError, UsageError
from crosswarden.restrictions.compile import Site
from crosswarden.restrictions.endpoints import read_endpoints
from crosswarden.restrictions.running import Watched, mitmdump_command, settings_from

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"


def _list(path: Path, network: str) -> None:
    path.write_text(json.dumps([{"id": 1, "required": True, "category": "Allow", "ips": [network]}]))


def test_policy_and_list_are_compiled_again_when_they_change(tmp_path: Path) -> None:
    """A changed list reaches nftables, a changed policy the addon; nothing happens without a change."""
    settings, endpoints, output = tmp_path / "settings.json", tmp_path / "list.json", tmp_path / "out"
    settings.write_text(json.dumps({"tenant": TENANT, "policy": POLICY}))
    _list(endpoints, "198.51.100.0/24")
    watched = Watched(settings, output, lambda: Site(endpoints=read_endpoints(endpoints)), (endpoints,))
    assert watched.step().startswith("compiled")
    assert watched.step() == ""
    _list(endpoints, "203.0.113.128/25")
    assert watched.step().startswith("compiled")
    assert "203.0.113.128/25" in (output / "nftables.conf").read_text()
    settings.write_text(json.dumps({"tenant": TENANT, "policy": POLICY, "restrict_msa": True}))
    assert watched.step().startswith("compiled")
    assert "restrict-msa" in (output / "mitmproxy_addon.py").read_text()


@pytest.mark.parametrize("text", ["{ broken", "[]", '{"tenant": "x", "policy": "y"}', '{"policies": 1}'])
def test_a_broken_policy_changes_nothing(tmp_path: Path, text: str) -> None:
    """The last good policy stays in every file, and the reason is said once."""
    settings, output = tmp_path / "settings.json", tmp_path / "out"
    settings.write_text(json.dumps({"tenant": TENANT, "policy": POLICY}))
    watched = Watched(settings, output, Site)
    watched.step()
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    settings.write_text(text)
    assert watched.step().startswith("kept the last policy")
    assert watched.step() == ""
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_the_list_is_refreshed_once_a_minute(tmp_path: Path) -> None:
    """The refresh is called at its own pace, not with every look at the files."""
    settings, now, called = tmp_path / "settings.json", [0.0], [0]
    settings.write_text(json.dumps({"tenant": TENANT, "policy": POLICY}))

    def refresh() -> None:
        called[0] += 1

    watched = Watched(settings, tmp_path / "out", Site, refresh=refresh, clock=lambda: now[0])
    for second in range(0, 121, 10):
        now[0] = float(second)
        watched.step()
    assert called == [3]


def test_settings_take_v1_as_list_or_text(tmp_path: Path) -> None:
    """v1 tenants may be a list or a comma-separated text."""
    file = tmp_path / "settings.json"
    for tenants in (["a.example", "b.example"], "a.example,b.example"):
        file.write_text(json.dumps({"v1_tenants": tenants, "v1_context": TENANT}))
        assert settings_from(file).v1_tenants == ("a.example", "b.example")
    with pytest.raises(InputError):
        settings_from(tmp_path / "absent.json")


def test_a_wrong_address_is_refused(tmp_path: Path) -> None:
    """--listen needs a port."""
    with pytest.raises(UsageError):
        mitmdump_command(tmp_path / "a.py", "localhost")
