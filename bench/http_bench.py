#!/usr/bin/env python3
"""What an ordinary GET takes while streams are open, or pages are scraped.

Starts a ZooKeeper, members and a rosterd, and measures GETs over one persistent
connection: with no stream and with many readers of /api/v1/watch, each while
nothing changes and while members are written at a steady rate. Everything is on
this machine; the readers are a process of their own that throws away what it
reads, and counts it.

    bench/http_bench.py --build build/release [--streams 500] [--rate 100]

With --scrape, instead of streams: beside a process that asks for large pages
over and over.

    bench/http_bench.py --members 10000 --scrape /metrics --scrape /sd/prometheus
"""

import argparse
import http.client
import json
import logging
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
        stream.sendall(b"GET /api/v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
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


def write_members(servers, names, connection):
    """Writes members in turn, at the rate that it is told, until it is told
    none. Answers each rate, and in the end how many it wrote."""
    # A session's members go with it, in one transaction: not too many.
    clients = []
    for first in range(0, len(names), 2000):
        client = KazooClient(servers)
        client.start()
        client.ensure_path("/clusterServer")
        created = [client.create_async(f"/clusterServer/{name}", record(0),
                                       ephemeral=True)
                   for name in names[first:first + 2000]]
        for result in created:
            result.get(60)
        clients.append(client)
    connection.send("joined")
    written = 0
    rate = connection.recv()
    while rate is not None:
        begin, due = time.monotonic(), 0
        while not connection.poll(0 if rate else None):
            time.sleep(max(0, begin + due / rate - time.monotonic()))
            at = written % len(names)
            clients[at // 2000].set_async(f"/clusterServer/{names[at]}",
                                          record(written))
            written += 1
            due += 1
        rate = connection.recv()
    for client in clients:
        client.stop()
        client.close()
    connection.send(written)


def scrape(port, targets, connection):
    """Asks for the targets in turn until somebody says stop."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    taken = {target: [] for target in targets}
    told = False
    while not connection.poll():
        for target in targets:
            begin = time.monotonic()
            client.request("GET", target)
            response = client.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"http_bench: {target}: {response.status}")
            taken[target].append((time.monotonic() - begin) * 1000)
        if not told:
            told = True
            connection.send("scraping")
        time.sleep(0.1)
    connection.send({target: (len(ms), sum(ms) / len(ms))
                     for target, ms in taken.items()})


def record(value):
    return json.dumps({
        "v": 1, "state": "UP", "service": "bench", "labels": {"zone": "a"},
        "gauges": {"queue_depth": value},
        "endpoints": {"metrics": "10.0.0.1:9100"},
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
    print(f"{name:34} GETs={len(taken)} p50_ms={at(taken, 0.5):.2f} "
          f"p99_ms={at(taken, 0.99):.2f} max_ms={taken[-1]:.2f} "
          f"rosterd_cpu={cpu / seconds:.2f}{extra}", flush=True)


def main():
    # kazoo tells of connections that end, and here they do.
    logging.getLogger("kazoo").setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--scrape", action="append", metavar="PATH")
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
            process, writer = start(write_members, servers, names)
            writer.recv()
            with harness.Rosterd(options.build, folder, servers) as rosterd:
                where = json.loads(rosterd.addresses.read_text())
                port = int(where["http"][0].rpartition(":")[2])
                time.sleep(3)
                (run_scrapes if options.scrape else run_streams)(
                    options, port, rosterd.pid, writer)
            writer.send(None)
            print(f"written={writer.recv()}")
            process.join()
        finally:
            zookeeper.terminate()
            zookeeper.wait()


def run_streams(options, port, pid, writer):
    measure(port, options.target, 1)
    writer.send(0)
    for streams, rate in ((0, 0), (0, options.rate), (options.streams, 0),
                          (options.streams, options.rate)):
        readers = None
        if streams:
            readers = start(read_streams, port, streams)[1]
            if readers.recv() != "synced":
                raise SystemExit("http_bench: the streams do not open")
        writer.send(rate)
        before = harness.cpu_seconds(pid)
        taken = measure(port, options.target, options.seconds)
        cpu = harness.cpu_seconds(pid) - before
        writer.send(0)
        extra = ""
        if readers:
            readers.send("stop")
            received, closed = readers.recv()
            extra = (f" streamed_mib={received / 2**20:.0f} cut_off={closed}"
                     f" rss_mib={harness.resident_mib(pid):.0f}")
        report(f"{streams} streams, {rate} changes a second", taken, cpu,
               options.seconds, extra)


def run_scrapes(options, port, pid, writer):
    measure(port, options.target, 1)
    writer.send(options.rate)
    for targets in ([], options.scrape):
        scraper = None
        if targets:
            scraper = start(scrape, port, targets)[1]
            scraper.recv()
        before = harness.cpu_seconds(pid)
        taken = measure(port, options.target, options.seconds)
        cpu = harness.cpu_seconds(pid) - before
        extra = ""
        if scraper:
            scraper.send("stop")
            for target, (count, mean) in scraper.recv().items():
                extra += f" {target}={count}x{mean:.0f}ms"
        report(f"{len(targets)} pages scraped", taken, cpu, options.seconds,
               extra)


if __name__ == "__main__":
    main()
