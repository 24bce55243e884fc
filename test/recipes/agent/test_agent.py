import os
import signal
import socket
import subprocess
import unittest

import rig


class Agent(unittest.TestCase):
    """The agent as a process, without a tunnel."""

    def setUp(self) -> None:
        self.at = self.enterContext(rig.folder())

    def agent(self, **told: object) -> rig.Agent:
        return self.enterContext(rig.agent(self.at, **told))

    def test_without_a_relay_it_stays_and_registers_directly(self) -> None:
        with rig.hub() as hub:
            agent = self.agent(STATE_HUB_URL=f"http://127.0.0.1:{hub.port}")
            agent.start()
            agent.says("registered as 7")
            self.assertIn("tunnel: off: SSH_RELAY_HOST is not set", agent.log())
            self.assertEqual(agent.status(), (0, {"running": True, "well": True, "tunnel": {"is": "off"}, "hub": {"is": "registered", "id": "7", "tries": 1}}))
            self.assertEqual([one for one in hub.posted()[0]["keywords"] if one.startswith("tunnel-port")], [])

    def test_a_hub_that_is_down_ends_nothing(self) -> None:
        agent = self.agent(STATE_HUB_URL=f"http://127.0.0.1:{rig.free_port()}")
        agent.start()
        agent.says("try 1 of 20: Connection refused; again in 10 s")
        self.assertEqual((agent.status()[0], agent.process.poll()), (1, None))
        self.assertEqual(agent.stop(signal.SIGINT), 0)

    def test_the_version_of_the_default_compiler(self) -> None:
        ghc = self.at / ".ghcup/bin/ghc"
        ghc.parent.mkdir(parents=True)
        for told, keyword in (("echo 9.8.4", "ghc-9.8.4"), ("echo 9.8.4 and more", None), ("exit 1", None)):
            ghc.write_text(f"#!/bin/sh\n{told}\n")
            ghc.chmod(0o755)
            with rig.hub() as hub, rig.agent(self.at, PATH="/usr/bin:/bin" if keyword else "/nowhere", STATE_HUB_URL=f"http://127.0.0.1:{hub.port}") as agent:
                agent.start()
                rig.until("it registers", hub.posted)
                versions = [one for one in hub.posted()[0]["keywords"] if one.startswith("ghc-")]
                self.assertEqual(versions, [keyword] if keyword else [])
                self.assertEqual(agent.stop(), 0)

    def test_faulty_settings_end_it_with_78_and_all_that_is_wrong(self) -> None:
        agent = self.agent(REMOTE_PORT="22", SSH_RELAY_HOST="-oProxyCommand=id")
        ended = subprocess.run(agent.words(), env=agent.environment, capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 78)
        self.assertEqual([line.split("=")[0] for line in ended.stderr.splitlines()], ["build-agent: SSH_RELAY_HOST", "build-agent: REMOTE_PORT"])

    def test_words_that_it_does_not_know(self) -> None:
        agent = self.agent()
        for words, code in ((["stop"], 2), (["status", "now"], 2), (["--help"], 0)):
            self.assertEqual(subprocess.run(agent.words(*words), env=agent.environment, capture_output=True, check=False).returncode, code)

    def test_systemd_is_told(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell, rig.hub() as hub:
            bell.bind(str(self.at / "notify"))
            bell.settimeout(rig.PATIENCE)
            agent = self.agent(STATE_HUB_URL=f"http://127.0.0.1:{hub.port}", NOTIFY_SOCKET=self.at / "notify")
            agent.start()
            heard: list[str] = []
            while "STATUS=tunnel off, hub registered" not in heard:
                heard.append(bell.recv(4096).decode())
            self.assertIn("READY=1", heard)
            self.assertEqual(agent.stop(), 0)
            while "STOPPING=1" not in heard:
                heard.append(bell.recv(4096).decode())

    def test_the_status_of_a_killed_agent_is_not_that_of_its_successor_in_the_pid(self) -> None:
        with rig.hub() as hub:
            agent = self.agent(STATE_HUB_URL=f"http://127.0.0.1:{hub.port}")
            agent.start()
            agent.says("registered as 7")
            agent.stop(signal.SIGKILL)
            self.assertEqual(agent.status()[0], 3)
            path = self.at / "run/status.json"
            path.write_text(path.read_text().replace(f'"pid": {agent.process.pid}', f'"pid": {os.getpid()}'))
            self.assertEqual(agent.status()[0], 3)

    def test_a_status_file_that_is_none(self) -> None:
        agent = self.agent()
        (self.at / "run").mkdir()
        for text in ("", "[]", "{}", '{"pid": "x", "started": 1}', "\udcff"):
            (self.at / "run/status.json").write_bytes(text.encode(errors="surrogateescape"))
            self.assertEqual(agent.status()[0], 3, text)

    def test_a_status_file_that_cannot_be_written_ends_nothing(self) -> None:
        with rig.hub() as hub:
            agent = self.agent(STATE_HUB_URL=f"http://127.0.0.1:{hub.port}", RUNTIME_DIRECTORY="/proc/nowhere")
            agent.start()
            agent.says("registered as 7")
            self.assertEqual(agent.stop(), 0)
