#!/usr/bin/env python3
"""Measures rosterd with many subscribers beside the floor, in one run.

The floor is a gRPC callback server that broadcasts one serialised message to
all its streams and does nothing else: no ZooKeeper, no view, no tokens. The
readers are the same for both: one process, a few connections, raw bytes. For
rosterd one session updates members of a real ZooKeeper at the given rate;
latencies are from the moment a member makes its record (floor: the server its
message) to the moment that a reader has it. `stuck`: the same while one more
reader, with a connection of its own, never reads.

  bench/fan_out/run.py [--streams N] [--rates R,R] [--seconds S] [--rounds N]
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import (ROOT, Role, Rosterd, cpu_seconds, figures, free_port,
                     resident_mib, start_zookeeper)


class Bench:
    def __init__(self, args, started):
        self.args = args
        self.started = started  # to be ended if something goes wrong
        self.program = pathlib.Path(args.build) / "bench/fan_out_bench"
        self.rows = []

    def start(self, *argv):
        role = Role(self.program, *argv)
        self.started.append(role.process)
        return role

    def readers(self, endpoint):
        readers = self.start("readers", "--endpoint", endpoint,
                             "--streams", self.args.streams,
                             "--channels", self.args.channels)
        readers.answer()
        return readers

    def stuck_reader(self, endpoint):
        reader = self.start("readers", "--endpoint", endpoint, "--streams", 1,
                            "--channels", 1, "--never-read")
        reader.answer()
        return reader

    def settle(self, readers):
        """Waits until nothing arrives any more; returns the report."""
        row = figures(readers.ask("report"))
        while True:
            time.sleep(1)
            before, row = row, figures(readers.ask("report"))
            if row["count"] == before["count"]:
                return row

    def measure(self, who, sender, readers, server_pid, rate):
        """Has `sender` send, and shows what the readers got."""
        self.settle(readers)
        readers.ask("clear")
        before = cpu_seconds(server_pid)
        done = sender.ask(f"run {rate} {self.args.seconds}")
        expected = int(figures_of(done)["sent"]) * self.args.streams
        row = self.settle(readers)
        row.update(who=who, rate=rate, share=row["count"] / expected,
                   readers_cpu=row.pop("cpu"),
                   server_cpu=cpu_seconds(server_pid) - before,
                   server_rss=resident_mib(server_pid),
                   late=figures_of(done)["late_ms"])
        self.rows.append(row)
        print(f"{who:8} {rate:>4}/s  delivered {100 * row['share']:6.2f} %"
              f"  p50 {row['p50']:8.2f} ms  p99 {row['p99']:8.2f} ms"
              f"  max {row['max']:8.2f} ms  server cpu {row['server_cpu']:5.2f} s"
              f"  rss {row['server_rss']:5.1f} MiB"
              f"  readers cpu {row['readers_cpu']:5.2f} s"
              f"  sender late {row['late']:.0f} ms", flush=True)
        return row

    def floor(self):
        server = self.start("broadcast")
        port = server.answer().split()[1]
        readers = self.readers(f"127.0.0.1:{port}")
        for rate in self.args.rates:
            self.measure("floor", server, readers, server.pid, rate)
        readers.stop()
        server.stop()

    def rosterd(self, load, servers, folder):
        with Rosterd(self.args.build, folder, servers) as daemon:
            readers = self.readers(daemon.endpoint)
            for rate in self.args.rates:
                self.measure("rosterd", load, readers, daemon.pid, rate)
                stuck = self.stuck_reader(daemon.endpoint)
                load.ask(f"run {rate} 3")  # until its window is full
                self.measure("stuck", load, readers, daemon.pid, rate)
                stuck.stop()
            readers.stop()

    def summary(self):
        def median(who, rate, key):
            return statistics.median(r[key] for r in self.rows
                                     if r["who"] == who and r["rate"] == rate)
        for rate in self.args.rates:
            print(f"median at {rate}/s: " + "; ".join(
                f"{who} delivered {100 * median(who, rate, 'share'):.2f} %"
                f" p50 {median(who, rate, 'p50'):.1f}"
                f" p99 {median(who, rate, 'p99'):.1f} ms"
                f" cpu {median(who, rate, 'server_cpu'):.2f} s"
                for who in ("floor", "rosterd", "stuck")), flush=True)


def figures_of(answer):
    return {k: float(v) for k, v in
            (f.split("=") for f in answer.split() if "=" in f)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--rates", default="50,100",
                        type=lambda text: [int(r) for r in text.split(",")])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--json", help="write the figures into this file")
    args = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-fan-out-"))
    started = []
    bench = Bench(args, started)
    try:
        port = free_port()
        zookeeper = start_zookeeper(folder, port)
        started.append(zookeeper)
        servers = f"127.0.0.1:{port}"
        load = Role(pathlib.Path(args.build) / "bench/end_to_end_bench", "load",
                    "--servers", servers, "--members", args.members)
        started.append(load.process)
        load.answer()
        load.ask("run 1000 5")  # warms the server up
        for _ in range(args.rounds):
            bench.floor()
            bench.rosterd(load, servers, folder)
        bench.summary()
        if args.json:
            pathlib.Path(args.json).write_text(json.dumps(bench.rows, indent=1))
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
