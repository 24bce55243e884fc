"""Keeps one ssh connection to the relay, which carries both forwards; without autossh, which would only add a second opinion."""

import re
import subprocess
import threading
from collections.abc import Iterator

from build_agent.board import Board
from build_agent.settings import Hub, Relay

LONGEST_PAUSE = 60.0  # seconds between two attempts
GRACE = 5.0  # seconds that ssh has after TERM

UP = re.compile(r"debug1: remote forward success for: ")
"""ssh says this once the relay listens, and nothing but its debugging output says it. The local forward listens before."""
NOISE = re.compile(r"debug[123]: |Authenticated to |Transferred: |Bytes per second: |OpenSSH_|Warning: Permanently |@|\s*$")


def pauses() -> Iterator[float]:
    """Seconds before each further attempt."""
    pause = 1.0
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def command(relay: Relay, hub: Hub) -> list[str]:
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": relay.known_hosts,
        "UpdateHostKeys": "no",
        "ConnectTimeout": "15",
        "ServerAliveInterval": "30",
        "ServerAliveCountMax": "3",
        "ExitOnForwardFailure": "yes",
    }
    words = ["ssh", "-v", "-N", "-T", "-F", "none", "-i", relay.key, "-p", str(relay.port), "-l", relay.user]
    words += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    words += ["-R", f"{relay.remote_port}:localhost:{relay.sshd_port}"]
    if hub.is_behind_tunnel:
        words += ["-L", f"127.0.0.1:{hub.port}:localhost:{relay.hub_port}"]
    return [*words, "--", relay.host]


class Tunnel:
    """`run` is for a thread of its own; `end` may be called by any other, once the board says stop."""

    def __init__(self, relay: Relay, hub: Hub, board: Board, environment: dict[str, str]) -> None:
        self._relay = relay
        self._hub = hub
        self._board = board
        self._environment = environment
        self._ssh: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()

    def run(self) -> None:
        relay = self._relay
        to = f"{relay.user}@{relay.host}:{relay.port}"
        waits = pauses()
        while not self._board.is_stopping:
            self._post("connecting", f"connecting to {to}")
            was_up, why = self._once(to)
            if self._board.is_stopping:
                return
            if was_up:
                waits = pauses()
            pause = next(waits)
            self._post("down", f"down: {why}; again in {pause:g} s", why=why)
            self._board.wait(seconds=pause)

    def end(self) -> None:
        with self._starting:
            ssh = self._ssh
        if ssh is not None and ssh.poll() is None:
            ssh.terminate()
            try:
                ssh.wait(GRACE)
            except subprocess.TimeoutExpired:
                ssh.kill()
                ssh.wait()
        self._post("ended", "ended")

    def _once(self, to: str) -> tuple[bool, str]:
        """Whether it was up, and why it no longer is."""
        with self._starting:
            if self._board.is_stopping:
                return False, ""
            try:
                self._ssh = subprocess.Popen(
                    command(self._relay, self._hub),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    errors="replace",
                    env=self._environment,
                )
            except OSError as fault:
                return False, f"ssh cannot be started: {fault.strerror}"
        said: list[str] = []
        was_up = False
        with self._ssh as ssh:
            for line in ssh.stderr:
                if UP.match(line):
                    was_up = True
                    self._post("up", f"up: port {self._relay.remote_port} of {to} leads here")
                elif not NOISE.match(line):
                    said = [*said, _printable(line)][-3:]
        return was_up, "; ".join(said) or f"ssh ended with {ssh.returncode}"

    def _post(self, state: str, text: str, **more: object) -> None:
        relay = self._relay
        self._board.post("tunnel", text, **{"is": state, "relay": relay.host, "port": relay.remote_port, **more})


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in line.strip())[:200]
