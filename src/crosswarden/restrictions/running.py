"""Runs mitmdump with the compiled policy, and compiles again when the policy or the endpoint list changes.

mitmproxy itself loads a script again when its file changes, so replacing the addon is enough.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswarden.errors import InputError, UsageError
from crosswarden.restrictions.compile import Site, write
from crosswarden.restrictions.policy import Restriction

__all__ = ["Watched", "mitmdump_command", "run", "settings_from"]

_MINUTE = 60.0


@dataclass
class Watched:
    """Files that are compiled again whenever one of them changes; the last good policy stays on errors.

    ``settings`` is the policy; ``others`` (the endpoint list) only matter by changing. ``refresh`` is called once a
    minute: it keeps its own pace.
    """

    settings: Path
    output: Path
    site: Callable[[], Site]
    others: tuple[Path, ...] = ()
    refresh: Callable[[], None] | None = None
    clock: Callable[[], float] = time.monotonic
    _stamps: tuple[tuple[int, int], ...] | None = None
    _refreshed: float | None = None

    def step(self) -> str:
        """Compiles if a file changed since the last call; says what happened ('' for nothing)."""
        try:
            self._refresh()
            stamps = tuple((found.st_mtime_ns, found.st_size) for found in map(Path.stat, self._present()))
            if stamps == self._stamps:
                return ""
            self._stamps = stamps
            write(settings_from(self.settings), self.output, self.site())
        except (OSError, UsageError, InputError) as error:
            return f"kept the last policy: {error}"
        return f"compiled {self.settings}"

    def _present(self) -> list[Path]:
        return [self.settings, *(path for path in self.others if path.exists())]

    def _refresh(self) -> None:
        now = self.clock()
        if self.refresh and (self._refreshed is None or now - self._refreshed >= _MINUTE):
            self._refreshed = now
            self.refresh()


def settings_from(path: Path) -> Restriction:
    """The restriction in a JSON file with tenant, policy, v1_tenants, v1_context, restrict_msa."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError("restrict-settings", f"{path}: {error}") from None
    if not isinstance(document, Mapping):
        raise InputError("restrict-settings", f"{path} is no JSON object")
    unknown = document.keys() - {"tenant", "policy", "v1_tenants", "v1_context", "restrict_msa"}
    if unknown:
        raise UsageError("restrict-settings", f"{path}: unknown setting {sorted(unknown)[0]!r}")
    tenants = document.get("v1_tenants") or ()
    return Restriction.checked(
        tenant=str(document.get("tenant") or ""),
        policy=str(document.get("policy") or ""),
        v1_tenants=tuple(str(name) for name in (tenants.split(",") if isinstance(tenants, str) else tenants)),
        v1_context=str(document.get("v1_context") or ""),
        restrict_msa=document.get("restrict_msa") is True,
    )


def mitmdump_command(addon: Path, listen: str, more: tuple[str, ...] = ()) -> list[str]:
    """The command that starts mitmdump; raises UsageError when it is not on this machine."""
    program = shutil.which("mitmdump")
    if program is None:
        raise UsageError(
            "restrict-mitmdump", "mitmdump is not on this machine", remedy="install mitmproxy 8 to 12"
        )
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise UsageError("restrict-listen", f"--listen {listen!r} is not HOST:PORT")
    return [program, "--listen-host", host or "127.0.0.1", "--listen-port", port, "-s", str(addon), *more]


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run(
    command: list[str], watched: Watched | None, say: Callable[[str], None], interval: float = 1.0
) -> int:
    """Runs COMMAND until it ends or is interrupted, looking at the settings file every INTERVAL seconds.

    SIGINT and SIGTERM both end it and the proxy with it, also where a shell in the background ignores SIGINT.
    """
    earlier = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    process = subprocess.Popen(command)
    try:
        while process.poll() is None:
            if watched and (said := watched.step()):
                say(said)
            time.sleep(interval)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode if process.returncode > 0 else 0
