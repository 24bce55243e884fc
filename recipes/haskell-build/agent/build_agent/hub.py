"""One question to the State Hub, with an end: whatever it does, an answer or a Trouble comes within the time."""

import contextlib
import http.client
import json
import socket
import threading

from build_agent.settings import Hub

LONGEST = 1 << 20  # bytes of an answer


class Trouble(Exception):
    """Says what was wrong with the answer; `unreachable`: there was none."""

    def __init__(self, what: str, *, unreachable: bool = False) -> None:
        super().__init__(what)
        self.unreachable = unreachable


def ask(hub: Hub, method: str, path: str, body: object = None, *, seconds: float) -> object:
    """The JSON of a 2xx answer, None where it has no body. Redirects are not followed."""
    late = Trouble(f"no answer within {seconds:g} s", unreachable=True)
    over = threading.Event()
    wires: list[socket.socket] = []  # the connection forgets its own once an answer without a length begins
    sort = http.client.HTTPSConnection if hub.scheme == "https" else http.client.HTTPConnection
    connection = sort(hub.host, hub.port, timeout=seconds)

    def cut() -> None:
        over.set()
        for wire in wires:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)  # who reads one byte every few seconds never runs into a timeout

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Connection": "close"}
        if payload is not None:
            headers["Content-Type"] = "application/json"
        connection.connect()
        wires.append(connection.sock)
        if over.is_set():
            raise TimeoutError
        connection.request(method, hub.path + path, payload, headers)
        answer = connection.getresponse()
        status, text = answer.status, answer.read(LONGEST + 1)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        if over.is_set() or isinstance(fault, TimeoutError):
            raise late from None
        what = fault.strerror if isinstance(fault, OSError) and fault.strerror else type(fault).__name__
        raise Trouble(what, unreachable=isinstance(fault, OSError)) from None
    finally:
        timer.cancel()
        connection.close()
    if over.is_set():
        raise late
    if not 200 <= status <= 299:
        raise Trouble(f"answered {status}")
    if len(text) > LONGEST:
        raise Trouble("answered more than 1 MiB")
    if answer.length:
        raise Trouble("answered half of what it promised")
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        raise Trouble("answered what is no JSON") from None
