#!/usr/bin/env python3
"""scripts/zk-ensemble with real servers: who leads, crashes, observers, and
that nothing is left behind."""

import collections
import json
import logging
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from kazoo.client import KazooClient

logging.getLogger("kazoo").setLevel(logging.CRITICAL)
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "zk-ensemble"


def until(what, condition, seconds=60):
    factor = float(os.environ.get("ROSTER_TEST_TIMEOUT_FACTOR", "1"))
    deadline = time.monotonic() + seconds * factor
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting: {what}")
        time.sleep(0.1)


class Ensemble:
    """The script on a folder of its own."""

    def __init__(self, **environment):
        self.temporary = tempfile.TemporaryDirectory(prefix="zk-ensemble-test-")
        self.folder = pathlib.Path(self.temporary.name) / "ensemble"
        self.environment = {**os.environ, **environment}

    def run(self, *arguments):
        return subprocess.run([SCRIPT, "--dir", self.folder, *arguments], env=self.environment,
                              capture_output=True, text=True, timeout=200)

    def ok(self, *arguments):
        result = self.run(*arguments)
        assert result.returncode == 0, f"{arguments}: {result.stdout}{result.stderr}"
        return result.stdout

    def servers(self):
        return json.loads(self.run("status", "--json").stdout)["servers"]

    def modes(self):
        return collections.Counter(server["mode"] for server in self.servers())

    def leader(self):
        return next((s["id"] for s in self.servers() if s["mode"] == "leader"), None)

    def connect_string(self):
        return json.loads(self.run("status", "--json").stdout)["connect"]

    def processes(self):
        """Ids of all processes whose command line names the folder."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(word.startswith(f"{self.folder}/") and word.endswith("zoo.cfg") for word in words):
                found.append(int(path.parent.name))
        return found

    def close(self):
        self.run("stop")
        self.temporary.cleanup()


def listens(port):
    with socket.socket() as s:
        s.settimeout(2)
        return s.connect_ex(("127.0.0.1", port)) == 0


class OutputTest(unittest.TestCase):
    def test_a_reader_that_has_gone_is_no_traceback(self):
        reader, writer = os.pipe()
        os.close(reader)
        with tempfile.TemporaryDirectory() as folder, os.fdopen(writer, "w") as gone:
            result = subprocess.run([SCRIPT, "--dir", pathlib.Path(folder) / "none", "stop"],
                                    stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class FlagsTest(unittest.TestCase):
    def test_the_folder_may_stand_before_the_command_and_behind_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for where in (["--dir", folder, "status"], ["status", "--dir", folder]):
                result = subprocess.run([SCRIPT, *where], capture_output=True, text=True, timeout=60)
                self.assertEqual((result.returncode, result.stderr), (
                    1, f"zk-ensemble: nothing was started in {folder}; begin with `zk-ensemble start`\n"))


class LifeOfAnEnsembleTest(unittest.TestCase):
    """One ensemble from its start to its end: starting servers takes most of
    the time."""

    def test_starts_elects_loses_grows_and_leaves_nothing(self):
        ensemble = Ensemble()
        self.addCleanup(ensemble.close)
        ensemble.ok("start", "3", "--port", "0")
        self.assertEqual(ensemble.modes(), {"leader": 1, "follower": 2})
        self.assertEqual(len(ensemble.processes()), 3)
        self.assertIn("connect: 127.0.0.1:", ensemble.ok("status"))

        again = ensemble.run("start")
        self.assertEqual(again.returncode, 1)
        self.assertIn("it runs already", again.stderr)
        self.assertEqual(len(ensemble.processes()), 3)

        client = KazooClient(hosts=ensemble.connect_string(), timeout=20)
        client.start(timeout=60)
        self.addCleanup(client.close)
        self.addCleanup(client.stop)
        client.create("/kept", b"data", ephemeral=True)
        session = client.client_id[0]

        first = ensemble.leader()
        ensemble.ok("kill", str(first))
        until("another one leads", lambda: ensemble.leader() not in (None, first))
        status = ensemble.run("status")
        self.assertEqual(status.returncode, 1, "not all serve")
        self.assertIn("stopped", status.stdout)
        twice = ensemble.run("kill", str(first))
        self.assertEqual((twice.returncode, twice.stderr), (1, f"zk-ensemble: server {first} does not run\n"))

        ensemble.ok("restart", str(first))
        self.assertEqual(ensemble.modes(), {"leader": 1, "follower": 2})

        ensemble.ok("add-observer")
        self.assertEqual(ensemble.modes(), {"leader": 1, "follower": 2, "observer": 1})
        self.assertEqual(len(ensemble.servers()), 4)
        # All of it under one session, which kept its node.
        until("the client is connected", lambda: client.connected)
        self.assertEqual(client.get("/kept")[1].ephemeralOwner, session)
        self.assertIn("server.4=", (ensemble.folder / "1" / "zoo.cfg").read_text())
        self.assertIn("observ", ensemble.ok("log", "4").lower())

        ports = [port for server in json.loads((ensemble.folder / "ensemble.json").read_text())["servers"]
                 for port in (server["client"], server["peer"], server["election"])]
        self.assertEqual(len(ports), 12)
        client.stop()
        self.assertEqual(ensemble.ok("stop"), "stopped: server 1, 2, 3, 4\n")
        self.assertEqual(ensemble.processes(), [])
        self.assertEqual([port for port in ports if listens(port)], [])
        self.assertEqual(ensemble.ok("stop"), "nothing runs\n")
        self.assertEqual(ensemble.modes(), {"stopped": 4})

        # The data is still there, and so is the observer.
        ensemble.ok("start")
        self.assertEqual(ensemble.modes(), {"leader": 1, "follower": 2, "observer": 1})


class MistakesTest(unittest.TestCase):
    def setUp(self):
        self.ensemble = Ensemble()
        self.addCleanup(self.ensemble.close)

    def refused(self, *arguments):
        result = self.ensemble.run(*arguments)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertTrue(result.stderr.startswith("zk-ensemble: "), result.stderr)
        self.assertEqual(self.ensemble.processes(), [])
        return result.stderr

    def test_what_was_never_started_is_said_so(self):
        for arguments in (["status"], ["kill", "1"], ["restart", "1"], ["add-observer"], ["log", "1"]):
            self.assertIn("nothing was started in", self.refused(*arguments))
        self.assertEqual(self.ensemble.ok("stop"), "nothing runs\n")

    def test_a_port_that_is_taken_is_named_and_nothing_is_left(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            # The second server's.
            message = self.refused("start", "3", "--port", str(port - 1))
        self.assertIn("is taken", message)
        self.assertFalse((self.ensemble.folder / "ensemble.json").exists())

    def test_without_java_the_package_is_named(self):
        self.ensemble.environment["JAVA_HOME"] = "/nonexistent"
        self.assertIn("apt-get install default-jre-headless", self.refused("start", "1", "--port", "0"))

    def test_numbers_that_make_no_sense_are_refused(self):
        for arguments in (["0"], ["-1"], ["10"], ["3", "--port", "-5"], ["3", "--port", "65000"],
                          ["1", "--port", "0", "--heap", "much"]):
            self.refused("start", *arguments)
            self.assertFalse((self.ensemble.folder / "ensemble.json").exists())

    def test_what_failed_to_start_is_not_remembered(self):
        self.refused("start", "1", "--port", "0", "--heap", "1k")  # Java wants more
        self.ensemble.ok("start", "1", "--port", "0")
        self.ensemble.ok("stop")

    def test_a_state_that_is_not_its_own_is_named(self):
        self.ensemble.folder.mkdir(parents=True, exist_ok=True)
        (self.ensemble.folder / "ensemble.json").write_text("{")
        self.assertIn("ensemble.json cannot be read", self.refused("status"))

    def test_ctrl_c_leaves_nothing(self):
        with subprocess.Popen([SCRIPT, "--dir", self.ensemble.folder, "start", "3", "--port", "0"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=self.ensemble.environment) as starting:
            until("servers run", lambda: len(list(self.ensemble.folder.glob("*/server.pid"))) == 3)
            starting.send_signal(signal.SIGINT)
            _, said = starting.communicate(timeout=60)
        self.assertEqual((starting.returncode, said), (130, "zk-ensemble: interrupted\n"))
        self.assertEqual(self.ensemble.processes(), [])

    def test_a_folder_that_is_no_release_is_refused(self):
        self.assertIn("no unpacked release of ZooKeeper",
                      self.refused("start", "1", "--port", "0", "--zookeeper-home", "/usr"))

    def test_a_stale_id_is_neither_believed_nor_signalled(self):
        self.ensemble.ok("start", "1", "--port", "0")
        server, = self.ensemble.servers()
        self.assertEqual(server["mode"], "standalone")
        self.assertIn("a single server is no ensemble", self.ensemble.run("add-observer").stderr)
        self.ensemble.ok("kill", "1")
        with subprocess.Popen(["sleep", "600"]) as bystander:
            try:
                # As if the id had been given to another process.
                (self.ensemble.folder / "1" / "server.pid").write_text(f"{bystander.pid} 1\n")
                self.assertEqual(self.ensemble.modes(), {"stopped": 1})
                self.assertIn("does not run", self.refused("kill", "1"))
                self.assertEqual(self.ensemble.ok("stop"), "nothing runs\n")
                self.assertIsNone(bystander.poll())
            finally:
                bystander.kill()

    def test_another_size_for_a_folder_is_refused(self):
        self.ensemble.ok("start", "1", "--port", "0")
        self.assertIn("there is no server 2", self.ensemble.run("kill", "2").stderr)
        self.ensemble.ok("stop")
        self.assertIn("has 1 voters", self.refused("start", "3"))


if __name__ == "__main__":
    unittest.main()
