import unittest

import rig
from build_agent.settings import PORTS


class Tunnel(unittest.TestCase):
    """The agent as a process, with a real sshd as relay and a real hub behind it."""

    def setUp(self) -> None:
        self.at = self.enterContext(rig.folder())
        self.port = rig.free_port(PORTS)
        self.hub_here = rig.free_port()

    def agent(self, relay: rig.Relay, hub: rig.Hub, **more: object) -> rig.Agent:
        told = {
            "SSH_RELAY_HOST": "127.0.0.1",
            "SSH_RELAY_PORT": relay.port,
            "SSH_RELAY_USER": relay.user,
            "SSH_KEY_PATH": relay.key,
            "SSH_KNOWN_HOSTS": relay.known_hosts,
            "REMOTE_PORT": self.port,
            "SSHD_PORT": relay.port,
            "STATE_HUB_URL": f"http://127.0.0.1:{self.hub_here}",
            "STATE_HUB_RELAY_PORT": hub.port,
        }
        return self.enterContext(rig.agent(self.at, **told, **more))

    def is_up(self) -> bool:
        return rig.greeting(self.port) == b"SSH-2.0"

    def test_up_first_then_registered_through_it_and_all_of_it_ends_on_TERM(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub, LEFT_OVER_SECRET="geheim")
            self.assertEqual(agent.status(), (3, {"running": False, "well": False}))
            agent.start()
            agent.says("registered as 7")
            self.assertTrue(self.is_up())
            self.assertEqual(len(hub.posted()), 1)
            told = agent.log()
            self.assertLess(told.index("tunnel: up"), told.index("hub: registered"))
            code, status = agent.status()
            self.assertEqual((code, status["tunnel"]), (0, {"is": "up", "relay": "127.0.0.1", "port": self.port}))
            self.assertEqual(status["hub"]["id"], "7")
            (ssh,) = rig.children(agent.process.pid)
            with open(f"/proc/{ssh}/environ", "rb") as environ:
                self.assertNotIn(b"geheim", environ.read())
            self.assertNotIn("geheim", agent.log() + agent.status_file())
            self.assertEqual(agent.stop(), 0)
            self.assertEqual(hub.asked[-1][0], "DELETE")
            rig.until("nobody listens any more", lambda: rig.is_free(self.port) and rig.is_free(self.hub_here))
            code, status = agent.status()
            self.assertEqual((code, status["running"], status["tunnel"]["is"], status["hub"]["is"]), (3, False, "ended", "deregistered"))

    def test_it_comes_back_when_the_connection_or_the_relay_dies_and_registers_once(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub)
            agent.start()
            agent.says("registered as 7")
            relay.cut()
            agent.says("tunnel: down")
            rig.until("it is up again", self.is_up)
            relay.stop()
            agent.says("Connection refused; again in")
            self.assertEqual(agent.status()[0], 1)
            relay.start()
            rig.until("it is up again", lambda: self.is_up() and agent.status()[0] == 0)
            self.assertEqual(len(hub.posted()), 1)

    def test_a_relay_that_comes_later(self) -> None:
        with rig.relay(self.at, running=False) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub)
            agent.start()
            agent.says("Connection refused; again in 2 s")
            self.assertEqual((agent.status()[1]["hub"]["is"], hub.asked), ("waiting", []))
            relay.start()
            agent.says("registered as 7")

    def test_a_relay_whose_key_is_not_known_is_refused_until_it_is(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            relay.known_hosts.write_text("")
            agent = self.agent(relay, hub)
            agent.start()
            agent.says("Host key verification failed.; again in")
            self.assertEqual(relay.known_hosts.read_text(), "")
            self.assertEqual(agent.status()[0], 1)
            relay.known_hosts.write_text(relay.known)
            agent.says("registered as 7")

    def test_a_port_that_is_taken_over_there(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub)
            with rig.taken(self.port):
                agent.start()
                agent.says(f"remote port forwarding failed for listen port {self.port}; again in")
                self.assertNotIn("tunnel: up", agent.log())
            agent.says("registered as 7")

    def test_a_port_that_is_taken_here(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub)
            with rig.taken(self.hub_here):
                agent.start()
                agent.says("Could not request local forwarding.; again in")
            agent.says("registered as 7")

    def test_TERM_while_the_hub_says_nothing_ends_all_the_same(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            hub.listing = hub.never
            agent = self.agent(relay, hub)
            agent.start()
            rig.until("the hub is asked", lambda: hub.asked)
            ssh = rig.children(agent.process.pid)
            self.assertEqual(agent.stop(), 0)
            self.assertEqual([pid for pid in ssh if rig.lives(pid)], [])
            self.assertEqual(agent.status()[1]["tunnel"]["is"], "ended")

    def test_TERM_while_ssh_hears_nothing(self) -> None:
        with rig.relay(self.at) as relay, rig.hub() as hub:
            agent = self.agent(relay, hub)
            agent.start()
            agent.says("registered as 7")
            (ssh,) = rig.children(agent.process.pid)
            rig.freeze(ssh)
            self.assertEqual(agent.stop(), 0)
            self.assertFalse(rig.lives(ssh))
            self.assertIn("the entry 7 stays: no answer", agent.log())


if __name__ == "__main__":
    unittest.main()
