#!/usr/bin/env python3
"""A kazoo program that has one of everything, with somebody who waits for it.

    kazoo_holder.py SERVERS

Creates /ready/kazoo once all of it is there, and lives until /stop exists.
"""

import os
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.recipe.barrier import Barrier, DoubleBarrier
from kazoo.recipe.election import Election
from kazoo.recipe.lock import Lock, ReadLock, Semaphore, WriteLock
from kazoo.recipe.queue import LockingQueue, Queue

client = KazooClient(hosts=sys.argv[1])
client.start()


def in_background(task) -> None:
    threading.Thread(target=task, daemon=True).start()


def wait_for(path: str, children: int) -> None:
    while not client.exists(path) or len(client.get_children(path)) < children:
        time.sleep(0.005)


Lock(client, "/k/lock", "web-01").acquire()
in_background(Lock(client, "/k/lock", "waiter").acquire)
wait_for("/k/lock", 2)

ReadLock(client, "/k/rw", "reader").acquire()
in_background(WriteLock(client, "/k/rw", "writer").acquire)
wait_for("/k/rw", 2)

Semaphore(client, "/k/semaphore", "lessee", max_leases=1).acquire()
in_background(Semaphore(client, "/k/semaphore", "waiter", max_leases=1).acquire)
wait_for("/k/semaphore-__lock__", 1)

in_background(lambda: Election(client, "/k/election", "one").run(time.sleep, 10**6))
wait_for("/k/election", 1)
in_background(lambda: Election(client, "/k/election", "two").run(time.sleep, 10**6))
wait_for("/k/election", 2)

queue = Queue(client, "/k/queue")
queue.put(b"late", priority=200)
queue.put(b"early", priority=10)

locking = LockingQueue(client, "/k/locking")
locking.put(b"first")
locking.put(b"second")
assert locking.get(timeout=10) == b"first"

Barrier(client, "/k/bar").create()
in_background(lambda: DoubleBarrier(client, "/k/double", 2, "one").enter())
wait_for("/k/double", 1)

client.ensure_path("/ready/kazoo")
while not client.exists("/stop"):
    time.sleep(0.02)
os._exit(0)  # some of it waits for ever
