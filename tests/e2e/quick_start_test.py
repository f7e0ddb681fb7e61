"""Types what docs/quick-start.md tells people to type, line by line, and looks
at what they would see.

    quick_start_test.py FOLDER_OF_PROGRAMS
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/dashboards"))

from live_cluster import Processes, free_ports, until  # noqa: E402

BIN = pathlib.Path(sys.argv[1]).resolve()
PAGE = (ROOT / "docs/quick-start.md").read_text(encoding="utf-8")


def typed() -> list[str]:
    """The commands of the page, in their order."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.M | re.S)
    return [line for language, block in blocks if not language for line in block.splitlines()]


class QuickStartTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.processes = Processes(self.folder)
        self.addCleanup(self.processes.stop_all)
        self.zookeeper, grpc, http = free_ports(3)
        self.environment = {
            **os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ROSTER_ENDPOINT": f"127.0.0.1:{grpc}",
            "ROSTER_GRPC_LISTEN": f"127.0.0.1:{grpc}", "ROSTER_HTTP_LISTEN": f"127.0.0.1:{http}"}

    def local(self, text: str) -> str:
        """With a port that is free here."""
        return re.sub(r"\b2181\b", str(self.zookeeper), text)

    def ctl(self, *arguments: str) -> str:
        return subprocess.run([BIN / "rosterctl", *arguments], env=self.environment, check=False,
                              capture_output=True, text=True).stdout

    def until_status(self, name: str, status: str) -> None:
        until(f"{name} is {status}",
              lambda: f'"MEMBER_STATUS_{status}"' in self.ctl("member", name, "-o", "json"))

    def shell(self) -> subprocess.Popen:
        """A terminal: what is written to it is typed. file_indexer finds the
        ZooKeeper of this test."""
        log = open(self.folder / "terminal.log", "ab")
        terminal = subprocess.Popen(
            ["bash", "-m"], stdin=subprocess.PIPE, stdout=log, stderr=log, text=True,
            env=self.environment, cwd=self.folder, start_new_session=True)
        log.close()
        self.addCleanup(terminal.communicate, "kill -9 $(jobs -p) 2>/dev/null\nexit\n")
        terminal.stdin.write(
            f'file_indexer() {{ exec {BIN}/file_indexer --zookeeper 127.0.0.1:{self.zookeeper} "$@"; }}\n')
        self.lines = 0
        return terminal

    def type(self, terminal: subprocess.Popen, line: str) -> None:
        """Types a line, and waits until it has succeeded."""
        self.lines += 1
        done = self.folder / f"line-{self.lines}"
        if re.search(r" --(watch|follow)\b", line):
            line = f"timeout --foreground -s INT 1 {line}; [ $? = 124 ]"  # Ctrl-C
        terminal.stdin.write(f"{line}\necho $? > {done}\n")
        terminal.stdin.flush()
        until(f"typed: {line}", lambda: done.exists() and done.read_text().strip())
        log = (self.folder / "terminal.log").read_text()
        self.assertEqual(done.read_text().strip(), "0", f"{line}\n{log}")

    def test_every_command_does_what_the_page_says(self) -> None:
        commands = [self.local(line) for line in typed()]
        start = next(line for line in commands if line.startswith("rosterd --dev"))
        self.processes.start("rosterd", start.split(), env=self.environment)
        until("the view is live", lambda: " live" in self.ctl("status"))
        service = re.search(r"^```python\n(.*?)^```", PAGE, re.M | re.S)[1]
        (self.folder / "my_service.py").write_text(self.local(service), encoding="utf-8")

        terminal = self.shell()
        tried, host = 0, os.uname().nodename
        for line in commands[commands.index(start) + 1:]:
            tried += 1
            if line.startswith("/usr/share/zookeeper"):
                zkcli = subprocess.Popen(line.split(), stdin=subprocess.PIPE, text=True,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            elif line.startswith("create -e"):
                zkcli.stdin.write(line + "\n")
                zkcli.stdin.flush()
                self.until_status("plain", "UP")
                zkcli.communicate("quit\n")
                self.until_status("plain", "LOST")
            else:
                self.type(terminal, line)
            if line.startswith("file_indexer"):
                self.until_status("indexer-a", "UP")
            if line.startswith("kill -9"):
                self.until_status("indexer-a", "LOST")
            if line.startswith("rosterctl drain"):
                self.until_status("indexer-a", "OFFLINE")
            if line.startswith("rosterctl online"):
                self.until_status("indexer-a", "UP")
            if "my_service.py" in line:
                until("it counts", lambda: any(
                    float(task.get("done", 0)) > 1
                    for task in json.loads(self.ctl("member", host, "-o", "json") or "{}").get("tasks", [])))
        self.until_status(host, "LEFT")
        self.assertGreater(tried, 18)
        self.check_metrics()

    def check_metrics(self) -> None:
        """What rosterd serves now is in docs/metrics.md, with its labels."""
        rows = re.findall(r"^\| `(\w+)` \| \w+ \| [^|]* \| ([^|]*) \|",
                          (ROOT / "docs/metrics.md").read_text(encoding="utf-8"), re.M)
        labels = {name: set(re.findall(r"[\w<>]+", names)) for name, names in rows}
        url = f"http://{self.environment['ROSTER_HTTP_LISTEN']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as page:
            samples = re.findall(r"^(\w+)(?:\{(.*)\})? ", page.read().decode(), re.M)
        self.assertGreater(len({name for name, _ in samples}), 40)
        for sample, pairs in samples:
            name = sample if sample in labels else re.sub(r"_(bucket|sum|count)$", "", sample)
            self.assertIn(name, labels)
            shown = {re.sub("^label_.*", "label_<name>", label) for label in re.findall(r'(\w+)="', pairs)}
            self.assertLessEqual(shown - {"le"}, labels[name], name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
