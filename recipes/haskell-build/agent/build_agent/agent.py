"""Puts the parts together: the tunnel first, the registration through it, and both back in the other order."""

import os
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from build_agent import facts, status
from build_agent.board import Board
from build_agent.registration import Patience, Registration
from build_agent.settings import Settings
from build_agent.tunnel import Tunnel

FAULT = 70
LAST_WORDS = 2.0  # seconds that a registration under way has to come to its end


def run(settings: Settings, status_file: Path, patience: Patience = Patience()) -> int:
    """Until TERM or INT. Nothing that the hub or the relay do ends it."""

    def publish(states: Mapping[str, Mapping[str, object]]) -> None:
        status.write(status_file, states)
        notify("STATUS=" + ", ".join(f"{part} {state['is']}" for part, state in states.items()))

    board = Board(publish, log)
    for sort in (signal.SIGTERM, signal.SIGINT):
        # A handler must not take the board's lock: the thread that it interrupts may hold it.
        signal.signal(sort, lambda *_: threading.Thread(target=board.stop).start())
    environment = surroundings(os.environ)
    registration = Registration(settings, lambda: facts.look(environment), board, patience)
    tunnel = Tunnel(settings.relay, settings.hub, board, environment) if settings.relay else None
    if tunnel is None:
        board.post("tunnel", "off: SSH_RELAY_HOST is not set", **{"is": "off"})
    else:
        _begin(tunnel.run, board)
    registering = _begin(registration.run, board)
    notify("READY=1")
    board.wait()
    notify("STOPPING=1")
    registering.join(LAST_WORDS)
    registration.leave()
    if tunnel is not None:
        tunnel.end()
    return FAULT if board.is_faulty else 0


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """Of the programs that are started: nothing of what the agent was told."""
    home = environ.get("HOME", "/home/build")
    path = environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    return {"HOME": home, "PATH": f"{home}/.ghcup/bin:{path}", "LC_ALL": "C.UTF-8"}


def log(text: str) -> None:
    """To the system's journal, which adds the time."""
    print(text, flush=True)


def notify(text: str) -> None:
    """Tells systemd, if it started us and wants to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        try:
            bell.sendto(text.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            pass  # nobody listens any more


def _begin(work: Callable[[], None], board: Board) -> threading.Thread:
    def watched() -> None:
        try:
            work()
        except BaseException:  # a bug: the process ends, and systemd starts it again
            traceback.print_exc()
            board.stop(fault=True)

    thread = threading.Thread(target=watched, daemon=True)
    thread.start()
    return thread
