"""Asks a program's gRPC server by grpc.health.v1, as an orchestrator does."""

import pathlib
import subprocess

_CHECK = "/grpc.health.v1.Health/Check"
_ANSWERS = {b"\x08\x01": True, b"\x08\x02": False}


def _frame(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


def _check(url, service, flags):
    request = bytes([10, len(service)]) + service.encode() if service else b""
    command = ["curl", "-sS", "--max-time", "10", "-H", "content-type: application/grpc", "-H", "te: trailers"]
    done = subprocess.run(
        [*command, "--data-binary", "@-", *map(str, flags), url + _CHECK], input=_frame(request), capture_output=True
    )
    if done.returncode != 0 or done.stdout[5:] not in _ANSWERS:
        raise AssertionError(f"no answer of a health checker: {done.stdout!r} {done.stderr!r}")
    return _ANSWERS[done.stdout[5:]]


def serving(data, service=""):
    """Whether what the data folder's socket answers for says that it serves."""
    socket = pathlib.Path(data, "run/address").read_text().strip().removeprefix("unix:")
    return _check("http://localhost", service, ["--http2-prior-knowledge", "--unix-socket", socket])


def serving_at(port, certificate, service=""):
    """The same over mutual TLS; names of hosts do not count."""
    return _check(f"https://127.0.0.1:{port}", service, ["--http2", "--insecure", "--cert", certificate])
