#!/usr/bin/env python3
"""Membership in a Roster cluster from Python: kazoo and nothing else.

    membership.py NAME [--zookeeper HOST:PORT] [--cluster-path PATH] [DIRECTORY]

Joins, reports its progress in hashing the files of a directory, and leaves
cleanly on SIGTERM or Ctrl-C. What it writes is the member record of
docs/znodes.md; any language can do the same. It follows no orders and says so
by writing no applied_epoch: while an operator holds it, monitors show it
OFFLINE from the first moment, with what it reports beside that, and whoever
asks them sends it no work. Nobody tells this process; it goes on.
"""
import argparse
import datetime
import hashlib
import json
import os
import signal
import sys
import threading
import time
import uuid

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


class Member:
    """Keeps one ephemeral node with this process's record. Thread-safe."""

    def __init__(self, client, path, service):
        self.client, self.path = client, path
        self.lock = threading.Lock()
        self.changed = threading.Event()
        self.record = {"v": 1, "incarnation": str(uuid.uuid4()), "service": service,
                       "state": "UP", "started_at": now(), "gauges": {}, "tasks": []}

    def update(self, **fields):
        """Changes fields of the record; keep() writes them."""
        with self.lock:
            self.record.update(fields, updated_at=now())
        self.changed.set()

    def data(self):
        with self.lock:
            return json.dumps(self.record).encode()

    def keep_once(self):
        """Writes the newest record; creates the node if it is missing."""
        if not self.client.connected:
            return False
        try:
            stat = self.client.exists(self.path)
            if stat is None:  # the first time, after an expiry, or a stray delete
                self.client.create(self.path, self.data(), ephemeral=True, makepath=True)
            elif stat.ephemeralOwner == self.client.client_id[0]:
                self.client.set(self.path, self.data(), version=stat.version)
            else:  # a namesake, or our last session: it is not ours to touch
                print(f"{self.path}: owned by session {stat.ephemeralOwner:#x}, waiting",
                      file=sys.stderr)
                return False
            return True
        except KazooException as error:
            print(f"{self.path}: {error!r}, trying again", file=sys.stderr)
            return False

    def keep(self, stop):
        """Until `stop`: at most one write a second, and a look every five."""
        while not stop.is_set():
            self.changed.wait(timeout=5)
            self.changed.clear()
            if not self.keep_once():
                self.changed.set()
            stop.wait(1)

    def leave(self):
        """LEAVING tells a goodbye from a crash. Watchers get a moment to read it."""
        self.update(state="LEAVING")
        if self.keep_once():
            time.sleep(0.1)
            self.client.delete(self.path)


def hash_file(path):
    """Some real work. Returns the bytes read."""
    try:
        with open(path, "rb") as file:
            hashlib.sha256(data := file.read(1 << 20))
            return len(data)
    except OSError:
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("directory", nargs="?", default="/usr/share/doc")
    parser.add_argument("--zookeeper", default="127.0.0.1:2181")
    parser.add_argument("--cluster-path", default="/clusterServer")
    args = parser.parse_intermixed_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    client = KazooClient(args.zookeeper, timeout=10)
    member = Member(client, f"{args.cluster_path}/{args.name}", "python-example")
    # A new session has none of the old one's nodes: write at once.
    client.add_listener(
        lambda state: member.changed.set() if state == KazooState.CONNECTED else None)
    client.start_async()  # ZooKeeper may come later than we do
    keeper = threading.Thread(target=member.keep, args=(stop,), daemon=True)
    keeper.start()

    files = [os.path.join(folder, name)
             for folder, _, names in os.walk(args.directory) for name in names]
    task = {"id": "hash-1", "name": "hash", "state": "RUNNING", "done": 0,
            "total": len(files), "unit": "files", "started_at": now()}
    size = 0
    for done, path in enumerate(files, 1):
        size += hash_file(path)
        task.update(done=done, updated_at=now())
        member.update(tasks=[dict(task)], gauges={"bytes_hashed": size})
        if stop.wait(0.01):  # so that there is something to watch
            break
    else:
        task.update(state="SUCCEEDED")
        member.update(tasks=[dict(task)])
        stop.wait()
    keeper.join(timeout=5)
    member.leave()
    client.stop()
    client.close()


if __name__ == "__main__":
    main()
