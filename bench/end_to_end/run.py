#!/usr/bin/env python3
"""Measures rosterd end to end beside the floor, in one run.

The floor is the ZooKeeper C client's own watch loop: a children watch and one
data watch a member, re-armed, nothing else. Both watch the same members on the
same server under the same load, one after the other, twice; latencies are from
the moment a member makes its record to the moment that the watcher (for
rosterd: the gRPC subscriber behind it) has it.

  bench/end_to_end/run.py [--members N] [--rates R,R] [--seconds S]
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import (ROOT, Role, Rosterd, cpu_seconds, figures, free_port,
                     memory_mib, resident_mib, start_zookeeper)


def measure(load, watcher, rate, seconds, cpu_of=None):
    """Runs the load and returns the watcher's figures. `cpu_of`: the process
    whose CPU and memory count, if it is not the watcher itself."""
    watcher.ask("clear")
    before = cpu_seconds(cpu_of) if cpu_of else 0
    done = load.ask(f"run {rate} {seconds}")
    time.sleep(1)  # what is under way arrives
    result = figures(watcher.ask("report"))
    if cpu_of:
        result["cpu"] = cpu_seconds(cpu_of) - before
        result["rss"] = resident_mib(cpu_of)
    result["late"] = float(done.rsplit("late_ms=", 1)[1])
    return result


def show(title, rate, sync, r):
    print(f"{title:9} {rate:>6}/s  sync {sync:6.3f} s  seen {int(r['count']):>7}"
          f"  p50 {r['p50']:8.3f} ms  p99 {r['p99']:8.3f} ms"
          f"  cpu {r['cpu']:6.2f} s  rss {r['rss']:6.1f} MiB"
          f"  generator late {r['late']:.0f} ms", flush=True)


def show_memory(when, daemon):
    print(f"rosterd   {when}: " + "  ".join(
        f"{name} {value:.1f} MiB" for name, value
        in memory_mib(daemon.pid).items()), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=10000)
    parser.add_argument("--name-bytes", type=int, default=34)
    parser.add_argument("--record-bytes", type=int, default=300)
    parser.add_argument("--rates", default="500,2000")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--json", help="write the figures into this file")
    args = parser.parse_args()
    rates = [int(r) for r in args.rates.split(",")]
    role = pathlib.Path(args.build) / "bench/end_to_end_bench"

    folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-bench-"))
    started, rows = [], []
    try:
        port = free_port()
        zookeeper = start_zookeeper(folder, port)
        servers = f"127.0.0.1:{port}"
        load = Role(role, "load", "--servers", servers, "--members", args.members,
                    "--name-bytes", args.name_bytes,
                    "--record-bytes", args.record_bytes)
        started.append(load)
        load.answer()
        load.ask("run 2000 5")  # warms the server up
        for round_number in range(args.rounds):
            floor = Role(role, "floor", "--servers", servers)
            started.append(floor)
            sync = float(floor.answer().split()[1])
            for rate in rates:
                r = measure(load, floor, rate, args.seconds)
                show("floor", rate, sync, r)
                rows.append({"who": "floor", "round": round_number, "rate": rate,
                             "sync": sync, **r})
            floor.stop()

            with Rosterd(args.build, folder, servers) as daemon:
                subscriber = Role(role, "subscriber",
                                  "--endpoint", daemon.endpoint)
                started.append(subscriber)
                subscriber.answer()
                sync = time.monotonic() - daemon.begin
                show_memory("synced", daemon)
                for rate in rates:
                    r = measure(load, subscriber, rate, args.seconds, daemon.pid)
                    show("rosterd", rate, sync, r)
                    rows.append({"who": "rosterd", "round": round_number,
                                 "rate": rate, "sync": sync, **r})
                for _ in range(10):
                    daemon.scrape()
                time.sleep(1)  # the last page is on its way still
                show_memory("scraped", daemon)
                subscriber.stop()
        for rate in rates:
            def best(who, key):
                return min(r[key] for r in rows
                           if r["who"] == who and r["rate"] == rate)
            print(f"ratio at {rate}/s: " + "  ".join(
                f"{key} {best('rosterd', key) / max(best('floor', key), 1e-9):.2f}"
                for key in ("sync", "p50", "p99", "cpu")), flush=True)
        if args.json:
            pathlib.Path(args.json).write_text(json.dumps(rows, indent=1))
    finally:
        for process in reversed(started):
            process.stop()
        zookeeper.terminate()
        zookeeper.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
