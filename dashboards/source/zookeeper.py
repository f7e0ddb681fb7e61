"""The ensemble underneath: how rosterd sees it, and what ZooKeeper's servers say
of themselves by their Prometheus provider (port 7000).

Whoever runs rosterd has the first row: rosterd asks each server of its connect
string by `srvr` and `mntr`, and exports what it hears. Of several rosterds the
best word counts: a server that serves one of them serves. Of a server that is
not asked, or may not answer, nobody knows: it counts as neither serving nor not.

The other rows need the provider, which not every package of ZooKeeper has.
Without it they are empty, and nothing in them takes that for zero. Its names are
those of ZooKeeper 3.6 and later, its latencies in milliseconds. A server without
a quorum answers the scrape, but leaves out what is asked of a serving one: so who
serves is who has `znode_count`.
"""

from common import job_variable
from panels import (NONE_IS_GOOD, ONE_IS_GOOD, annotation,
                    dashboard, lines, query_variable, stat, states, table)

OURS = '{job=~"$job"}'
PROVIDER = "ZooKeeper's Prometheus provider"
SERVING = ',state="SERVING"'
PERHAPS_SERVING = ',state=~"SERVING|NOT_ALLOWED|NOT_ASKED"'


def seen(metric, matchers=""):
    """What rosterds heard of each server."""
    return f'max by (server) (roster_zookeeper_server_{metric}{{job=~"$job"{matchers}}})'


def by_provider(heading, panels):
    """A row that is empty without the provider, and says so."""
    for panel in panels:
        panel["description"] += f" From {PROVIDER}; empty without it."
    return (f"{PROVIDER}: {heading}", panels)


def as_rosterd_sees_them():
    read_only = seen("role", ',role="READ_ONLY"') + " == 1"
    serves = f"{seen('state', SERVING)} == 1 unless on (server) {read_only}"
    fails = f"{seen('state', PERHAPS_SERVING)} == 0 or {read_only}"
    leads = seen("role", ',role="LEADER"')
    outstanding = [(None, "green"), (10, "orange"), (100, "red")]
    return ("As rosterd sees it", [
        stat("Servers", "Servers of the connect string.", f"count({seen('state', SERVING)})"),
        stat("Serving", "Servers that serve rosterd: with a quorum, and not read-only. Empty where none may tell,"
             " or rosterd does not ask (--zookeeper-stats-interval=0).",
             f"count({serves}) or 0 * count({fails})", steps=ONE_IS_GOOD),
        stat("Not serving", "Servers that serve no rosterd. One that may not tell, or is not asked, is not among them.",
             f"count({fails}) or 0 * count({serves})", steps=NONE_IS_GOOD),
        stat("Outstanding", "Requests queued in the server that has the most.",
             f"max({seen('outstanding_requests')})", steps=outstanding),
        stat("Mean latency", "Of all requests since the server's start, in the slowest server.",
             f"max({seen('latency_avg_seconds')})", unit="s"),
        stat("Rosterds connected", "Rosterds with a live session, of all that are scraped.",
             'sum(roster_zookeeper_state{job=~"$job",state="CONNECTED"})', steps=ONE_IS_GOOD),
        table("Servers of the connect string", "What each server answers to srvr and mntr. What the"
              " server's whitelist does not let it tell is missing.", {
                  "serves": (f"0 * ({fails}) or ({serves})", "none", ONE_IS_GOOD),
                  "leads": (leads, "none"),
                  "connections": (seen("connections"), "none"),
                  "outstanding": (seen("outstanding_requests"), "none", outstanding),
                  "mean latency": (seen("latency_avg_seconds"), "s"),
                  "slowest": (seen("latency_max_seconds"), "s"),
                  "znodes": (seen("znodes"), "none"),
                  "data": (seen("data_bytes"), "bytes"),
                  "epoch": (seen("epoch"), "none"),
                  "asked": ("time() - " + seen("asked_timestamp_seconds"), "s"),
              }, by=["server"], width=24, height=6),
        states("Role by server", "Who leads. Gaps: the server may not tell, or is not asked.",
               [(f"0 * ({fails}) or ({serves}) + on (server) 2 * {leads}", "{{server}}")],
               mappings={0: ("does not serve", "red"), 1: ("serves", "green"), 3: ("leads", "blue")}, width=12),
        states("Why a server does not serve", "It refuses, is silent, has no quorum, cannot be reached, may"
               " not tell, or is no ZooKeeper.",
               [('max by (server, state) (roster_zookeeper_server_state{job=~"$job",state!~"SERVING|NOT_ASKED"})',
                 "{{server}} {{state}}")],
               mappings={0: ("no", "green"), 1: ("yes", "red")}, width=12),
        lines("Outstanding by server", "Requests queued in each server.",
              [(seen("outstanding_requests"), "{{server}}")]),
        lines("Mean latency by server", "Of all requests since the server's start.",
              [(seen("latency_avg_seconds"), "{{server}}")], unit="s"),
        states("Session of rosterd", "Whether each rosterd has a live session.",
               [('roster_zookeeper_state{job=~"$job",state="CONNECTED"}', "{{instance}}")],
               mappings={0: ("no", "red"), 1: ("connected", "green")}),
    ])


def build():
    def rate(metric):
        return f"rate({metric}{{$scope}}[$__rate_interval])"

    def mean(summary):
        return f"{rate(summary + '_sum')} / ({rate(summary + '_count')} > 0)"

    return dashboard(
        uid="roster-zookeeper", title="Roster / ZooKeeper ensemble",
        description="The ensemble that Roster stands on: first as rosterd sees it, by srvr and mntr; then quorum,"
                    f" latency, load and data from {PROVIDER}, without which (Debian's package has none) those"
                    " rows are empty.",
        scope='job=~"$zookeeper_job",instance=~"$instance"',
        variables=[
            job_variable(),
            query_variable("zookeeper_job", "ZooKeeper job", "label_values(znode_count, job)",
                           "Scrape jobs whose targets are ZooKeeper servers with their Prometheus provider.",
                           # All that there are: any job at all would make
                           # servers of everything that Prometheus scrapes.
                           all_value=None),
            query_variable("instance", "Instance",
                           'label_values(up{job=~"$zookeeper_job"}, instance)',
                           "The ZooKeeper servers."),
        ],
        annotations=[
            annotation("Elections",
                   "max by (server) (changes(roster_zookeeper_server_epoch" + OURS + "[$__rate_interval])) > 0",
                       "New leader", "{{server}}", "orange"),
            annotation("Sessions of rosterd",
                   "changes(roster_zookeeper_sessions_total" + OURS + "[$__rate_interval]) > 0",
                       "New session", "{{instance}}", "blue"),
        ],
        rows=[
            as_rosterd_sees_them(),
            by_provider("now", [
                stat("Voters", "Servers that vote, by configuration. Not of a standalone server.",
                     "max(quorum_size{$scope})"),
                stat("Followers in sync", "Voting followers that the leader has in sync.",
                     "max(synced_followers{$scope})"),
                stat("Leader since", "How long the present leader has led.",
                     "max(leader_uptime{$scope}) / 1000", unit="s", decimals=0),
                stat("Without a quorum", "Servers that Prometheus reaches and that do not serve.",
                     "sum(up{$scope}) - (count(znode_count{$scope}) or 0 * count(up{$scope}))",
                     steps=NONE_IS_GOOD, width=6),
                stat("Unreachable", "Servers that Prometheus does not reach.",
                     "count(up{$scope}) - sum(up{$scope})", steps=NONE_IS_GOOD, width=6),
                table("Servers", "What each server says of itself.", {
                    "leads for": ("max by (instance) (leader_uptime{$scope}) / 1000", "s"),
                    "up for": ("max by (instance) (uptime{$scope}) / 1000", "s"),
                    "connections": ("max by (instance) (num_alive_connections{$scope})", "none"),
                    "outstanding": ("max by (instance) (outstanding_requests{$scope})", "none",
                                    [(None, "green"), (10, "orange"), (100, "red")]),
                    "latency": ("max by (instance) (avg_latency{$scope})", "ms"),
                    "znodes": ("max by (instance) (znode_count{$scope})", "none"),
                    "data": ("max by (instance) (approximate_data_size{$scope})", "bytes"),
                }, by=["instance"], width=24, height=6),
            ]),
            by_provider("quorum", [
                states("Role", "Gaps: the server does not serve.",
                       [("0 * znode_count{$scope} + on (job, instance) group_left () (leader_uptime{$scope} > bool 0)"
                         " or 0 * znode_count{$scope}", "{{instance}}")],
                       mappings={0: ("follows", "green"), 1: ("leads", "blue")}, width=12),
                lines("Elections", "How often a server looked for a leader.",
                      [("increase(looking_count{$scope}[$__rate_interval])", "{{instance}}")]),
                lines("Followers", "Followers and observers in sync with the leader, and pending syncs.",
                      [("max(synced_followers{$scope})", "followers"),
                       ("max(synced_observers{$scope})", "observers"),
                       ("max(pending_syncs{$scope})", "pending syncs")], steps_only=True),
            ]),
            by_provider("latency", [
                lines("Reads", "Median and 99th percentile of reads, in each server.",
                      [('readlatency{$scope,quantile=~"0.5|0.99"}', "q{{quantile}} {{instance}}")], unit="ms"),
                lines("Updates", "Median and 99th percentile of writes, in the server that the client talks to.",
                      [('updatelatency{$scope,quantile=~"0.5|0.99"}', "q{{quantile}} {{instance}}")], unit="ms"),
                lines("Sync to disk", "Mean time of a flush of the transaction log. Slow disks show here first.",
                      [(mean("fsynctime"), "{{instance}}")], unit="ms"),
                lines("Requests", "Mean and worst latency since the server's start, all requests.",
                      [("avg_latency{$scope}", "mean {{instance}}"),
                       ("max_latency{$scope}", "worst {{instance}}")], unit="ms"),
            ]),
            by_provider("load", [
                lines("Connections", "Open connections of clients.",
                      [("num_alive_connections{$scope}", "{{instance}}")], steps_only=True),
                lines("Packets", "Received and sent.",
                      [(rate("packets_received"), "received {{instance}}"),
                       (rate("packets_sent"), "sent {{instance}}")], unit="pps"),
                lines("Commits", "Transactions committed, and requests that wait.",
                      [(rate("commit_count"), "commits per second {{instance}}"),
                       ("outstanding_requests{$scope}", "outstanding {{instance}}")], unit="short"),
                lines("Sessions", "Sessions of the ensemble, and sessions that expired per second.",
                      [("max(global_sessions{$scope})", "sessions"),
                       (f"sum({rate('stale_sessions_expired')})", "expired per second")], unit="short"),
            ]),
            by_provider("data", [
                lines("Znodes", "All, and the ephemeral ones: members are such.",
                      [("max(znode_count{$scope})", "all"), ("max(ephemerals_count{$scope})", "ephemeral")],
                      steps_only=True),
                lines("Size of data", "About the memory that the data takes, without overhead.",
                      [("approximate_data_size{$scope}", "{{instance}}")], unit="bytes"),
                lines("Watches", "Watches set. Each rosterd watches every member once.",
                      [("watch_count{$scope}", "{{instance}}")], steps_only=True),
                lines("File descriptors", "Open in each server.",
                      [("open_file_descriptor_count{$scope}", "{{instance}}")]),
            ]),
        ])
