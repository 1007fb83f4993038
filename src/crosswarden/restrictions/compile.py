"""Writes every enforcement point of one restriction into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crosswarden.restrictions.endpoints import Endpoints, packaged
from crosswarden.restrictions.points.appcontrol import PATHS, appcontrol
from crosswarden.restrictions.points.firewall import firewall
from crosswarden.restrictions.points.mitmproxy import addon
from crosswarden.restrictions.points.nftables import CGROUP, nftables
from crosswarden.restrictions.points.pac import pac
from crosswarden.restrictions.points.squid import SquidSite, squid
from crosswarden.restrictions.points.windows import WindowsChoices, intune, registry
from crosswarden.restrictions.policy import HeaderPolicy, Restriction

__all__ = ["Site", "points", "policy_json", "write"]


@dataclass(frozen=True)
class Site:
    """What the site chooses beside the restriction itself."""

    endpoints: Endpoints = field(default_factory=packaged)
    squid: SquidSite = field(default_factory=SquidSite)
    proxy: str = "127.0.0.1:8080"
    cgroup: str = CGROUP
    windows: WindowsChoices = field(default_factory=WindowsChoices)
    tagged_paths: tuple[str, ...] = PATHS


def points(asked: Restriction, site: Site | None = None) -> Mapping[str, str]:
    """File name → text of every enforcement point; pure."""
    site = site or Site()
    policy = asked.compile()
    return {
        "policy.json": policy_json(policy),
        "mitmproxy_addon.py": addon(policy),
        "squid.conf": squid(policy, site.squid),
        "proxy.pac": pac(policy, site.proxy),
        "windows.reg": registry(asked, site.windows),
        "intune.json": intune(asked, site.windows),
        "appcontrol.xml": appcontrol(site.tagged_paths),
        "firewall.ps1": firewall(site.endpoints),
        "nftables.conf": nftables(site.endpoints, site.cgroup),
    }


def policy_json(policy: HeaderPolicy) -> str:
    """The header policy as data: host → headers to set, the headers to remove, the hosts never decrypted."""
    return json.dumps(
        {
            "hosts": {host: dict(decision.set) for host, decision in policy.rules.items()},
            "remove": list(next(iter(policy.rules.values())).remove),
            "excluded": list(policy.excluded),
        },
        indent=2,
    )


def write(asked: Restriction, folder: Path, site: Site | None = None) -> tuple[Path, ...]:
    """Writes the files into FOLDER, each whole or not at all, and names them; a running proxy reads them again."""
    texts = points(asked, site)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != text.encode():
            beside = folder / f".{name}.new"
            beside.write_bytes(text.encode())
            beside.replace(path)
        written.append(path)
    return tuple(written)
