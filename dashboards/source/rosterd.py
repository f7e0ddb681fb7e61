"""rosterd itself: is its view fresh, who leads, what does it cost."""

from common import job_variable
from panels import (NONE_IS_BETTER, NONE_IS_GOOD, ONE_IS_GOOD, YES_IS_GOOD,
                    annotation, dashboard, heatmap, lines, query_variable,
                    stat, states, table)


def quantiles(metric):
    return [(f"histogram_quantile({q}, sum by (instance, le) "
             f"(rate({metric}_bucket{{$scope}}[$__rate_interval])))",
             f"p{q * 100:g} {{{{instance}}}}") for q in (0.5, 0.99)]


def build():
    return dashboard(
        uid="roster-rosterd", title="Roster / rosterd",
        description="The monitors themselves: fresh views, the leader, latency, streams, resources.",
        scope='job=~"$job",instance=~"$instance"',
        variables=[job_variable(),
                   query_variable("instance", "Instance",
                                  'label_values(roster_build_info{job=~"$job"}, instance)',
                                  "The rosterds.")],
        annotations=[
            annotation("Leader changes",
                   "roster_leader{$scope} == 1 and changes(roster_leader{$scope}[$__rate_interval]) > 0",
                       "New leader", "{{cluster}}: {{instance}} leads", "blue"),
            annotation("Restarts",
                   "changes(process_start_time_seconds{$scope}[$__rate_interval]) > 0",
                       "Restart", "{{instance}}", "orange"),
        ],
        rows=[
            ("Now", [
                stat("Scraped", "Instances that Prometheus reaches.",
                     "sum(up{$scope})", steps=ONE_IS_GOOD),
                stat("Not scraped", "Instances that Prometheus knows but does not reach.",
                     "count(up{$scope}) - sum(up{$scope})", steps=NONE_IS_GOOD),
                stat("Leaders", "Per cluster it should be one. The least over the clusters.",
                     "min(sum by (cluster) (roster_leader{$scope}))", steps=ONE_IS_GOOD),
                stat("Blind", "Views, of one cluster in one rosterd, that are stale because ZooKeeper is out of reach.",
                     "sum(roster_view_connected{$scope} == bool 0)", steps=NONE_IS_GOOD),
                stat("Subscribers", "Open streams of watch calls.",
                     "sum(roster_subscribers{$scope})"),
                stat("Series left out", "Series of members that were left out because of a limit.",
                     "max(roster_member_series_dropped{$scope})", steps=NONE_IS_BETTER),
                table("Instances", "Which rosterd runs where, and what it uses.", {
                    "up for": ("time() - max by (instance) (process_start_time_seconds{$scope})", "s"),
                    "clusters led": ("sum by (instance) (roster_leader{$scope})", "none"),
                    "views connected": ("sum by (instance) (roster_view_connected{$scope})", "none"),
                    "memory": ("max by (instance) (process_resident_memory_bytes{$scope})", "bytes"),
                    "build": ("max by (instance, version, revision) (roster_build_info{$scope})", "none"),
                }, by=["instance", "version", "revision"], width=24, height=6),
            ]),
            ("View and leader", [
                states("Connected", "Whether the view is up to date; while not, the last one is served.",
                       [("roster_view_connected{$scope}", "{{cluster}} {{instance}}")],
                       mappings=YES_IS_GOOD, width=12),
                states("Leader", "Who does what must be done once.",
                       [("roster_leader{$scope}", "{{cluster}} {{instance}}")],
                       mappings={0: ("no", "#808080"), 1: ("leads", "blue")}, width=12),
                states("ZooKeeper session", "The state of the session of each rosterd.",
                       [("1 * (roster_zookeeper_state{$scope,state=\"CONNECTED\"} == 1) or "
                         "2 * (roster_zookeeper_state{$scope,state=\"CONNECTING\"} == 1) or "
                         "3 * (roster_zookeeper_state{$scope,state=\"SUSPENDED\"} == 1) or "
                         "4 * (roster_zookeeper_state{$scope,state=\"LOST\"} == 1)", "{{instance}}")],
                       mappings={1: ("connected", "green"), 2: ("connecting", "blue"),
                                 3: ("suspended", "orange"), 4: ("lost", "red")}, width=12),
                lines("Age of the view", "How long ago each view was known to be true.",
                      [("time() - roster_view_as_of_timestamp_seconds{$scope}", "{{cluster}} {{instance}}")],
                      unit="s", height=6),
                lines("Monitors", "Rosterds that stand in the cluster's election, as each sees them.",
                      [("roster_monitors{$scope}", "{{cluster}} {{instance}}")], steps_only=True),
                lines("Sessions", "ZooKeeper sessions established. More than the first of a run follow an expiry.",
                      [("increase(roster_zookeeper_sessions_total{$scope}[$__rate_interval])", "{{instance}}")]),
            ]),
            ("Work", [
                lines("Updates", "Writes of members that were seen, and writes that a later one overtook before.",
                      [("sum by (instance) (rate(roster_updates_total{$scope}[$__rate_interval]))", "seen {{instance}}"),
                       ("sum by (instance) (rate(roster_updates_merged_total{$scope}[$__rate_interval]))", "merged {{instance}}")],
                      unit="wps"),
                lines("Events", "Events written to the history.",
                      [("rate(roster_events_total{$scope}[$__rate_interval])", "{{instance}}")], unit="cps"),
                lines("Watch to view", "From data read out of ZooKeeper to the published view.",
                      quantiles("roster_watch_publish_seconds"), unit="s"),
                lines("View to stream", "From the published view to the write into a subscriber's stream. "
                      "Nothing while nobody subscribes.",
                      quantiles("roster_stream_write_seconds"), unit="s"),
                heatmap("Watch to view, all", "How long publishing takes, over all instances.",
                        "sum by (le) (increase(roster_watch_publish_seconds_bucket{$scope}[$__rate_interval]))"),
                lines("Streams", "Changes merged because a subscriber was slow, and streams told to start over.",
                      [("rate(roster_stream_merged_total{$scope}[$__rate_interval])", "merged {{instance}}"),
                       ("rate(roster_stream_resets_total{$scope}[$__rate_interval])", "resets {{instance}}")],
                      unit="cps"),
                lines("Duties that fail", "Failures of what the elected rosterd does, by duty. Its log says why.",
                      [("sum by (instance, cluster, duty) (increase(roster_duty_failures_total{$scope}[$__rate_interval]))",
                        "{{cluster}} {{duty}} {{instance}}")]),
                lines("Unreadable records", "Records of members that could not be understood.",
                      [("sum by (instance) (rate(roster_records_unreadable_total{$scope}[$__rate_interval]))", "{{instance}}")],
                      unit="cps"),
                lines("Changes of the view", "How often the view changes.",
                      [("clamp_min(sum by (instance) (deriv(roster_view_revision{$scope}[$__rate_interval])), 0)", "{{instance}}")],
                      unit="cps"),
            ]),
            ("Resources", [
                lines("CPU", "User and system time, in cores.",
                      [("rate(process_cpu_seconds_total{$scope}[$__rate_interval])", "{{instance}}")], unit="short"),
                lines("Memory", "Resident memory.",
                      [("process_resident_memory_bytes{$scope}", "{{instance}}")], unit="bytes"),
                lines("File descriptors", "Open, and the limit.",
                      [("process_open_fds{$scope}", "open {{instance}}"),
                       ("process_max_fds{$scope}", "limit {{instance}}")]),
                lines("Threads", "Threads of the process.",
                      [("process_threads{$scope}", "{{instance}}")]),
                lines("Scrape", "How long Prometheus waits for the page of metrics.",
                      [("scrape_duration_seconds{$scope}", "{{instance}}")], unit="s"),
                lines("Series of members", "Samples of a scrape, and how many members may have series of their own.",
                      [("scrape_samples_scraped{$scope}", "samples {{instance}}"),
                       ("roster_member_series_limit{$scope}", "limit of members {{instance}}"),
                       ("roster_member_series_dropped{$scope}", "left out {{instance}}")], unit="short"),
            ]),
        ])
