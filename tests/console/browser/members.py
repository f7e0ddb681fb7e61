#!/usr/bin/python3
"""Members that are nothing but znodes, for the tests of the console.

    members.py ZOOKEEPER

Reads commands from standard input, a JSON object a line, and answers each with
one: {"do":"create","names":[...],"record":"..."}, {"do":"set","name":...,
"record":...}, {"do":"delete","name":...}. In a record %N stands for the number
of the member. The znodes go when the input ends.
"""

import json
import sys

from kazoo.client import KazooClient

ROOT = "/clusterServer"
# A server that has to restart with more ephemerals of one session than some
# ten thousand may not come up again; this is far from it.
PER_SESSION = 2000


class Members:
    def __init__(self, servers):
        self.servers = servers
        self.sessions = []  # [client, number of znodes]
        self.owner = {}  # name -> client

    def _session(self):
        if not self.sessions or self.sessions[-1][1] >= PER_SESSION:
            client = KazooClient(hosts=self.servers, timeout=20)
            client.start()
            client.ensure_path(ROOT)
            self.sessions.append([client, 0])
        return self.sessions[-1]

    def create(self, names, record):
        pending = []
        for number, name in enumerate(names):
            session = self._session()
            session[1] += 1
            self.owner[name] = session[0]
            data = record.replace("%N", str(number)).encode()
            pending.append(session[0].create_async(f"{ROOT}/{name}", data, ephemeral=True))
        for result in pending:
            result.get(60)

    def set(self, name, record):
        self.owner[name].set(f"{ROOT}/{name}", record.encode())

    def delete(self, name):
        self.owner.pop(name).delete(f"{ROOT}/{name}")

    def stop(self):
        for client, _ in self.sessions:
            client.stop()
            client.close()


def main():
    members = Members(sys.argv[1])
    for line in sys.stdin:
        command = json.loads(line)
        what = command.pop("do")
        {"create": members.create, "set": members.set, "delete": members.delete}[what](**command)
        print(json.dumps({"done": what}), flush=True)
    members.stop()


if __name__ == "__main__":
    main()
