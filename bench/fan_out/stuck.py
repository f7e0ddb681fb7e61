#!/usr/bin/env python3
"""Tells what one reader that never reads does to all the others.

The same rosterd serves the same streams in every turn; a turn measures them
without the stuck reader, with it, and without it once more, in an order drawn
anew. The two measurements without it tell how much of a difference is noise:
their ratio's interval has to hold 1, and is as wide as the noise.

  bench/fan_out/stuck.py [--streams N] [--rate R] [--seconds S] [--turns N]
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import ROOT, Role, Rosterd, free_port, start_zookeeper
from paired import show_ratio, turns
from run import Bench

BAR = 1.1


def turn(bench, order, load, readers, daemon, rate):
    row = {}
    for who in order:
        stuck = bench.stuck_reader(daemon.endpoint) if who == "stuck" else None
        load.ask(f"run {rate} 3")  # with it: until its window is full
        row[who] = bench.measure(who, load, readers, daemon.pid, rate)
        if stuck:
            stuck.stop()
    return row


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    args = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-stuck-"))
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
        with Rosterd(args.build, folder, servers) as daemon:
            readers = bench.readers(daemon.endpoint)
            rows = [turn(bench, order, load, readers, daemon, args.rate)
                    for order in turns(args.turns, ["alone", "again", "stuck"])]
            readers.stop()
        for key, bar in (("p50", None), ("p99", BAR), ("server_cpu", None)):
            show_ratio(f"{key}, noise",
                       [(r["again"][key], r["alone"][key]) for r in rows])
            show_ratio(f"{key}, one stuck reader",
                       [(r["stuck"][key], r["alone"][key]) for r in rows], bar)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
