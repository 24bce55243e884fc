import threading
import unittest
from collections.abc import Mapping

import rig
from build_agent.board import Board
from build_agent.facts import Facts
from build_agent.registration import Patience, Registration, entry_of
from build_agent.settings import read_settings

FACTS = Facts("haskell-build", "192.168.1.5", "9.8.4")
QUICK = Patience(answer=rig.PATIENCE, goodbye=rig.PATIENCE, step=0)


class Entry(unittest.TestCase):
    def test_the_fields(self) -> None:
        self.assertEqual(
            entry_of(read_settings({"SSH_RELAY_HOST": "r", "REMOTE_PORT": "12223"}), FACTS),
            {
                "domain": "railiance",
                "capability_type": "haskell-build-agent",
                "title": "Haskell Build Agent — haskell-build",
                "description": "GHC 9.8.4, host haskell-build, LAN address 192.168.1.5, tunnel port 12223",
                "keywords": ["haskell", "ghc", "ghc-9.8.4", "build-agent", "cabal", "host:haskell-build", "tunnel-port:12223"],
            },
        )

    def test_nothing_is_announced_that_is_not_there(self) -> None:
        entry = entry_of(read_settings({}), Facts("vm", None, None))
        self.assertEqual(entry["keywords"], ["haskell", "ghc", "build-agent", "cabal", "host:vm"])
        self.assertEqual(entry["description"], "GHC not found, host vm, LAN address not known, no tunnel")

    def test_pauses_between_tries(self) -> None:
        self.assertEqual([Patience().pause(failed) for failed in range(1, 9)], [10, 20, 30, 40, 50, 60, 60, 60])
        self.assertEqual((Patience().answer, Patience().tries), (15, 20))


class Registering(unittest.TestCase):
    def setUp(self) -> None:
        self.states: list[tuple[str, Mapping[str, object]]] = []
        self.log: list[str] = []
        self.board = Board(lambda states: None, self.log.append)
        context = rig.hub()
        self.hub = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.entry = entry_of(self.settings(), FACTS)

    def settings(self, **more: str):
        return read_settings({"STATE_HUB_URL": f"http://127.0.0.1:{self.hub.port}", **more})

    def register(self, patience: Patience = QUICK) -> Registration:
        registration = Registration(self.settings(), lambda: FACTS, self.board, patience)
        registration.run()
        return registration

    def state(self) -> dict[str, object]:
        return dict(self.board.state("hub"))

    def test_once(self) -> None:
        self.register()
        self.assertEqual(self.hub.asked, [("GET", "/capability-catalog/?capability_type=haskell-build-agent", None), ("POST", "/capability-catalog/", self.entry)])
        self.assertEqual(self.state(), {"is": "registered", "id": "7", "tries": 1})

    def test_it_tries_again_until_the_hub_is_right(self) -> None:
        self.hub.answers = [(503, b""), (200, b"oops"), (200, {}), (201, {"id": "abc"})]
        self.register()
        self.assertEqual(self.state(), {"is": "registered", "id": "abc", "tries": 4})
        self.assertEqual([line.split(": ", 2)[2] for line in self.log[:3]], ["answered 503; again in 0 s", "answered what is no JSON; again in 0 s", "answered without an id; again in 0 s"])

    def test_after_twenty_tries_it_goes_on_without(self) -> None:
        self.hub.answers = [(500, b"")]
        self.register()
        self.assertEqual(len(self.hub.posted()), 20)
        self.assertEqual(self.state(), {"is": "given-up", "why": "answered 500", "tries": 20})

    def test_ids_that_are_none(self) -> None:
        self.hub.answers = [(200, {"id": wrong}) for wrong in (None, True, [], {}, "", "a\nb", "x" * 201, 1.5)] + [(200, []), (200, "id"), (200, {"id": 0})]
        self.register()
        self.assertEqual(self.state(), {"is": "registered", "id": "0", "tries": 11})

    def test_an_entry_that_is_there_is_not_made_twice(self) -> None:
        self.hub.listing = (200, ["odd", {"id": 3, **self.entry, "keywords": ["host:other"]}, {**self.entry}, {"id": 4, "more": 1, **self.entry}])
        self.register()
        self.assertEqual((self.hub.posted(), self.state()["id"]), ([], "4"))

    def test_a_hub_that_cannot_list_is_told_all_the_same(self) -> None:
        for listing in ((404, b""), (200, b"<html>"), (200, {"items": 1}), (200, [[], 1, None])):
            self.hub.listing = listing
            self.register()
        self.assertEqual(len(self.hub.posted()), 4)

    def test_a_slow_hub_costs_one_wait_a_try(self) -> None:
        self.hub.listing = self.hub.never
        self.register(Patience(answer=0.3, step=0, tries=2))
        self.assertEqual((self.hub.posted(), len(self.hub.asked), self.state()["why"]), ([], 2, "no answer within 0.3 s"))

    def test_it_waits_for_the_tunnel(self) -> None:
        registration = Registration(self.settings(SSH_RELAY_HOST="r"), lambda: FACTS, self.board, QUICK)
        thread = threading.Thread(target=registration.run)
        self.board.post("tunnel", "connecting", **{"is": "connecting"})
        thread.start()
        rig.until("it waits", lambda: self.state().get("is") == "waiting")
        self.assertEqual(self.hub.asked, [])
        self.board.post("tunnel", "up", **{"is": "up"})
        thread.join(rig.PATIENCE)
        self.assertEqual(self.state()["is"], "registered")

    def test_a_stop_ends_a_long_pause_and_a_wait_for_the_tunnel(self) -> None:
        self.hub.answers = [(500, b"")]
        for more in ({}, {"SSH_RELAY_HOST": "r"}):
            registration = Registration(self.settings(**more), lambda: FACTS, self.board, Patience(step=10_000, longest=10_000))
            thread = threading.Thread(target=registration.run)
            thread.start()
            rig.until("it waits", lambda: self.state().get("is") in ("trying", "waiting"))
            self.board.stop()
            thread.join(rig.PATIENCE)
            self.assertFalse(thread.is_alive())

    def test_it_takes_its_entry_out(self) -> None:
        self.hub.answers = [(201, {"id": "a/b?c"})]
        self.register().leave()
        self.assertEqual(self.hub.asked[-1], ("DELETE", "/capability-catalog/a%2Fb%3Fc", None))
        self.assertEqual(self.state(), {"is": "deregistered", "id": "a/b?c"})

    def test_an_entry_that_must_stay_is_noted(self) -> None:
        self.hub.on_delete = (405, b"")
        self.register().leave()
        self.assertEqual(self.state(), {"is": "left", "id": "7", "why": "answered 405"})

    def test_who_never_registered_has_nothing_to_take_out(self) -> None:
        self.hub.answers = [(500, b"")]
        self.register().leave()
        self.assertEqual([method for method, _, _ in self.hub.asked if method == "DELETE"], [])
