#!/usr/bin/python3
"""How soon an operator sees a change: from the moment it is a fact until a
`rosterctl` started after it has shown it, its own start included.

  join      a kazoo client's create is acknowledged -> in `members -o json`
  register  the registrar's node is on the server    -> in `members -o json`
  leave     a service that was told to stop has ended -> LEFT
  crash     a service was killed with -9             -> LOST; bound: session
            timeout + 1 tick + 250 ms

  bench/visibility.py [--rounds N]
"""

import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

from kazoo.client import KazooClient

ROOT = pathlib.Path(__file__).resolve().parents[1]
SESSION_TIMEOUT_S = 2.0
TICK_S = 0.5  # of the ZooKeeper of rosterd --dev


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    args = parser.parse_args()
    programs = pathlib.Path(args.build) / "bin"
    folder = tempfile.TemporaryDirectory(prefix="roster-visibility-")
    addresses = pathlib.Path(folder.name) / "addresses.json"
    rosterd = subprocess.Popen(
        [programs / "rosterd", "--dev", "--grpc-listen", "127.0.0.1:0",
         "--http-listen", "127.0.0.1:0", "--address-file", addresses,
         "--log-level", "error"])
    samples = {"join": [], "register": [], "leave": [], "crash": []}
    try:
        while not addresses.exists():
            time.sleep(0.01)
        where = json.loads(addresses.read_text())

        def seen(name, status):
            """Polls rosterctl until it shows the status; returns when."""
            while True:
                out = subprocess.run(
                    [programs / "rosterctl", "--endpoint", where["grpc"][0],
                     "members", "-o", "json"], capture_output=True, check=True)
                for member in json.loads(out.stdout):
                    if member["name"] == name and \
                            member["status"] == f"MEMBER_STATUS_{status}":
                        return time.monotonic()

        def service(name):
            return subprocess.Popen(
                [programs / "file_indexer", "--zookeeper", where["zookeeper"],
                 "--name", name, "--session-timeout", f"{SESSION_TIMEOUT_S}s",
                 "--pace", "10", ROOT / "docs"], stderr=subprocess.DEVNULL)

        client = KazooClient(where["zookeeper"])
        client.start(timeout=30)
        client.ensure_path("/clusterServer")
        for i in range(args.rounds):
            client.create(f"/clusterServer/join-{i}", b"", ephemeral=True)
            fact = time.monotonic()
            samples["join"].append(seen(f"join-{i}", "UP") - fact)

            path = f"/clusterServer/service-{i}"
            process = service(f"service-{i}")
            while client.exists(path) is None:
                time.sleep(0.001)
            fact = time.monotonic()
            samples["register"].append(seen(f"service-{i}", "UP") - fact)
            process.send_signal(signal.SIGTERM)
            process.wait()
            fact = time.monotonic()
            samples["leave"].append(seen(f"service-{i}", "LEFT") - fact)
        for i in range(max(1, args.rounds // 4)):
            process = service(f"crash-{i}")
            seen(f"crash-{i}", "UP")
            process.kill()
            fact = time.monotonic()
            process.wait()
            samples["crash"].append(seen(f"crash-{i}", "LOST") - fact)
        client.stop()
    finally:
        rosterd.terminate()
        rosterd.wait()
        folder.cleanup()
    for what, values in samples.items():
        print(f"{what:9} n {len(values):3}  median {statistics.median(values) * 1e3:7.1f} ms"
              f"  max {max(values) * 1e3:7.1f} ms")
    bound = SESSION_TIMEOUT_S + TICK_S + 0.25
    print(f"crash bound {bound * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
