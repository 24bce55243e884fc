import socket
import unittest

import rig
from build_agent.hub import Trouble, ask
from build_agent.settings import Hub


def hub_at(port: int) -> Hub:
    return Hub("http", "127.0.0.1", port, "", "railiance")


class OneQuestion(unittest.TestCase):
    def trouble(self, port: int, seconds: float = rig.PATIENCE) -> Trouble:
        with self.assertRaises(Trouble) as caught:
            rig.in_time(lambda: ask(hub_at(port), "POST", "/x", {}, seconds=seconds))
        return caught.exception

    def test_the_answer_is_its_JSON_or_nothing(self) -> None:
        with rig.hub() as hub:
            self.assertEqual(ask(hub_at(hub.port), "POST", "/a/b?c", {"ä": 1}, seconds=rig.PATIENCE), {"id": 7})
            self.assertIsNone(ask(hub_at(hub.port), "DELETE", "/7", seconds=rig.PATIENCE))
            self.assertEqual(hub.asked, [("POST", "/a/b?c", {"ä": 1}), ("DELETE", "/7", None)])

    def test_nobody_there(self) -> None:
        trouble = self.trouble(rig.free_port())
        self.assertTrue(trouble.unreachable)
        self.assertEqual(str(trouble), "Connection refused")

    def test_a_hub_that_says_nothing_or_never_comes_to_an_end(self) -> None:
        with rig.hub() as hub:
            for manner in (hub.never, hub.drip):
                hub.answers = [manner]
                trouble = self.trouble(hub.port, seconds=0.5)
                self.assertTrue(trouble.unreachable)
                self.assertEqual(str(trouble), "no answer within 0.5 s")

    def test_a_body_that_never_comes_to_an_end(self) -> None:
        def endless(wire) -> None:
            wire.write(b"HTTP/1.1 200 OK\r\n\r\n[")
            while not hub.over.wait(0.05):
                wire.write(b"1,")
                wire.flush()

        with rig.hub() as hub:
            hub.answers = [endless]
            self.assertIn("within 0.5 s", str(self.trouble(hub.port, seconds=0.5)))

    def test_nobody_takes_the_connection(self) -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            self.assertIn("no answer within 0.5 s", str(self.trouble(deaf.getsockname()[1], seconds=0.5)))

    def test_wrong_answers(self) -> None:
        wrong = [
            ((500, {"id": 1}), "answered 500"),
            ((301, b""), "answered 301"),
            ((404, b"<html>"), "answered 404"),
            ((200, b"<html>"), "answered what is no JSON"),
            ((200, b"\xff\xfe"), "answered what is no JSON"),
            ((200, b"[" * 100_000), "answered what is no JSON"),
            ((200, b"1" * (1 << 20) + b"1"), "answered more than 1 MiB"),
            (lambda wire: wire.write(b"SSH-2.0-x\r\n\r\n"), "BadStatusLine"),
            (lambda wire: wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), "answered half of what it promised"),
            (lambda wire: None, "RemoteDisconnected"),
        ]
        with rig.hub() as hub:
            for answer, said in wrong:
                hub.answers = [answer]
                self.assertEqual(str(self.trouble(hub.port)), said)
            self.assertNotIn("/elsewhere", [path for _, path, _ in hub.asked])
