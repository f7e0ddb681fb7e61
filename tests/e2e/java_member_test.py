"""examples/java/CuratorMember.java as a member, seen by the real rosterd and
rosterctl: what it says of itself, a goodbye, a crash, a deleted node, a
namesake.

    java_member_test.py FOLDER_OF_PROGRAMS CLASS_PATH
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/dashboards"))

from kazoo.client import KazooClient  # noqa: E402
from live_cluster import Processes, until  # noqa: E402

BIN, CLASS_PATH = pathlib.Path(sys.argv[1]), sys.argv[2]


class JavaMemberTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.processes = Processes(self.folder)
        self.addCleanup(self.processes.stop_all)
        addresses = self.folder / "addresses.json"
        self.processes.start("rosterd", [
            BIN / "rosterd", "--dev", "--session-timeout", "4s", "--grpc-listen", "127.0.0.1:0",
            "--http-listen", "127.0.0.1:0", "--address-file", addresses])
        self.addresses = until("rosterd listens", lambda: json.loads(addresses.read_text()))
        self.zookeeper = self.addresses["zookeeper"]

    def start_member(self, name: str, *more: str) -> subprocess.Popen:
        return self.processes.start(name, [
            "java", "-Xmx96m", "-cp", CLASS_PATH, ROOT / "examples/java/CuratorMember.java",
            name, "--zookeeper", self.zookeeper, *more, "/usr/share/doc"])

    def member(self, name: str) -> dict:
        result = subprocess.run(
            [BIN / "rosterctl", "--endpoint", self.addresses["grpc"][0], "member", name, "-o", "json"],
            capture_output=True, text=True, check=False)
        return json.loads(result.stdout) if result.returncode == 0 else {}

    def until_status(self, name: str, status: str) -> dict:
        return until(
            f"{name} is {status}",
            lambda: (m := self.member(name)).get("status") == f"MEMBER_STATUS_{status}" and m)

    def test_shows_labels_endpoints_and_progress_and_leaves_with_a_goodbye(self) -> None:
        process = self.start_member("java-1", "--label", "zone=a", "--service", "checker")
        until("it reports progress",
              lambda: any(float(t.get("done", 0)) > 10 for t in self.member("java-1").get("tasks", [])))
        member = self.until_status("java-1", "UP")
        self.assertEqual(member["service"], "checker")
        self.assertEqual(member["labels"], {"zone": "a"})
        self.assertFalse(member.get("opaque"))
        self.assertNotIn("record_warning", {k for k, v in member.items() if v})
        with urllib.request.urlopen("http://" + member["endpoints"]["http"], timeout=5) as answer:
            self.assertEqual(json.load(answer)["incarnation"], member["incarnation"])
        process.send_signal(signal.SIGTERM)
        self.until_status("java-1", "LEFT")
        self.assertEqual(process.wait(timeout=30), 128 + signal.SIGTERM)

    def test_a_crash_is_a_loss(self) -> None:
        process = self.start_member("java-2")
        self.until_status("java-2", "UP")
        process.kill()
        self.until_status("java-2", "LOST")

    def test_comes_back_when_its_node_is_deleted_and_leaves_others_alone(self) -> None:
        zk = KazooClient(self.zookeeper)
        zk.start()
        self.addCleanup(zk.close)
        self.addCleanup(zk.stop)
        path = "/clusterServer/java-3"
        zk.create(path, b"a namesake", ephemeral=True, makepath=True)
        self.start_member("java-3")
        log = self.folder / "java-3.log"
        until("it says who is in the way", lambda: "owned by session 0x" in log.read_text())
        self.assertEqual(zk.get(path)[0], b"a namesake")
        zk.delete(path)
        until("it takes its place", lambda: zk.exists(path))
        self.assertEqual(json.loads(zk.get(path)[0])["state"], "UP")
        first = zk.get(path)[1].czxid
        zk.delete(path)
        until("it is back", lambda: zk.exists(path) and zk.exists(path).czxid > first)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
