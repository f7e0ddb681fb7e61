#!/usr/bin/python3
"""Programs that coordinate by kazoo's recipes, for the tests of the console.

    holders.py ZOOKEEPER

Reads commands from standard input, a JSON object a line, and answers each with
one:

    {"do":"lock","path":...,"who":...}      stands in line for a lock
    {"do":"elect","path":...,"who":...}     stands for election
    {"do":"put","path":...,"values":[...]}  puts items into a queue
    {"do":"bar","path":...}                 closes a barrier
    {"do":"leave","who":...}                ends the session of somebody
    {"do":"state"}                          who holds or leads: {"holds":[...]}

Everybody has a session of their own. All go when the input ends.
"""

import json
import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.recipe.barrier import Barrier
from kazoo.recipe.election import Election
from kazoo.recipe.lock import Lock
from kazoo.recipe.queue import Queue


class Holders:
    def __init__(self, servers):
        self.servers = servers
        self.own = self._connect()
        self.clients = {}  # who -> client
        self.holds = set()
        self.mutex = threading.Lock()

    def _connect(self):
        client = KazooClient(hosts=self.servers, timeout=10)
        client.start()
        return client

    def _stand(self, who, wait):
        """Runs `wait`, which blocks until its turn, on a thread."""
        def run():
            try:
                wait(lambda: self._note(who))
            except KazooException:
                pass  # the session was ended
        threading.Thread(target=run, daemon=True).start()

    def _note(self, who):
        with self.mutex:
            self.holds.add(who)

    def _join(self, who):
        self.clients[who] = self._connect()
        return self.clients[who]

    def lock(self, path, who):
        lock = Lock(self._join(who), path, identifier=who)

        def wait(begun):
            if lock.acquire():
                begun()
        self._stand(who, wait)

    def elect(self, path, who):
        election = Election(self._join(who), path, identifier=who)
        ended = threading.Event()

        def lead(begun):
            begun()
            ended.wait()
        self._stand(who, lambda begun: election.run(lead, begun))

    def put(self, path, values):
        queue = Queue(self.own, path)
        for value in values:
            queue.put(value.encode())

    def bar(self, path):
        Barrier(self.own, path).create()

    def leave(self, who):
        client = self.clients.pop(who)
        client.stop()
        client.close()
        with self.mutex:
            self.holds.discard(who)

    def state(self):
        with self.mutex:
            return {"holds": sorted(self.holds)}


def main():
    holders = Holders(sys.argv[1])
    for line in sys.stdin:
        command = json.loads(line)
        what = command.pop("do")
        if what not in ("lock", "elect", "put", "bar", "leave", "state"):
            raise SystemExit(f"holders.py: there is no {what}")
        answer = getattr(holders, what)(**command) or {"done": what}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
