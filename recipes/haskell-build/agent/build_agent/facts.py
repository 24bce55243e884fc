"""What is told about this machine."""

import re
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    hostname: str
    address: str | None
    """In the local network."""
    ghc: str | None
    """Version of the compiler that is the default."""


def look(environment: Mapping[str, str]) -> Facts:
    return Facts(socket.gethostname(), _address(), _ghc(environment))


def _address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: the system only chooses the way out
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _ghc(environment: Mapping[str, str]) -> str | None:
    try:
        told = subprocess.run(
            ["ghc", "--numeric-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            text=True,
            errors="replace",
            timeout=30,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told if re.fullmatch(r"[0-9]+(\.[0-9]+)+", told) else None
