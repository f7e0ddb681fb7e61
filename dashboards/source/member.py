"""Everything about one member."""

from common import CLUSTER, cluster_variable, info, job_variable, marks
from panels import (NONE_IS_BETTER, STATUS_COLORS, bars,
                    dashboard, lines, query_variable, stat, states, table,
                    value_map)

NUMBER_OF = {status: number for number, status in enumerate(STATUS_COLORS)}


def status_over_time():
    """One number a status: a timeline cannot be made of labels."""
    terms = [f'max by (cluster, member) (roster_member_status{{$scope,member=~"$member",status="{status}"}}) * {number}'
             for status, number in NUMBER_OF.items()]
    return " or ".join(terms)


def build():
    one = '{$scope,member=~"$member"}'
    per_task = "max by (cluster, member, task) (%s" + one + ")"
    return dashboard(
        uid="roster-member", title="Roster / Member",
        description="One member: status, orders, what it reports and works on.",
        scope=CLUSTER,
        variables=[job_variable(), cluster_variable(multi=False),
                   query_variable(
                       "member", "Member",
                       'label_values(roster_member_status{job=~"$job",cluster=~"$cluster"}, member)',
                       "A member of the cluster.", multi=False)],
        annotations=marks(),
        rows=[
            ("Now", [
                stat("Status", "The status that the member has now.",
                     [("max by (status) (roster_member_status" + one + ")", "{{status}}")],
                     text="name", width=6),
                stat("Held offline", "Whether an operator's order holds it offline.",
                     "(max by (cluster, member) (roster_member_held" + one + ")"
                     " or 0 * max by (cluster, member) (roster_member_status" + one + "))",
                     mappings=[value_map({0: ("no", "text"), 1: ("yes", "purple")})]),
                stat("Registered", "When its znode was created. Empty if it was never seen.",
                     "max by (cluster, member) (roster_member_joined_timestamp_seconds" + one + ") * 1000",
                     unit="dateTimeFromNow", width=5),
                stat("Gone since", "When it was seen gone. Empty while it is present.",
                     "max by (cluster, member) (roster_member_departed_timestamp_seconds" + one + ") * 1000",
                     unit="dateTimeFromNow", width=5, steps=NONE_IS_BETTER),
                stat("Stalled tasks", "Tasks of it that run and have not advanced for their stall time.",
                     "(sum by (cluster, member) (max by (cluster, member, task) (roster_task_stalled" + one + "))"
                     " or 0 * max by (cluster, member) (roster_member_status" + one + "))",
                     steps=NONE_IS_BETTER),
                table("What it says of itself", "Service, version and zone, as registered.", {
                    "info": (info(where='member=~"$member"'), "none"),
                }, by=["cluster", "member", "service", "version", "label_zone"], width=24, height=4),
            ]),
            ("Over time", [
                states("Status", "The status over time. Gaps: no rosterd was there to see it.",
                       [(status_over_time(), "{{member}}")],
                       mappings={NUMBER_OF[s]: (s, c) for s, c in STATUS_COLORS.items()}, height=4),
                lines("Readings", "The gauges that the member reports, in its own units.",
                      [("max by (cluster, member, gauge) (roster_member_reading" + one + ")", "{{gauge}}")],
                      unit="short", width=24, low=None),
            ]),
            ("Tasks", [
                bars("Progress", "Done of total. Tasks whose total is unknown are not here.",
                     per_task % "roster_task_progress_ratio", "{{task}}", unit="percentunit", high=1),
                table("Tasks", "What it works on. When several of one name run, their sum.", {
                    "done": (per_task % "roster_task_done", "short"),
                    "total": (per_task % "roster_task_total_units", "short"),
                    "per second": (per_task % "roster_task_rate_per_second", "short"),
                    "done in": ("clamp_min(" + per_task % "roster_task_expected_end_timestamp_seconds"
                                + " - time(), 0)", "s"),
                    "stalled": (per_task % "roster_task_stalled", "bool_yes_no", NONE_IS_BETTER),
                }, by=["task"]),
                lines("Rate", "How fast each task advances, in its own units per second.",
                      [(per_task % "roster_task_rate_per_second", "{{task}}")], unit="short"),
                lines("Progress over time", "Done of total.",
                      [(per_task % "roster_task_progress_ratio", "{{task}}")],
                      unit="percentunit", high=1),
            ]),
        ])
