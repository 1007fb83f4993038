"""Headless Chromium through the real proxies: what a person's browser would send and see."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VALUE = "6babcaad-604b-40ac-a9d7-9fd97c0b779f:0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
HOSTS = ("login.live.com", "login.microsoft.com", "login.microsoftonline.com", "login.windows.net")

Browse = Callable[[Any, str, Any], str]


@pytest.fixture
def browse(tmp_path: Path, internet: Any, tool: Callable[[str], str]) -> Browse:
    """Opens a page in Chromium that trusts one authority only, and returns the document it shows."""
    chromium, certutil = tool("chromium"), tool("certutil")

    def run(proxy: Any, host: str, trust: Any) -> str:
        home = tmp_path / trust.pem.stem
        store = home / ".pki" / "nssdb"
        if not store.exists():
            store.mkdir(parents=True)
            subprocess.run([certutil, "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
            subprocess.run(
                [certutil, "-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "test", "-i", str(trust.pem)],
                check=True,
            )
        done = subprocess.run(
            [
                *(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
                *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
                *(f"--user-data-dir={home / 'profile'}", f"--proxy-server=http://127.0.0.1:{proxy.port}"),
                *("--proxy-bypass-list=<-loopback>", "--timeout=20000", "--dump-dom"),
                f"https://{host}:{internet.port}/",
            ],
            capture_output=True,
            text=True,
            timeout=90,
            env={**os.environ, "HOME": str(home)},
        )
        return done.stdout

    return run


def _headers(page: str) -> list[list[str]]:
    found = re.search(r"\{.*\}", html.unescape(page))
    assert found, page[:2000]
    headers: list[list[str]] = json.loads(found[0])["headers"]
    return headers


def test_chromium_sends_the_header_to_the_four(proxy: Any, browse: Browse, signer: Any) -> None:
    """Pages of the four hosts open under the proxy's authority and arrive with the compiled value once."""
    for host in HOSTS:
        headers = _headers(browse(proxy, host, signer))
        assert [v for k, v in headers if k == "sec-restrict-tenant-access-policy"] == [VALUE], host


def test_chromium_sees_bystanders_own_certificate(proxy: Any, browse: Browse, origin: Any) -> None:
    """A look-alike and an excluded host open under their own authority, without any of the headers."""
    for host in (
        "login.microsoftonline.com.evil.example",
        "device.login.microsoftonline.com",
        "bank.example",
    ):
        headers = _headers(browse(proxy, host, origin))
        assert not [k for k, _ in headers if "restrict" in k], host


def test_chromium_refuses_a_bystander_under_the_proxys_authority(
    proxy: Any, browse: Browse, signer: Any
) -> None:
    """A browser that trusts the proxy's authority only cannot open a bystander: nothing was decrypted for it."""
    assert '"headers"' not in html.unescape(browse(proxy, "xlogin.live.com", signer))
