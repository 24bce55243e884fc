import unittest

import rig  # noqa: F401  (finds the agent)
from build_agent.settings import Faulty, Hub, Relay, read_settings


def faults(**environment: str) -> list[str]:
    try:
        read_settings(environment)
    except Faulty as faulty:
        return faulty.lines
    return []


class Settings(unittest.TestCase):
    def test_what_is_not_set_is_as_documented(self) -> None:
        settings = read_settings({"SSH_RELAY_HOST": "desk.lan"})
        self.assertEqual(settings.hub, Hub("http", "127.0.0.1", 18000, "", "railiance"))
        self.assertTrue(settings.hub.is_behind_tunnel)
        keys = ("/home/build/.ssh/id_build", "/home/build/.ssh/known_hosts")
        self.assertEqual(settings.relay, Relay("desk.lan", 22, "worsch", *keys, 12222, 22, 8000))

    def test_no_relay_means_no_tunnel_and_empty_is_not_set(self) -> None:
        self.assertIsNone(read_settings({}).relay)
        self.assertIsNone(read_settings({"SSH_RELAY_HOST": " ", "REMOTE_PORT": ""}).relay)

    def test_a_hub_elsewhere_is_reached_directly(self) -> None:
        hub = read_settings({"STATE_HUB_URL": "https://hub.lan/api/"}).hub
        self.assertEqual((hub.scheme, hub.host, hub.port, hub.path, hub.is_behind_tunnel), ("https", "hub.lan", 443, "/api", False))

    def test_all_that_is_wrong_is_said_at_once_with_its_name(self) -> None:
        lines = faults(STATE_HUB_URL="ftp://x", STATE_HUB_DOMAIN="a b", SSH_RELAY_HOST="a/b", SSH_KEY_PATH="id", REMOTE_PORT="22")
        names = [line.split("=")[0] for line in lines]
        self.assertEqual(names, ["STATE_HUB_URL", "STATE_HUB_DOMAIN", "SSH_RELAY_HOST", "SSH_KEY_PATH", "REMOTE_PORT"])
        self.assertIn("12221 to 12230", lines[-1])

    def test_ports_of_the_relay_are_those_for_VMs(self) -> None:
        for port in ("12221", "12230"):
            self.assertEqual(faults(REMOTE_PORT=port), [])
        for port in ("12220", "12231", "0", "-1", "1e4", "12222.0", "012222222", "٣"):
            self.assertEqual(len(faults(REMOTE_PORT=port)), 1, port)

    def test_a_comment_behind_a_value_is_no_part_of_it_and_says_so(self) -> None:
        self.assertIn("a comment needs a line of its own", faults(REMOTE_PORT="12222 # mine")[0])

    def test_no_value_becomes_an_option_of_ssh(self) -> None:
        for name in ("SSH_RELAY_HOST", "SSH_RELAY_USER", "SSH_KEY_PATH", "SSH_KNOWN_HOSTS"):
            for text in ("-oProxyCommand=id", "a b", "a\nb", "/a b", '/a"b', "/%h", "$(id)"):
                self.assertEqual(len(faults(**{"SSH_RELAY_HOST": "r", name: text})), 1, f"{name}={text}")

    def test_a_password_in_the_URL_is_refused_and_not_shown(self) -> None:
        (line,) = faults(STATE_HUB_URL="http://me:geheim@hub:8000")
        self.assertNotIn("geheim", line)
        self.assertIn("password", line)

    def test_URLs_that_are_none(self) -> None:
        for text in ("hub", "http://", "http://:1", "http://a:99999", "http://a:0", "http://a?b", "http://a#b", "http://a b", "http://[", "http://a\r\nX: y"):
            self.assertEqual(len(faults(STATE_HUB_URL=text)), 1, text)
