"""What the benches that start real servers share: processes, and figures."""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class Role:
    """A process that takes commands and answers, a line each."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(
            [str(a) for a in argv], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: {self.process.args} ended")
        return line.strip()

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_zookeeper(folder, port):
    (folder / "zoo.cfg").write_text(
        f"dataDir={folder}/data\nclientPortAddress=127.0.0.1\n"
        f"clientPort={port}\ntickTime=2000\nmaxClientCnxns=0\n"
        "admin.enableServer=false\n")
    (folder / "log4j.properties").write_text("log4j.rootLogger=OFF\n")
    server = subprocess.Popen(
        ["/usr/bin/java", "-Xmx2g", "-XX:+UseSerialGC",
         f"-Dlog4j.configuration=file:{folder}/log4j.properties",
         "-cp", "/usr/share/java/zookeeper.jar",
         "org.apache.zookeeper.server.ZooKeeperServerMain",
         str(folder / "zoo.cfg")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("bench: ZooKeeper does not start")


class Rosterd:
    """A rosterd on a ZooKeeper, from its start to the end of the block."""

    def __init__(self, build, folder, servers, wrapper=()):
        self.addresses = folder / f"addresses-{time.monotonic_ns()}.json"
        self.argv = [
            *wrapper, str(pathlib.Path(build) / "bin/rosterd"),
            "--zookeeper", servers, "--grpc-listen", "127.0.0.1:0",
            "--http-listen", "127.0.0.1:0",
            "--address-file", str(self.addresses), "--log-level", "warning"]

    def __enter__(self):
        self.begin = time.monotonic()
        self.process = subprocess.Popen(self.argv)
        while not self.addresses.exists():
            if self.process.poll() is not None:
                raise SystemExit("bench: rosterd ended")
            time.sleep(0.002)
        where = json.loads(self.addresses.read_text())
        self.endpoint, self.pid = where["grpc"][0], where["pid"]
        self.http = where["http"][0]
        return self

    def scrape(self):
        with urllib.request.urlopen(f"http://{self.http}/metrics") as page:
            page.read()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def memory_mib(pid):
    """What is resident: all of it, what is backed by files (the program and its
    libraries, which the page cache holds and other processes share), and what
    is the process's own."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kib = {k: int(v.split()[0]) for k, v in (x.split(":") for x in lines[1:])}
    return {"rss": kib["Rss"] / 1024, "pss": kib["Pss"] / 1024,
            "file": (kib["Rss"] - kib["Anonymous"]) / 1024,
            "own": kib["Anonymous"] / 1024}


def figures(report):
    return {k: float(v) for k, v in (f.split("=") for f in report.split())}
