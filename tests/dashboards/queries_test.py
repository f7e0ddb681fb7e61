#!/usr/bin/env python3
"""Asks a real Prometheus every query of every dashboard, while it scrapes real
rosterds with members in every status, and wants an answer to each: a panel that
stays empty is broken, whatever its JSON says.

    queries_test.py DIRECTORY-OF-BINARIES
"""

import functools
import json
import math
import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from live_cluster import LiveCluster, until  # noqa: E402

RULES = [ROOT / "dashboards/prometheus" / name for name in ("roster_rules.yaml", "roster_alerts.yaml")]

# What Grafana would put in. A panel about one member may be empty for some
# (who is present is not gone), so any of these will do.
VARIABLES = {"job": "roster", "zookeeper_job": "zookeeper", "cluster": ".+", "service": ".*",
             "task": ".+", "instance": ".+"}
MEMBERS = ["search-1", "lost-1", "draining-1"]
# One scrape a second, so that a minute has all that happened here.
RATE_INTERVAL = "1m"

# Panels that may stay empty, and why.
MAY_BE_EMPTY = {
    "roster-zookeeper: annotation Elections":
        "the ensemble elects once, before Prometheus first looks; another election costs the test its speed",
    "roster-zookeeper: annotation Sessions of rosterd":
        "a session lasts; to let one expire takes longer than all of the test",
}


def substitute(expr, member="", **others):
    expr = expr.replace("$__rate_interval", RATE_INTERVAL)
    for name, value in {**VARIABLES, "member": member, **others}.items():
        expr = expr.replace(f"${name}", value)
    assert "$" not in expr, expr
    return expr


@functools.cache
def dashboards():
    return [json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((ROOT / "dashboards/grafana").glob("*.json"))]


def queries():
    """(where, PromQL with variables) of panels and annotations."""
    for dashboard in dashboards():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                yield f"{dashboard['uid']}: {panel['title']} {target['refId']}", target["expr"]
        for mark in dashboard["annotations"]["list"]:
            yield f"{dashboard['uid']}: annotation {mark['name']}", mark["expr"]


def has_answer(prometheus, expr):
    """A quantile of nothing is NaN: that is no answer."""
    members = MEMBERS if "$member" in expr else [""]
    return any(any(not math.isnan(value) for _, value in prometheus.vector(substitute(expr, member)))
               for member in members)


def check_queries(prometheus):
    everything = list(queries())
    assert len(everything) > 150, len(everything)
    open_ones = list(everything)

    def all_answered():
        open_ones[:] = [query for query in open_ones if not has_answer(prometheus, query[1])
                        and query[0] not in MAY_BE_EMPTY]
        return not open_ones
    try:
        until("every query has an answer", all_answered, seconds=30)
    except AssertionError:
        for where, expr in open_ones:
            print(f"empty: {where}: {expr}")
        raise
    for name in MAY_BE_EMPTY:
        assert any(where == name for where, _ in everything), f"no such panel: {name}"
    return len(everything)


def check_without_provider(prometheus):
    """Where ZooKeeper's servers are not scraped, the rows that are from them
    have no data, rather than zeros; the others have all of theirs."""
    # What Grafana makes of "All" where there is nothing to choose from.
    nothing = {"zookeeper_job": "()"}
    dashboard = next(d for d in dashboards() if d["uid"] == "roster-zookeeper")
    heading, empty, full = "", 0, 0
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            heading = panel["title"]
            continue
        for target in panel["targets"]:
            answer = prometheus.vector(substitute(target["expr"], **nothing))
            where = f"{heading}: {panel['title']}: {answer}"
            if heading.startswith("ZooKeeper's Prometheus provider"):
                assert not answer, where
                empty += 1
            else:
                assert answer, where
                full += 1
    assert empty > 20 and full > 15, (empty, full)
    return empty + full


def check_variables(prometheus):
    count = 0
    for dashboard in dashboards():
        for variable in dashboard["templating"]["list"]:
            if variable["type"] != "query":
                continue
            selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["definition"]).groups()
            assert prometheus.label_values(substitute(selector), label), f"{dashboard['uid']}: {variable['name']}"
            count += 1
    return count


def panel_value(prometheus, uid, title):
    """The value of a panel with one query and one series."""
    dashboard = next(d for d in dashboards() if d["uid"] == uid)
    panel = next(p for p in dashboard["panels"] if p["title"] == title)
    values = prometheus.vector(substitute(panel["targets"][0]["expr"]))
    assert len(values) == 1, f"{title}: {values}"
    return values[0][1]


def check_numbers(prometheus):
    """That what is shown is also true: two rosterds do not count twice."""
    expected = {
        ("roster-cluster", "Working"): 5,  # search-1, web-1, stalled-1, opaque-1, degraded-1
        ("roster-cluster", "LOST"): 8,
        ("roster-cluster", "In maintenance"): 2,
        ("roster-cluster", "Working share"): 5 / 14,
        ("roster-cluster", "Stalled tasks"): 1,
        ("roster-cluster", "Opaque"): 1,
        ("roster-cluster", "Mass-loss guard"): 1,
        ("roster-progress", "Running"): 2,
        ("roster-progress", "Failed"): 1,
        ("roster-control", "Held offline"): 2,
        ("roster-control", "Overdue drains"): 1,
        ("roster-control", "Broken budgets"): 1,
        ("roster-control", "Unreadable"): 1,
        ("roster-rosterd", "Scraped"): 2,
        ("roster-rosterd", "Leaders"): 1,
        ("roster-rosterd", "Blind"): 0,
        ("roster-zookeeper", "Voters"): 3,
        ("roster-zookeeper", "Servers"): 3,
        ("roster-zookeeper", "Serving"): 3,
        ("roster-zookeeper", "Not serving"): 0,
        ("roster-zookeeper", "Without a quorum"): 0,
        ("roster-zookeeper", "Followers in sync"): 2,
        ("roster-zookeeper", "Rosterds connected"): 2,
    }

    def right():
        shown = {panel: panel_value(prometheus, *panel) for panel in expected}
        wrong = {panel: value for panel, value in shown.items()
                 if not math.isclose(value, expected[panel], abs_tol=1e-9)}
        assert not wrong, f"{wrong} instead of { {panel: expected[panel] for panel in wrong} }"
        return True
    until("the numbers are right", right, seconds=20)
    by_service = dict((labels["service"], value) for labels, value in prometheus.vector(
        'max by (service) (roster_members_by_service{status="LOST"})') if "service" in labels)
    assert by_service == {"search": 8, "web": 0}, by_service
    return len(expected)


def check_rules(prometheus):
    """That Prometheus can evaluate all of them, and which of them speak."""
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    written = sum(len(re.findall(r"^ *- (?:alert|record):", rule.read_text(), re.M)) for rule in RULES)
    assert len(rules) == written > 20, (len(rules), written)
    bad = [(rule["name"], rule["health"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"]
    assert not bad, bad
    speaking = {rule["name"] for rule in rules if rule["type"] == "alerting" and rule["state"] != "inactive"}
    # The eight that were lost are one alarm, and maintenance is none. Nothing
    # of rosterd or ZooKeeper is wrong.
    expected = {"RosterMassLoss", "RosterBudgetBroken", "RosterTaskStalled", "RosterDrainOverdue",
                "RosterOrderUnreadable"}
    assert speaking == expected, speaking ^ expected
    return len(rules)


def check_servers(cluster):
    """What rosterds say of each server is what the servers say themselves."""
    told = {}
    for labels, value in cluster.prometheus.vector("roster_zookeeper_server_role == 1"):
        told.setdefault(labels["server"], set()).add(labels["role"])
    true = {f"127.0.0.1:{port}": {cluster.ensemble.mntr(number)["zk_server_state"].upper()}
            for number, port in enumerate(cluster.ensemble.ports)}
    assert told == true, f"{told} instead of {true}"
    assert sorted(role for roles in true.values() for role in roles) == ["FOLLOWER", "FOLLOWER", "LEADER"], true
    return len(told)


def check_zookeeper_names(cluster):
    """Every name that we use of ZooKeeper's is one of a real server."""
    shown = set()
    for number in range(3):
        shown |= set(cluster.ensemble.mntr(number))
    names = [line.split()[0] for line in
             (ROOT / "tests/dashboards/zookeeper_metrics.txt").read_text().splitlines()
             if line and not line.startswith("#")]
    for name in names:
        base, suffix = re.fullmatch(r"(.+?)(_sum|_count)?", name).groups()
        there = {f"zk_{name}", f"zk_p50_{name}"} | (
            {f"zk_{ {'_sum': 'sum', '_count': 'cnt'}[suffix]}_{base}"} if suffix else set())
        assert there & shown, f"no server says {name}"
    return len(names)


def main():
    begun = time.monotonic()

    def report(what, count):
        print(f"{time.monotonic() - begun:4.0f} s: {count} {what}")
    binaries = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="roster-dashboards-") as folder:
        try:
            with LiveCluster(folder, binaries, RULES) as cluster:
                prometheus = cluster.prometheus
                report("queries have an answer", check_queries(prometheus))
                report("queries do without ZooKeeper's provider", check_without_provider(prometheus))
                report("variables have values", check_variables(prometheus))
                report("numbers are right", check_numbers(prometheus))
                report("rules can be evaluated", until("the rules speak", lambda: check_rules(prometheus), seconds=20))
                report("servers are told as they are", check_servers(cluster))
                report("names are ZooKeeper's", check_zookeeper_names(cluster))
        except BaseException:
            for log in sorted(pathlib.Path(folder).glob("*.log")):
                print(f"--- {log.name} ends with:\n{log.read_text(errors='replace')[-1500:]}")
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
