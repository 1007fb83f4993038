"""verify proves what the real proxies do, and finds it out when they do something else."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crosswarden.cli.main import cli
from crosswarden.restrictions.verify import Result as Came
from crosswarden.restrictions.verify import quic_open

TENANT = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
POLICY = "0d2bd3a6-7a4f-4bd8-8a3e-1f3f3c2a9b11"
OTHER = "b5a3d3f1-2c6c-4a2b-8a51-0c8f3a1f2e77"


def _verify(proxy: Any, internet: Any, origin: Any, signer: Any, policy: str = POLICY) -> Result:
    arguments = [
        *("restrict", "verify", "--tenant", TENANT, "--policy", policy, "--proxy", f"127.0.0.1:{proxy.port}"),
        *("--proxy-ca", str(signer.pem), "--server-ca", str(origin.pem), "--port", str(internet.port)),
        *("--bystander", "bank.example", "--bystander", "xlogin.live.com", "--no-udp", "--format", "json"),
    ]
    return CliRunner().invoke(cli, arguments, standalone_mode=False)


def test_everything_right_is_proven(proxy: Any, internet: Any, origin: Any, signer: Any) -> None:
    """Four hosts decrypted with the header and a forged one replaced; excluded hosts and bystanders left alone."""
    done = _verify(proxy, internet, origin, signer)
    assert done.return_value == 0, done.output
    document = json.loads(done.stdout)
    assert {proof["result"] for proof in document["proofs"]} == {"right"}
    assert len(document["proofs"]) == 4 * 3 + 2 * 2 + 2 * 2
    assert {"data plane", "other clouds"} <= document["not_covered"].keys()


def test_another_policy_is_found_out(proxy: Any, internet: Any, origin: Any, signer: Any) -> None:
    """A proxy that sends another policy's GUID is wrong on all four hosts, and the exit code says so."""
    done = _verify(proxy, internet, origin, signer, OTHER)
    assert done.return_value == 1
    wrong = [proof for proof in json.loads(done.stdout)["proofs"] if proof["result"] == "wrong"]
    assert len(wrong) == 8


def test_no_proxy_is_unreachable_not_right(internet: Any, origin: Any, signer: Any, free: int) -> None:
    """Without a proxy nothing is proven and the exit code is 3."""

    class Absent:
        port = free

    done = _verify(Absent, internet, origin, signer)
    assert done.return_value == 3
    assert {proof["result"] for proof in json.loads(done.stdout)["proofs"]} == {"unreachable"}


def test_quic_is_found_open_only_when_it_answers(free: int) -> None:
    """A UDP service that answers is open; a port that nobody serves is closed."""
    assert quic_open("127.0.0.1", free, 1.0).result is Came.RIGHT
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)

        def answer() -> None:
            data, peer = server.recvfrom(2048)
            server.sendto(data[:20], peer)

        thread = threading.Thread(target=answer)
        thread.start()
        assert quic_open("127.0.0.1", server.getsockname()[1], 5.0).result is Came.WRONG
        thread.join()


def test_run_takes_a_new_policy_over(
    tmp_path: Path, internet: Any, origin: Any, signer: Any, curl: Any, free: int, origin_hook: str, tool: Any
) -> None:
    """restrict run starts mitmdump; after the settings file changes, the running proxy sends the new value."""
    tool("mitmdump")
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"tenant": TENANT, "policy": POLICY}))
    (tmp_path / "mitmproxy-ca.pem").write_bytes(signer.both.read_bytes())
    (tmp_path / "hook.py").write_text(origin_hook)
    command = [
        *(sys.executable, "-m", "crosswarden", "restrict", "run", "--settings", str(settings)),
        *("--listen", f"127.0.0.1:{free}", "-o", str(tmp_path / "out"), "--"),
        *("-q", "--set", f"confdir={tmp_path}", "--set", f"ssl_verify_upstream_trusted_ca={origin.pem}"),
        *("-s", str(tmp_path / "hook.py")),
    ]
    source = str(Path(__file__).resolve().parents[2] / "src")
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": source}, start_new_session=True)

    class Running:
        port = free

    def value() -> list[str]:
        answer = curl(Running, "login.live.com", signer)
        found: list[str] = (
            answer.bodies[0].values("sec-restrict-tenant-access-policy") if answer.bodies else []
        )
        return found

    def soon(wanted: str) -> bool:
        for _ in range(60):
            if value() == [wanted]:
                return True
            time.sleep(0.5)
        return False

    try:
        assert soon(f"{TENANT}:{POLICY}")
        settings.write_text("{ broken")
        time.sleep(2.5)
        assert value() == [f"{TENANT}:{POLICY}"]
        settings.write_text(json.dumps({"tenant": TENANT, "policy": OTHER}))
        assert soon(f"{TENANT}:{OTHER}")
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
