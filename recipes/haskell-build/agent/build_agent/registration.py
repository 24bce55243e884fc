"""The entry of this VM in the State Hub's catalogue of capabilities. The hub may be down, slow or wrong: nothing waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from build_agent.board import Board
from build_agent.facts import Facts
from build_agent.hub import Trouble, ask
from build_agent.settings import Settings

CATALOGUE = "/capability-catalog/"
TYPE = "haskell-build-agent"


@dataclass(frozen=True)
class Patience:
    """Seconds."""

    answer: float = 15.0
    goodbye: float = 5.0
    tries: int = 20
    step: float = 10.0
    longest: float = 60.0

    def pause(self, failed: int) -> float:
        """After so many tries that failed: 10, 20, .. 60, 60."""
        return min(self.step * failed, self.longest)


def entry_of(settings: Settings, facts: Facts) -> dict[str, object]:
    port = settings.relay.remote_port if settings.relay else None
    parts = [
        f"GHC {facts.ghc}" if facts.ghc else "GHC not found",
        f"host {facts.hostname}",
        f"LAN address {facts.address}" if facts.address else "LAN address not known",
        f"tunnel port {port}" if port else "no tunnel",
    ]
    keywords = ["haskell", "ghc", *([f"ghc-{facts.ghc}"] if facts.ghc else []), "build-agent", "cabal"]
    keywords += [f"host:{facts.hostname}", *([f"tunnel-port:{port}"] if port else [])]
    return {
        "domain": settings.hub.domain,
        "capability_type": TYPE,
        "title": f"Haskell Build Agent — {facts.hostname}",
        "description": ", ".join(parts),
        "keywords": keywords,
    }


class Registration:
    """`run` is for a thread of its own; `leave` is called when that has ended, or is given up."""

    def __init__(self, settings: Settings, look: Callable[[], Facts], board: Board, patience: Patience) -> None:
        self._settings = settings
        self._look = look
        self._board = board
        self._patience = patience
        self._id: str | None = None

    def run(self) -> None:
        tries = self._patience.tries
        for attempt in range(1, tries + 1):
            if not self._has_way():
                self._post("waiting", "waiting for the tunnel")
                self._board.wait(self._has_way)
            if self._board.is_stopping:
                return
            try:
                self._id = self._register(entry_of(self._settings, self._look()))
            except Trouble as trouble:
                why = str(trouble)
                if attempt == tries:
                    self._post("given-up", f"try {attempt} of {tries}: {why}; going on without", why=why, tries=attempt)
                    return
                pause = self._patience.pause(attempt)
                self._post("trying", f"try {attempt} of {tries}: {why}; again in {pause:g} s", why=why, tries=attempt)
                self._board.wait(seconds=pause)
            else:
                self._post("registered", f"registered as {self._id}", id=self._id, tries=attempt)
                return

    def leave(self) -> None:
        """Takes the entry out, if the hub lets us; else says that it stays."""
        if self._id is None:
            return
        if not self._has_way():
            self._post("left", f"the entry {self._id} stays: no tunnel to take it out by", id=self._id)
            return
        try:
            self._ask("DELETE", CATALOGUE + quote(self._id, safe=""), seconds=self._patience.goodbye)
        except Trouble as trouble:
            self._post("left", f"the entry {self._id} stays: {trouble}", id=self._id, why=str(trouble))
        else:
            self._post("deregistered", f"took out the entry {self._id}", id=self._id)

    def _has_way(self) -> bool:
        return self._settings.relay is None or self._board.state("tunnel").get("is") == "up"

    def _register(self, entry: dict[str, object]) -> str:
        return self._entry_there(entry) or _id_of(self._ask("POST", CATALOGUE, entry))

    def _entry_there(self, entry: dict[str, object]) -> str | None:
        """Of one that says the same as ours: left by an agent that could not take it out. A hub that cannot be asked for it is told again."""
        try:
            found = self._ask("GET", f"{CATALOGUE}?capability_type={TYPE}")
        except Trouble as trouble:
            if trouble.unreachable:
                raise
            return None
        for one in found if isinstance(found, list) else []:
            if isinstance(one, dict) and all(one.get(name) == value for name, value in entry.items()):
                try:
                    return _id_of(one)
                except Trouble:
                    continue
        return None

    def _ask(self, method: str, path: str, body: object = None, *, seconds: float | None = None) -> object:
        return ask(self._settings.hub, method, path, body, seconds=seconds or self._patience.answer)

    def _post(self, state: str, text: str, **more: object) -> None:
        self._board.post("hub", text, **{"is": state, **more})


def _id_of(answer: object) -> str:
    found = answer.get("id") if isinstance(answer, dict) else None
    if isinstance(found, bool) or not isinstance(found, (str, int)) or not 1 <= len(str(found)) <= 200 or not str(found).isprintable():
        raise Trouble("answered without an id")
    return str(found)
