"""Real things under control: an sshd as relay, an HTTP server as State Hub, the agent as a process."""

import contextlib
import functools
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipapp
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn, TypeVar

T = TypeVar("T")
SOURCE = Path(__file__).resolve().parents[3] / "recipes/haskell-build/agent"
sys.path.insert(0, str(SOURCE))

PATIENCE = 45.0  # seconds: a judgement of wrong, not of slow


def until(what: str, holds: Callable[[], object], said: Callable[[], str] = str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE:g} s: {what}\n{said()}")
        time.sleep(0.02)


def in_time(work: Callable[[], T]) -> T:
    """What it gives or raises; a failure if it takes for ever, which it then does behind our back."""
    ended: list[Callable[[], T]] = []

    def run() -> None:
        try:
            given = work()
            ended.append(lambda: given)
        except BaseException as fault:
            ended.append(functools.partial(_throw, fault))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not ended:
        raise AssertionError(f"not within {PATIENCE:g} s")
    return ended[0]()


def _throw(fault: BaseException) -> NoReturn:
    raise fault


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="sbx-agent-")).resolve()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(among: range = range(10_000, 32_000)) -> int:
    return next(port for port in random.sample(among, len(among)) if is_free(port))


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    """On both loopbacks, as another tunnel has it."""
    with socket.create_server(("127.0.0.1", port)), socket.create_server(("::1", port), family=socket.AF_INET6):
        yield


def greeting(port: int) -> bytes:
    """The first bytes of whoever answers, b'' of nobody."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as call:
            return call.recv(7)
    except OSError:
        return b""


class Relay:
    """An sshd with one host key and one key of a client. It is also the sshd that the tunnel leads back to."""

    def __init__(self, at: Path) -> None:
        self.port = free_port()
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.key = at / "id_build"
        self.known_hosts = at / "known_hosts"
        self._config = at / "sshd_config"
        self._log = at / "sshd.log"
        self._server: subprocess.Popen[bytes] | None = None
        host_key = at / "host_key"
        for name in (self.key, host_key):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", name], check=True)
        shutil.copy(at / "id_build.pub", at / "authorized_keys")
        self.known = f"[127.0.0.1]:{self.port} {(at / 'host_key.pub').read_text()}"
        self.known_hosts.write_text(self.known)
        lines = [
            "ListenAddress 127.0.0.1",
            f"Port {self.port}",
            f"HostKey {host_key}",
            f"AuthorizedKeysFile {at / 'authorized_keys'}",
            f"PidFile {at / 'pid'}",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "UseDNS no",
        ]
        self._config.write_text("\n".join([*lines, ""]))

    def start(self) -> None:
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        with open(self._log, "ab") as log:
            self._server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self._config], stdin=subprocess.DEVNULL, stderr=log)
        until("sshd answers", lambda: greeting(self.port) == b"SSH-2.0", self._log.read_text)

    def cut(self) -> None:
        """Ends the connections, not the server."""
        for pid in children(self._server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        if self._server is None:
            return
        connections = children(self._server.pid)
        self._server.kill()
        self._server.wait()
        for pid in connections:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server = None


@contextlib.contextmanager
def relay(at: Path, *, running: bool = True) -> Iterator[Relay]:
    made = Relay(at)
    if running:
        made.start()
    try:
        yield made
    finally:
        made.stop()


def children(pid: int) -> list[int]:
    """All below, the nearest first."""
    found = [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return [*found, *(below for child in found for below in children(child))]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def freeze(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


class Hub:
    """`answers` are given in turn, the last one for ever: a status and a value, text or bytes, or what is done with the connection instead."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, object]] = []
        self.answers: list[object] = [(201, {"id": 7})]
        self.listing: object = (200, [])
        self.on_delete: object = (204, b"")
        self.over = threading.Event()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                hub.asked.append((self.command, self.path, body))
                if self.command == "POST":
                    answer = hub.answers[0] if len(hub.answers) == 1 else hub.answers.pop(0)
                else:
                    answer = hub.listing if self.command == "GET" else hub.on_delete
                if callable(answer):
                    self.close_connection = True
                    with contextlib.suppress(OSError):
                        answer(self.wfile)
                    return
                status, value = answer
                text = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = _do

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def never(self, _: object) -> None:
        """Says nothing."""
        self.over.wait()

    def drip(self, wire) -> None:
        """Always a bit more of a header, and never the end."""
        wire.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.over.wait(0.05):
            wire.write(b"x")
            wire.flush()

    def posted(self) -> list[object]:
        return [body for method, _, body in self.asked if method == "POST"]

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def hub() -> Iterator[Hub]:
    made = Hub()
    try:
        yield made
    finally:
        made.stop()


class Agent:
    """The agent as it is installed: one file."""

    def __init__(self, at: Path, environment: dict[str, str]) -> None:
        self._program = at / "build-agent"
        zipapp.create_archive(SOURCE, self._program, filter=lambda path: "__pycache__" not in path.parts)
        self._run = at / "run"
        self._out = at / "agent.log"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(at), "RUNTIME_DIRECTORY": str(self._run), **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-I", "-W", "error", str(self._program), *words]

    def start(self) -> None:
        with open(self._out, "ab") as out:
            self.process = subprocess.Popen(self.words(), env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def log(self) -> str:
        return self._out.read_text()

    def says(self, text: str) -> None:
        until(f"the agent says {text!r}", lambda: text in self.log(), self.log)

    def status(self) -> tuple[int, dict[str, object]]:
        ended = subprocess.run(self.words("status", "--json"), env=self.environment, stdout=subprocess.PIPE, check=False)
        return ended.returncode, json.loads(ended.stdout)

    def status_file(self) -> str:
        return (self._run / "status.json").read_text()

    def stop(self, sort: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sort)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def agent(at: Path, **environment: object) -> Iterator[Agent]:
    made = Agent(at, {name: str(value) for name, value in environment.items()})
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            for pid in [*children(made.process.pid), made.process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            made.process.wait()
