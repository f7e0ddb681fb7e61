#!/usr/bin/env python3
"""Compares rosterd's first sync with the floor's, in turns, at any scale.

As in run.py, a sync is from the start of listing (floor) or of the process
(rosterd) to the last member read (at the subscriber). Beside the time it tells
the CPU that went into it, the watcher's and the ZooKeeper server's, which is
what is left to compare when others use the machine: time waits for them, CPU
does not.

  bench/end_to_end/sync.py [--members N] [--turns N]
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import (ROOT, Role, Rosterd, cpu_seconds, free_port, memory_mib,
                     start_zookeeper)
from paired import show_ratio, turns


def floor_sync(role, servers, zookeeper):
    before = cpu_seconds(zookeeper.pid)
    floor = Role(role, "floor", "--servers", servers)
    try:
        sync = float(floor.answer().split()[1])
        return {"sync": sync, "cpu": cpu_seconds(floor.pid),
                "server": cpu_seconds(zookeeper.pid) - before}
    finally:
        floor.stop()


def rosterd_sync(args, role, folder, servers, zookeeper):
    before = cpu_seconds(zookeeper.pid)
    with Rosterd(args.build, folder, servers) as daemon:
        subscriber = Role(role, "subscriber", "--endpoint", daemon.endpoint)
        try:
            subscriber.answer()
            sync = time.monotonic() - daemon.begin
            result = {"sync": sync, "cpu": cpu_seconds(daemon.pid),
                      "server": cpu_seconds(zookeeper.pid) - before}
            # What it does for itself after that (the ledger) counts for memory.
            time.sleep(args.rest)
            result["memory"] = memory_mib(daemon.pid)
            return result
        finally:
            subscriber.stop()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--rest", type=float, default=5,
                        help="seconds after a sync until memory is looked at")
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    args = parser.parse_args()
    role = pathlib.Path(args.build) / "bench/end_to_end_bench"

    folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-sync-"))
    load, rows = None, []
    port = free_port()
    zookeeper = start_zookeeper(folder, port)
    try:
        servers = f"127.0.0.1:{port}"
        load = Role(role, "load", "--servers", servers,
                    "--members", args.members)
        load.answer()
        floor_sync(role, servers, zookeeper)  # warms the server up
        for order in turns(args.turns, ["floor", "rosterd"]):
            row = {}
            for who in order:
                row[who] = r = (
                    floor_sync(role, servers, zookeeper) if who == "floor"
                    else rosterd_sync(args, role, folder, servers, zookeeper))
                print(f"{who:8} sync {r['sync']:6.3f} s  cpu {r['cpu']:5.2f} s"
                      f"  server cpu {r['server']:5.2f} s"
                      + "".join(f"  {name} {value:.1f} MiB" for name, value
                                in r.get("memory", {}).items()), flush=True)
            rows.append(row)
        for title, key, bar in (("sync, time", "sync", 1.3),
                                ("sync, CPU of the watcher", "cpu", None),
                                ("sync, CPU of the server", "server", None)):
            show_ratio(title, [(row["rosterd"][key], row["floor"][key])
                               for row in rows], bar)
    finally:
        if load:
            load.stop()
        zookeeper.terminate()
        zookeeper.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
