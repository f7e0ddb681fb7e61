"""How many machines work, and who is missing."""

from common import (CLUSTER, cluster_variable, info, job_variable, marks,
                    member_link, service_variable)
from panels import (NONE_IS_BETTER, NONE_IS_GOOD, YES_IS_BAD, by_status,
                    dashboard, lines, stat, table, value_map)

COUNTS = "max by (cluster, status) (roster_members{$scope%s})"


def of(*statuses):
    return COUNTS % f',status=~"{"|".join(statuses)}"'


def group_table(title, description, label, where=""):
    metric = f"roster_members_by_{label}"

    def count(*statuses):
        return (f"sum by (cluster, {label}) (max by (cluster, {label}, status) "
                f'({metric}{{$scope{where},status=~"{"|".join(statuses)}"}}))')
    return table(title, description, {
        "working": (count("UP", "DEGRADED"), "none"),
        "starting": (count("STARTING"), "none"),
        "degraded": (count("DEGRADED"), "none", NONE_IS_BETTER),
        "maintenance": (count("DRAINING", "OFFLINE"), "none"),
        "LOST": (count("LOST"), "none", NONE_IS_GOOD),
    }, by=["cluster", label])


def build():
    return dashboard(
        uid="roster-cluster", title="Roster / Cluster overview",
        description="How many machines work, by status, service and zone; who is lost now.",
        scope=CLUSTER,
        variables=[job_variable(), cluster_variable(), service_variable()],
        annotations=marks(),
        rows=[
            ("Now", [
                stat("Working", "Members that are UP or DEGRADED.",
                     f"sum({of('UP', 'DEGRADED')})"),
                stat("Working share",
                     "Of all members but those that left or are held offline, how many work.",
                     f"sum({of('UP', 'DEGRADED')}) / sum({of('UP', 'DEGRADED', 'STARTING', 'LOST')})",
                     unit="percentunit", decimals=1,
                     steps=[(None, "red"), (0.9, "orange"), (1, "green")]),
                stat("LOST", "Members that vanished without a goodbye and are not held: the alarm.",
                     f"sum({of('LOST')})", steps=NONE_IS_GOOD),
                stat("In maintenance", "Members that drain or are offline by order.",
                     f"sum({of('DRAINING', 'OFFLINE')})",
                     steps=[(None, "text"), (1, "purple")]),
                stat("Stalled tasks", "Tasks that run and have not advanced for their stall time.",
                     "sum(max by (cluster) (roster_tasks_stalled{$scope}))", steps=NONE_IS_BETTER),
                stat("Age of the view",
                     "How long ago the freshest view of the worst cluster was known to be true. "
                     "Seconds are normal; while ZooKeeper is out of reach it grows.",
                     "max(time() - max by (cluster) (roster_view_as_of_timestamp_seconds{$scope}))",
                     unit="s", decimals=0, steps=[(None, "green"), (60, "orange"), (300, "red")]),
            ]),
            ("By status", [
                by_status("Members by status", "Every member once, by the status it has.",
                          "sum by (status) (max by (cluster, status) (roster_members{$scope}))"),
                lines("Coming and going",
                      "Members that joined, left with a goodbye, vanished, or were replaced "
                      "between two looks, in each interval.",
                      [("sum(max by (cluster) (increase(roster_joins_total{$scope}[$__rate_interval])))", "joined"),
                       ("sum(max by (cluster) (increase(roster_leaves_total{$scope}[$__rate_interval])))", "left"),
                       ("sum(max by (cluster) (increase(roster_losses_total{$scope}[$__rate_interval])))", "lost"),
                       ("sum(max by (cluster) (increase(roster_replacements_total{$scope}[$__rate_interval])))", "replaced")],
                      legend=("max",)),
                stat("Opaque", "Members present whose record could not be understood; they count as UP.",
                     "sum(max by (cluster) (roster_members_opaque{$scope}))", steps=NONE_IS_BETTER),
                stat("Mass-loss guard", "Whether very many went at about the same time.",
                     "max(max by (cluster) (roster_mass_loss_guard{$scope}))",
                     mappings=[value_map(YES_IS_BAD)], steps=NONE_IS_GOOD),
            ]),
            ("By service and zone", [
                group_table("By service", "Members of each service. Those that name none have an empty one.",
                            "service", ',service=~"$service"'),
                group_table("By zone", "Members of each zone, their label of that name.", "zone"),
                lines("Working, by service", "Members that are UP or DEGRADED.",
                      [("sum by (cluster, service) (max by (cluster, service, status) "
                        '(roster_members_by_service{$scope,service=~"$service",status=~"UP|DEGRADED"}))',
                        "{{cluster}} {{service}}")], steps_only=True),
                lines("Working, by zone", "Members that are UP or DEGRADED.",
                      [("sum by (cluster, zone) (max by (cluster, zone, status) "
                        '(roster_members_by_zone{$scope,status=~"UP|DEGRADED"}))',
                        "{{cluster}} {{zone}}")], steps_only=True),
            ]),
            ("Who", [
                table("LOST now", "Who vanished, and how long ago.", {
                    "gone for": (
                        "time() - max by (cluster, member) (roster_member_departed_timestamp_seconds{$scope}"
                        ' and on (cluster, member) roster_member_status{$scope,status="LOST"})'
                        " * on (cluster, member) group_left (service, version, label_zone) "
                        + info(where='service=~"$service"'), "s"),
                }, by=["cluster", "member", "service", "label_zone", "version"],
                    links={"member": member_link()}),
                table("In maintenance", "Who is held offline by order, and in which status.", {
                    "held": (
                        "max by (cluster, member, status) (roster_member_status{$scope}"
                        " and on (cluster, member) roster_member_held{$scope})"
                        " * on (cluster, member) group_left (service, label_zone) "
                        + info("service,label_zone", 'service=~"$service"'), "none"),
                }, by=["cluster", "member", "status", "service", "label_zone"],
                    links={"member": member_link()}),
            ]),
        ])
