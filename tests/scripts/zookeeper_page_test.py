#!/usr/bin/env python3
"""What docs/operations/zookeeper.md tells to copy works: its zoo.cfg makes an
ensemble of three real servers, its backup comes back, its ACLs hold, its unit is well-formed,
and its commands exist."""

import itertools
import json
import logging
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.security import OPEN_ACL_UNSAFE, READ_ACL_UNSAFE, make_digest_acl

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations/zookeeper.md").read_text(encoding="utf-8")
CLASSPATH = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar"
# Three machines on one: all of 127.0.0.0/8 is this one.
HOSTS = {1: "127.0.0.11", 2: "127.0.0.12", 3: "127.0.0.13"}
logging.getLogger("kazoo").setLevel(logging.CRITICAL)


def fence(after, language=""):
    """The first block of code after a text."""
    return re.search(rf"^```{language}\n(.*?)^```", PAGE[PAGE.index(after):], re.M | re.S)[1]


def until(what, condition, seconds=60):
    factor = float(os.environ.get("ROSTER_TEST_TIMEOUT_FACTOR", "1"))
    deadline = time.monotonic() + seconds * factor
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting: {what}")
        time.sleep(0.1)


def free_on_all(port):
    for host in HOSTS.values():
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((host, port))
            except OSError:
                return False
    return True


def ask(host, port, word):
    try:
        with socket.create_connection((host, port), 5) as s:
            s.sendall(word.encode())
            return b"".join(iter(lambda: s.recv(65536), b"")).decode()
    except OSError:
        return ""


class Machines:
    """Three machines that were set up by the page."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # Below the ports of outgoing connections.
        candidates = list(range(10240, 32768))
        random.shuffle(candidates)
        self.ports = dict(zip(("2181", "2888", "3888"), itertools.islice(filter(free_on_all, candidates), 3)))
        self.client_port = self.ports["2181"]
        self.connect = ",".join(f"{host}:{self.client_port}" for host in HOSTS.values())
        self.processes = {}
        for number in HOSTS:
            self.set_up(number)

    def data(self, number):
        return self.folder / str(number) / "data"

    def log(self, number):
        return self.folder / str(number) / "log"

    def set_up(self, number):
        config = fence("## zoo.cfg")
        config = config.replace("/var/lib/zookeeper-log", str(self.log(number)))
        config = config.replace("=/var/lib/zookeeper\n", f"={self.data(number)}\n")
        config = config.replace("10.0.0.11", HOSTS[number])
        for port, free in self.ports.items():
            config = re.sub(rf"\b{port}\b", str(free), config)
        for other, host in HOSTS.items():
            config = config.replace(f"=zk{other}:", f"={host}:")
        assert "zk" not in config and "/var/lib" not in config, config
        self.data(number).mkdir(parents=True)
        self.log(number).mkdir()
        (self.data(number) / "myid").write_text(f"{number}\n")
        (self.folder / str(number) / "zoo.cfg").write_text(config)

    def start(self, number):
        out = open(self.folder / f"{number}.log", "ab")
        self.processes[number] = subprocess.Popen(
            ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", CLASSPATH,
             "org.apache.zookeeper.server.quorum.QuorumPeerMain", self.folder / str(number) / "zoo.cfg"],
            stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        out.close()

    def stop(self, number):
        process = self.processes.pop(number)
        process.terminate()
        process.wait(timeout=60)

    def stop_all(self):
        for number in list(self.processes):
            self.stop(number)

    def start_all(self):
        for number in HOSTS:
            self.start(number)
        until("all serve", lambda: sorted(self.modes()) == ["follower", "follower", "leader"])

    def modes(self):
        answers = [ask(host, self.client_port, "srvr") for host in HOSTS.values()]
        return [mode for answer in answers for mode in re.findall(r"^Mode: (.*)$", answer, re.M)]

    def client(self):
        client = KazooClient(hosts=self.connect, timeout=20)
        client.start(timeout=60)
        return client


class ConfigurationTest(unittest.TestCase):
    def test_makes_an_ensemble_whose_backup_comes_back(self):
        with tempfile.TemporaryDirectory(prefix="zookeeper-page-") as folder:
            machines = Machines(folder)
            self.addCleanup(machines.stop_all)
            machines.start_all()
            for host in HOSTS.values():
                self.assertIn("zk_approximate_data_size", ask(host, machines.client_port, "mntr"))
                self.assertIn("not in the whitelist", ask(host, machines.client_port, "cons"))

            client = machines.client()
            client.create("/ordered", b"before the backup")
            backup = machines.folder / "backup"
            # While it runs, and the log after the snapshots.
            shutil.copytree(machines.data(1) / "version-2", backup / "data" / "version-2")
            shutil.copytree(machines.log(1) / "version-2", backup / "log" / "version-2")
            client.set("/ordered", b"after the backup")
            client.create("/more", b"")
            client.stop()
            client.close()

            machines.stop_all()
            for number in HOSTS:
                for there, kept in ((machines.data(number), "data"), (machines.log(number), "log")):
                    shutil.rmtree(there / "version-2")
                    shutil.copytree(backup / kept / "version-2", there / "version-2")
            machines.start_all()
            client = machines.client()
            self.assertEqual(client.get("/ordered")[0], b"before the backup")
            self.assertIsNone(client.exists("/more"))

            # A lost server is replaced by an empty one with the same myid.
            machines.stop(3)
            for there in (machines.data(3), machines.log(3)):
                shutil.rmtree(there / "version-2")
            machines.start(3)
            until("it is back", lambda: sorted(machines.modes()) == ["follower", "follower", "leader"])
            # It has fetched what the others have.
            znodes = [re.search(r"Node count: (\d+)", ask(host, machines.client_port, "srvr"))[1]
                      for host in HOSTS.values()]
            self.assertEqual(len(set(znodes)), 1, znodes)
            client.stop()
            client.close()

    def test_every_line_has_its_reason(self):
        explained = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.M))
        for line in fence("## zoo.cfg").splitlines():
            name = line.split("=")[0]
            name = "autopurge" if name.startswith("autopurge") else name
            name = "server.N" if name.startswith("server.") else name
            if name != "clientPort":  # in the table of ports
                self.assertIn(name, explained)


class AccessTest(unittest.TestCase):
    def test_members_may_come_and_go_and_change_nothing_else(self):
        with tempfile.TemporaryDirectory(prefix="zookeeper-page-") as folder:
            script = [ROOT / "scripts/zk-ensemble", "--dir", folder]
            subprocess.run([*script, "start", "1", "--port", "0"], check=True, capture_output=True)
            self.addCleanup(subprocess.run, [*script, "stop"], capture_output=True)
            status = subprocess.run([*script, "status", "--json"], check=True, capture_output=True).stdout
            servers = json.loads(status)["connect"]
            subprocess.run(["/usr/share/zookeeper/bin/zkCli.sh", "-server", servers], check=True, text=True,
                           input=fence("## Who may do what") + "quit\n", capture_output=True, timeout=120)
            client = KazooClient(hosts=servers, timeout=20)
            client.start(timeout=60)
            self.assertEqual(client.get_children("/clusterServer"), [])
            client.create("/clusterServer/m", b"", ephemeral=True)
            client.delete("/clusterServer/m")
            with self.assertRaises(NoAuthError):
                client.set("/clusterServer", b"")
            with self.assertRaises(NoAuthError):
                client.set_acls("/clusterServer", OPEN_ACL_UNSAFE)
            question = fence("Without Roster, in bash").replace("zk1/2181", servers.replace(":", "/"))
            answer = subprocess.run(["bash", "-c", question], check=True, capture_output=True, text=True, timeout=60)
            self.assertIn("Mode: standalone", answer.stdout)
            client.add_auth("digest", "roster:SECRET")
            client.set("/clusterServer", b"")
            self.change_password(servers, client)
            client.stop()
            client.close()
            subprocess.run([*script, "stop"], check=True, capture_output=True)

    def change_password(self, servers, client):
        """As rosterd lets it be: `client` has the old one."""
        def acl(password):
            return [make_digest_acl("roster", password, all=True), READ_ACL_UNSAFE[0]]

        def hash_of(password):
            command = fence("the hash of user and password is", "bash").replace("members:SECRET", f"roster:{password}")
            return subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout.strip()

        def zkcli(block):
            commands = block.replace("OLDHASH", hash_of("SECRET")).replace("NEWHASH", hash_of("NEWSECRET"))
            subprocess.run(["/usr/share/zookeeper/bin/zkCli.sh", "-server", servers], check=True, text=True,
                           input=commands, capture_output=True, timeout=120)

        client.create("/roster/default/policy", b"", acl("SECRET"), makepath=True)
        zkcli(fence("To change its"))
        newer = KazooClient(hosts=servers, timeout=20)
        newer.start(timeout=60)
        newer.add_auth("digest", "roster:NEWSECRET")
        for both in (client, newer):
            both.set("/roster/default/policy", b"")
            both.set("/clusterServer", b"")
        client.create("/roster/default/in-between", b"", acl("SECRET"))

        zkcli(fence("take the old password's rights away"))
        for path in ("/roster/default/policy", "/roster/default/in-between", "/clusterServer"):
            newer.set(path, b"")
            with self.assertRaises(NoAuthError):
                client.set(path, b"")
        newer.stop()
        newer.close()


class PageTest(unittest.TestCase):
    def test_the_unit_is_well_formed(self):
        unit = fence("## Start, stop, look", "ini").replace("User=zookeeper\n", "User=root\n")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "zookeeper.service"
            path.write_text(unit)
            result = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
        said = [line for line in (result.stdout + result.stderr).splitlines() if "zookeeper.service" in line]
        self.assertEqual((result.returncode, said), (0, []))
        # And what it starts is there.
        command = re.search(r"^ExecStart=(.*)$", unit, re.M)[1].split()
        for file in [command[0], *command[command.index("-cp") + 1].split(":")]:
            self.assertTrue(pathlib.Path(file).exists(), file)

    def test_commands_of_the_script_exist(self):
        script = ROOT / "scripts" / "zk-ensemble"
        used = set(re.findall(r"^scripts/zk-ensemble ([a-z-]+)", PAGE, re.M))
        self.assertEqual(used, {"start", "status", "kill", "restart", "add-observer", "log", "stop"})
        for command in used:
            result = subprocess.run([script, command, "--help"], capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, command)

    def test_the_alerts_that_it_names_exist(self):
        for name in re.findall(r"runbooks/(\w+)\.md", PAGE):
            self.assertTrue((ROOT / "docs/operations/runbooks" / f"{name}.md").exists(), name)


if __name__ == "__main__":
    unittest.main()
