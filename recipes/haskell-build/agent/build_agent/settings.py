"""What the agent is told. All of it comes by the environment; all that is wrong is said at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

PORTS = range(12221, 12231)  # of the relay, one for each VM
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Hub:
    """Where the State Hub answers, seen from here."""

    scheme: str
    host: str
    port: int
    path: str
    domain: str

    @property
    def is_behind_tunnel(self) -> bool:
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Relay:
    """The other end of the tunnel, and what it forwards."""

    host: str
    port: int
    user: str
    key: str
    known_hosts: str
    remote_port: int
    """On the relay: leads to this machine's sshd."""
    sshd_port: int
    hub_port: int
    """Of the State Hub on the relay's own loopback."""


@dataclass(frozen=True)
class Settings:
    hub: Hub
    relay: Relay | None
    """None: no tunnel is wanted."""


class Faulty(Exception):
    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises Faulty, with a line for each variable that is wrong. An empty variable is one that is not set."""
    faults: list[str] = []

    def value(name: str, default: str, check: Callable[[str], T]) -> T | None:
        text = environ.get(name, "").strip() or default
        try:
            return check(text)
        except ValueError as fault:
            hint = "; a comment needs a line of its own" if " #" in text else ""
            faults.append(f"{name}={_shown(text)}: {fault}{hint}")
            return None

    hub = value("STATE_HUB_URL", "http://127.0.0.1:18000", _url)
    domain = value("STATE_HUB_DOMAIN", "railiance", _name)
    host = value("SSH_RELAY_HOST", "", lambda text: text and _host(text))
    user = value("SSH_RELAY_USER", "worsch", _name)
    port = value("SSH_RELAY_PORT", "22", _port)
    key = value("SSH_KEY_PATH", "/home/build/.ssh/id_build", _path)
    known_hosts = value("SSH_KNOWN_HOSTS", "/home/build/.ssh/known_hosts", _path)
    remote_port = value("REMOTE_PORT", "12222", _relay_port)
    sshd_port = value("SSHD_PORT", "22", _port)
    hub_port = value("STATE_HUB_RELAY_PORT", "8000", _port)
    if faults:
        raise Faulty(faults)
    relay = Relay(host, port, user, key, known_hosts, remote_port, sshd_port, hub_port) if host else None
    return Settings(Hub(*hub, domain), relay)


def _url(text: str) -> tuple[str, str, int, str]:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not _plain(text):
        raise ValueError("must be http://HOST:PORT or https://HOST:PORT")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user or a password")
    if parts.query or parts.fragment:
        raise ValueError("must not hold ? or #")
    port = parts.port if parts.port is not None else 443 if parts.scheme == "https" else 80
    if port == 0:
        raise ValueError("must not name port 0")
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


def _plain(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", text):
        raise ValueError("must be a host name or an address")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}", text):
        raise ValueError("must be a name of letters, digits, and . _ - behind the first")
    return text


def _path(text: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9_./@+-]+", text):
        raise ValueError("must be an absolute path of letters, digits and _ . / @ + -")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port, 1 to 65535")
    return int(text)


def _relay_port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) not in PORTS:
        raise ValueError(f"must be one of the ports for VMs, {PORTS.start} to {PORTS.stop - 1}")
    return int(text)


def _shown(text: str) -> str:
    """Short, printable, and without what may be a password in a URL."""
    shown = re.sub(r"//[^/]*@", "//...@", text)
    return ascii(shown if len(shown) <= 60 else f"{shown[:60]}...")
