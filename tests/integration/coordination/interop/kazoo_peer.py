#!/usr/bin/env python3
"""A kazoo program that contends with ours.

    kazoo_peer.py SERVERS RECIPE PATH TURNS

RECIPE is lock, read_write_lock, queue or time_lock. See CuratorPeer.java, which
does the same with Curator. The queue is a LockingQueue: it puts TURNS items and
takes items until there has been none for two seconds.
"""

import sys
import time

from kazoo.client import KazooClient
from kazoo.recipe.lock import Lock, WriteLock
from kazoo.recipe.queue import LockingQueue

servers, recipe, path, turns = sys.argv[1:4] + [int(sys.argv[4])]
client = KazooClient(hosts=servers)
client.start()


def read(node: str) -> int:
    return int(client.get(node)[0])


def count_up(node: str) -> None:
    client.set(node, str(read(node) + 1).encode())


client.ensure_path("/ready/kazoo")
while not client.exists("/go"):
    time.sleep(0.005)

if recipe == "lock":
    lock = Lock(client, path, "kazoo", extra_lock_patterns=["-lock-"])
    for _ in range(turns):
        with lock:
            count_up("/count")
elif recipe == "read_write_lock":
    # No ReadLock: once created, one of kazoo 2.8 waits for writers that came
    # after it, too, and those wait for it.
    writer = WriteLock(client, path, "kazoo", extra_lock_patterns=["__READ__", "__WRIT__"])
    for _ in range(turns):
        with writer:
            count_up("/count")
            count_up("/count2")
elif recipe == "queue":
    queue = LockingQueue(client, path)
    for i in range(turns):
        queue.put(f"kazoo-{i}".encode())
    while (item := queue.get(timeout=2)) is not None:
        if queue.consume():
            print("took", item.decode(), flush=True)
elif recipe == "time_lock":
    lock = Lock(client, path)
    for _ in range(turns):  # warms up
        with lock:
            pass
    begin = time.perf_counter()
    for _ in range(turns):
        with lock:
            pass
    print((time.perf_counter() - begin) / turns * 1e6)
else:
    sys.exit(f"no such recipe: {recipe}")
client.stop()
