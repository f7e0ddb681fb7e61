"""A small world to look at: a real ensemble of three ZooKeeper servers, two
real rosterds, members in every status, and a real Prometheus that scrapes all
of them. Everything listens on loopback, on free ports, and ends with the
object.
"""

import datetime
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from kazoo.client import KazooClient

JAVA, ZOOKEEPER_JAR = "/usr/bin/java", "/usr/share/java/zookeeper.jar"
MEMBERS, CONTROL = "/clusterServer", "/roster/default/control"


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def until(what, condition, seconds=60):
    # As the waits of the other tests are stretched, where programs are slow.
    factor = float(os.environ.get("ROSTER_TEST_TIMEOUT_FACTOR", "1"))
    deadline = time.monotonic() + seconds * factor
    while True:
        try:
            value = condition()
            if value:
                return value
        except (OSError, ValueError, KeyError, AssertionError) as error:
            value = error
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting: {what}: {value!r}")
        time.sleep(0.1)


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


class Processes:
    """Programs that end with us, and their logs."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, argv, **more):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **more)
        log.close()
        self.running.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        process.send_signal(how)
        process.wait(timeout=30)
        self.running.remove(process)

    def stop_all(self):
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()
        self.running.clear()


class Ensemble:
    """Three ZooKeeper servers."""

    def __init__(self, processes, folder):
        ports = free_ports(9)
        self.ports, peers, elections = ports[:3], ports[3:6], ports[6:]
        for number, port in enumerate(self.ports, 1):
            home = folder / f"zookeeper-{number}"
            home.mkdir()
            (home / "myid").write_text(f"{number}\n")
            servers = "\n".join(f"server.{i + 1}=127.0.0.1:{peers[i]}:{elections[i]}" for i in range(3))
            (home / "zoo.cfg").write_text(
                f"tickTime=400\ninitLimit=25\nsyncLimit=10\ndataDir={home}\nclientPort={port}\n"
                "clientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
                f"4lw.commands.whitelist=srvr,mntr\n{servers}\n")
            # Small, and without the compiler's second stage: three of them
            # start in the time of one.
            processes.start(f"zookeeper-{number}", [
                JAVA, "-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", ZOOKEEPER_JAR,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(home / "zoo.cfg")])
        self.servers = ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def mntr(self, number):
        """What a server says of itself, by name; empty while it does not serve."""
        with socket.create_connection(("127.0.0.1", self.ports[number]), 5) as s:
            s.sendall(b"mntr")
            data = b"".join(iter(lambda: s.recv(65536), b""))
        return dict(line.split("\t", 1) for line in data.decode().splitlines() if "\t" in line)


def as_prometheus(mntr):
    """mntr as ZooKeeper's Prometheus provider would show it, which Debian's
    package lacks. Both read the same registry: there gauges and counters have
    the same names without "zk_", and summaries are written the other way."""
    lines = []
    for name, value in mntr.items():
        if not re.fullmatch(r"-?[0-9.]+", value):
            continue  # the version, and words for the state
        name = name.removeprefix("zk_")
        summary = re.fullmatch(r"(p50|p99|sum|cnt)_(.+)", name)
        if summary:
            kind, base = summary.groups()
            name = {"p50": f'{base}{{quantile="0.5"}}', "p99": f'{base}{{quantile="0.99"}}',
                    "sum": f"{base}_sum", "cnt": f"{base}_count"}[kind]
        elif re.match(r"(p95|p999|avg|min|max)_", name) and name not in (
                "avg_latency", "min_latency", "max_latency"):
            continue
        if re.match(r"[a-z]", name):  # those of single peers begin with its number
            lines.append(f"{name} {value}")
    return "\n".join(lines) + "\n"


class ZooKeeperExporter:
    """/1, /2 and /3 for the three servers."""

    def __init__(self, ensemble):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                try:
                    page = as_prometheus(ensemble.mntr(int(self.path.strip("/")) - 1)).encode()
                except (OSError, ValueError) as error:
                    self.send_error(503, str(error))
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Rosterd:
    """One rosterd, on ports of its own that it keeps over restarts."""

    def __init__(self, processes, name, binaries, zookeeper):
        self.processes, self.name, self.binaries, self.zookeeper = processes, name, binaries, zookeeper
        grpc, http_port = free_ports(2)
        self.grpc, self.http = f"127.0.0.1:{grpc}", f"127.0.0.1:{http_port}"
        self.start()

    def start(self):
        self.process = self.processes.start(self.name, [
            str(self.binaries / "rosterd"), "--zookeeper", self.zookeeper, "--session-timeout", "4s",
            "--grpc-listen", self.grpc, "--http-listen", self.http])

    def restart(self):
        self.processes.stop(self.process)
        self.start()

    def metrics(self):
        with urllib.request.urlopen(f"http://{self.http}/metrics", timeout=5) as page:
            return page.read().decode()

    def leads(self):
        return 'roster_leader{cluster="default"} 1\n' in self.metrics()

    def synced(self):
        return 'roster_view_synced{cluster="default"} 1\n' in self.metrics()

    def ctl(self, *arguments):
        result = subprocess.run([str(self.binaries / "rosterctl"), *arguments], text=True,
                                env={**os.environ, "ROSTER_ENDPOINT": self.grpc, "ROSTER_ACTOR": "test"},
                                capture_output=True, timeout=60)
        if result.returncode != 0:
            raise AssertionError(f"rosterctl {' '.join(arguments)}: {result.stderr}")
        return result.stdout


class Members:
    """Members in every status, by kazoo, as any service would write them."""

    def __init__(self, zookeeper):
        self.client = KazooClient(hosts=zookeeper, timeout=10)
        self.client.start(timeout=60)
        self.client.ensure_path(MEMBERS)
        self.stopped = threading.Event()
        self.done = 0

    def other_session(self, zookeeper):
        client = KazooClient(hosts=zookeeper, timeout=10)
        client.start(timeout=60)
        return client

    def write(self, name, client=None, **record):
        client = client or self.client
        data = json.dumps({"v": 1, "started_at": now(), "updated_at": now(), **record}).encode()
        path = f"{MEMBERS}/{name}"
        if client.exists(path):
            client.set(path, data)
        else:
            client.create(path, data, ephemeral=True)

    def write_all(self, zookeeper):
        search = {"service": "search", "version": "1.4.2", "labels": {"zone": "a"}}
        web = {"service": "web", "version": "2.0", "labels": {"zone": "b"}}
        self.advance()
        self.write("web-1", state="UP", tasks=[
            {"id": "7", "name": "export", "state": "FAILED", "done": 3, "total": 10}], **web)
        self.write("degraded-1", state="DEGRADED", **web)
        self.write("starting-1", state="STARTING", **web)
        self.write("draining-1", state="DRAINING", applied_epoch=0, **search)
        self.write("offline-1", state="UP", **search)
        self.write("stalled-1", state="UP", tasks=[
            {"id": "1", "name": "import", "state": "RUNNING", "done": 1, "total": 10,
             "stall_after_s": 1, "updated_at": now()}], **search)
        self.client.create(f"{MEMBERS}/opaque-1", b"\x00 no JSON", ephemeral=True)
        self.write("left-1", state="LEAVING", **web)
        self.client.delete(f"{MEMBERS}/left-1")
        # So many at once are a mass loss.
        mortal = self.other_session(zookeeper)
        for number in range(1, 9):
            self.write(f"lost-{number}", mortal, state="UP", **search)
        return mortal

    def advance(self):
        self.done += 10
        self.write("search-1", state="UP", service="search", version="1.4.2", applied_epoch=0,
                   labels={"zone": "a"}, gauges={"queue_depth": self.done % 50},
                   tasks=[{"id": "9", "name": "reindex", "state": "RUNNING", "done": self.done,
                           "total": 1_000_000, "unit": "documents", "updated_at": now()}])

    def keep_advancing(self):
        def work():
            while not self.stopped.wait(0.3):
                self.advance()
        self.worker = threading.Thread(target=work, daemon=True)
        self.worker.start()

    def stop(self):
        self.stopped.set()
        if hasattr(self, "worker"):
            self.worker.join()
        self.client.stop()
        self.client.close()


class Prometheus:
    """A real one, that looks every second."""

    def __init__(self, processes, folder, rules, rosterds, exporter):
        port, = free_ports(1)
        self.address = f"127.0.0.1:{port}"
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rule) for rule in rules],
            "scrape_configs": [
                {"job_name": "roster", "static_configs": [{"targets": [r.http for r in rosterds]}]},
                {"job_name": "zookeeper", "static_configs": [
                    {"targets": [exporter.address],
                     "labels": {"__metrics_path__": f"/{number}", "instance": f"zookeeper-{number}:7000"}}
                    for number in (1, 2, 3)]}]}
        path = folder / "prometheus.yml"
        path.write_text(json.dumps(config))  # JSON is YAML
        processes.start("prometheus", [
            "prometheus", f"--config.file={path}", f"--storage.tsdb.path={folder / 'prometheus'}",
            f"--web.listen-address={self.address}"])

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f"http://{self.address}/api/v1/{path}?{query}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {parameters}: {error.read().decode()}") from error

    def vector(self, query):
        """[(labels, value)] of an instant query."""
        data = self.get("query", query=query)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(entry["metric"], float(entry["value"][1])) for entry in data["result"]]

    def label_values(self, selector, label):
        return sorted({series[label] for series in self.get("series", **{"match[]": selector})
                       if label in series})


class LiveCluster:
    """All of it, and what happens in it. Use as a context."""

    def __init__(self, folder, binaries, rules):
        self.folder, self.binaries = pathlib.Path(folder), pathlib.Path(binaries)
        self.rules = rules
        self.processes = Processes(self.folder)
        self.members = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.members:
            self.members.stop()
        self.processes.stop_all()

    def start(self):
        self.ensemble = Ensemble(self.processes, self.folder)
        self.exporter = ZooKeeperExporter(self.ensemble)
        until("the ensemble serves", lambda: all(self.ensemble.mntr(n) for n in range(3)))
        servers = self.ensemble.servers
        self.members = Members(servers)
        self.rosterds = [Rosterd(self.processes, f"rosterd-{n}", self.binaries, servers) for n in (1, 2)]
        self.prometheus = Prometheus(self.processes, self.folder, self.rules, self.rosterds, self.exporter)
        for rosterd in self.rosterds:
            until("rosterd has a view", rosterd.synced)
        self.happen(servers)

    def happen(self, servers):
        first, second = self.rosterds
        until("one leads", lambda: first.leads() or second.leads())
        leader, other = (first, second) if first.leads() else (second, first)
        mortal = self.members.write_all(servers)
        self.members.keep_advancing()
        # Somebody looks on, so that there is something to stream.
        watch = self.processes.start("watch", [str(self.binaries / "rosterctl"), "members", "--watch",
                                               "--cluster", "default", "-o", "json"],
                                     env={**os.environ, "ROSTER_ENDPOINT": other.grpc})
        assert watch.poll() is None
        until("all members are seen", lambda: 'member="lost-8"' in other.metrics())
        other.ctl("budget", "set", "all", "-l", "*", "--min-available", "90%", "--reason", "test")
        other.ctl("offline", "offline-1", "--reason", "test", "--force", "--detach", "--yes")
        other.ctl("drain", "draining-1", "--deadline", "1s", "--reason", "test", "--force", "--detach", "--yes")
        self.members.client.ensure_path(CONTROL)
        self.members.client.create(f"{CONTROL}/web-1", b"no order")
        mortal.stop()
        mortal.close()
        until("the mass-loss guard is on",
              lambda: 'roster_mass_loss_guard{cluster="default"} 1\n' in other.metrics())
        # The leader goes; the other one takes over; the first comes back.
        until("Prometheus has seen who leads and who does not", lambda: self.prometheus.vector(
            f'roster_leader{{instance="{leader.http}"}} == 1') and self.prometheus.vector(
            f'roster_leader{{instance="{other.http}"}} == 0'))
        leader.restart()
        until("the other one leads", other.leads)
        until("the first is back", leader.synced)
