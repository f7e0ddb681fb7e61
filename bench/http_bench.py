#!/usr/bin/env python3
"""What an ordinary GET takes while many event streams are open.

Starts a ZooKeeper and a rosterd, writes to members at a steady rate, and
measures GETs over one persistent connection: first with no stream, then with
many readers of /api/v1/watch. Everything is on this machine; the readers are a
process of their own that throws away what it reads, and counts it.

    bench/http_bench.py --build build/release [--streams 500] [--rate 100]
"""

import argparse
import http.client
import json
import multiprocessing
import pathlib
import resource
import selectors
import socket
import tempfile
import time

from kazoo.client import KazooClient

import harness


def read_streams(port, count, connection):
    """Opens `count` streams, and reads for as long as nobody says stop."""
    selector = selectors.DefaultSelector()
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", port))
        stream.sendall(b"GET /api/v1/watch HTTP/1.1\r\nHost: x\r\n\r\n")
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ)
    synced, received, told = 0, 0, False
    closed = 0
    while not connection.poll():
        for key, _ in selector.select(0.1):
            data = key.fileobj.recv(1 << 18)
            if not data:
                selector.unregister(key.fileobj)
                closed += 1
            received += len(data)
            synced += data.count(b"event: synced")
        if synced >= count and not told:
            told = True
            connection.send("synced")
    connection.send((received, closed))


def write_members(servers, names, rate, connection):
    """Writes members in turn, `rate` times a second."""
    client = KazooClient(servers)
    client.start()
    client.ensure_path("/clusterServer")
    for name in names:
        client.create(f"/clusterServer/{name}", record(0), ephemeral=True)
    connection.send("joined")
    begin, written = time.monotonic(), 0
    while not connection.poll():
        due = begin + written / rate
        time.sleep(max(0, due - time.monotonic()))
        client.set_async(f"/clusterServer/{names[written % len(names)]}",
                         record(written))
        written += 1
    connection.send(written)
    client.stop()


def record(value):
    return json.dumps({
        "v": 1, "state": "UP", "service": "bench", "labels": {"zone": "a"},
        "gauges": {"queue_depth": value},
        "tasks": [{"id": "t", "name": "reindex", "state": "RUNNING",
                   "done": value, "total": 1_000_000_000}]}).encode()


def measure(port, target, seconds):
    """Latencies of GETs in ms, one after the other with a pause between."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        taken.append((time.monotonic() - begin) * 1000)
        if response.status != 200:
            raise SystemExit(f"http_bench: {target} answers {response.status}")
        time.sleep(0.005)
    return sorted(taken)


def at(taken, share):
    return taken[min(len(taken) - 1, int(len(taken) * share))]


def start(function, *arguments):
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=function, args=(*arguments, theirs),
                                      daemon=True)
    process.start()
    return process, ours


def report(name, taken, cpu, seconds, extra=""):
    print(f"{name:12} GETs={len(taken)} p50_ms={at(taken, 0.5):.2f} "
          f"p99_ms={at(taken, 0.99):.2f} max_ms={taken[-1]:.2f} "
          f"rosterd_cpu={cpu / seconds:.2f}{extra}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--target", default="/api/v1/members/m-7")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))

    with tempfile.TemporaryDirectory(prefix="roster-bench-") as text:
        folder = pathlib.Path(text)
        zookeeper_port = harness.free_port()
        zookeeper = harness.start_zookeeper(folder, zookeeper_port)
        servers = f"127.0.0.1:{zookeeper_port}"
        names = [f"m-{i}" for i in range(options.members)]
        try:
            _, writer = start(write_members, servers, names, options.rate)
            writer.recv()
            with harness.Rosterd(options.build, folder, servers) as rosterd:
                where = json.loads(rosterd.addresses.read_text())
                port = int(where["http"][0].rpartition(":")[2])
                time.sleep(3)
                run(options, port, rosterd.pid)
            writer.send("stop")
            print(f"written={writer.recv()}")
        finally:
            zookeeper.terminate()
            zookeeper.wait()


def run(options, port, pid):
    measure(port, options.target, 1)
    for streams in (0, options.streams):
        readers = None
        if streams:
            readers = start(read_streams, port, streams)[1]
            if readers.recv() != "synced":
                raise SystemExit("http_bench: the streams do not open")
        before = harness.cpu_seconds(pid)
        taken = measure(port, options.target, options.seconds)
        cpu = harness.cpu_seconds(pid) - before
        extra = ""
        if readers:
            readers.send("stop")
            received, closed = readers.recv()
            extra = (f" streamed_mib={received / 2**20:.0f} cut_off={closed}"
                     f" rss_mib={harness.resident_mib(pid):.0f}")
        report(f"{streams} streams", taken, cpu, options.seconds, extra)


if __name__ == "__main__":
    main()
