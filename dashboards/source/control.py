"""What operators ordered, and how far it is."""

from common import CLUSTER, cluster_variable, info, job_variable, marks, member_link
from panels import (NONE_IS_BETTER, NONE_IS_GOOD, dashboard, lines,
                    stat, states, table)


def build():
    def budget(which):
        return f"max by (cluster, budget) (roster_budget_{which}{{$scope}})"

    def operations(*names):
        return ('sum(max by (cluster, state) (roster_operations{$scope,state=~"'
                + "|".join(names) + '"}))')

    return dashboard(
        uid="roster-control", title="Roster / Control",
        description="Holds, drains, operations, budgets and the mass-loss guard.",
        scope=CLUSTER, variables=[job_variable(), cluster_variable()],
        annotations=marks(),
        rows=[
            ("Now", [
                stat("Held offline", "Members held offline by order, also those absent or never seen.",
                     "sum(max by (cluster, mode) (roster_members_held{$scope}))"),
                stat("Overdue drains", "Members that drain and are past the deadline of a hold.",
                     "sum(max by (cluster) (roster_drains_overdue{$scope}))", steps=NONE_IS_GOOD),
                stat("Operations under way", "Operations over several members that are scheduled, run or are paused.",
                     operations("SCHEDULED", "RUNNING", "PAUSED")),
                stat("Failed operations", "Operations that ended badly and are still kept.",
                     operations("FAILED"), steps=NONE_IS_BETTER),
                stat("Broken budgets", "Budgets with fewer members available than they require.",
                     "count((" + budget("available_members") + " < " + budget("required_members") + ")) or vector(0)",
                     steps=NONE_IS_GOOD),
                stat("Unreadable", "Orders and settings that cannot be read; what was read before stands.",
                     "sum(max by (cluster) (roster_orders_unreadable{$scope})) + "
                     "sum(max by (cluster, node) (roster_settings_unreadable{$scope}))",
                     steps=NONE_IS_BETTER),
            ]),
            ("Holds and drains", [
                lines("Held offline", "Members held, by how: DRAIN lets work finish, IMMEDIATE does not.",
                      [("sum by (mode) (max by (cluster, mode) (roster_members_held{$scope}))", "{{mode}}")],
                      stack=True, steps_only=True),
                lines("Drains", "Members that drain, and those past the deadline of a hold.",
                      [('sum(max by (cluster) (roster_members{$scope,status="DRAINING"}))', "draining"),
                       ("sum(max by (cluster) (roster_drains_overdue{$scope}))", "overdue")], steps_only=True),
                table("Held members", "Who is held, and in which status it is.", {
                    "held": ("max by (cluster, member, status) (roster_member_status{$scope}"
                             " and on (cluster, member) roster_member_held{$scope})"
                             " * on (cluster, member) group_left (service, label_zone) "
                             + info("service,label_zone"), "none"),
                }, by=["cluster", "member", "status", "service", "label_zone"],
                    links={"member": member_link()}),
                lines("Dropped orders",
                      "Orders for names without a member that were too many to be remembered.",
                      [("sum(max by (cluster) (increase(roster_orders_dropped_total{$scope}[$__rate_interval])))", "dropped")]),
            ]),
            ("Operations", [
                lines("Operations by state", "As they are kept; those that ended go after a while.",
                      [("sum by (state) (max by (cluster, state) (roster_operations{$scope}))", "{{state}}")],
                      stack=True, steps_only=True, width=24),
            ]),
            ("Budgets", [
                table("Budgets", "How many members must stay available, and how many are.", {
                    "counted": (budget("expected_members"), "none"),
                    "available": (budget("available_members"), "none"),
                    "required": (budget("required_members"), "none"),
                    "may go offline": (budget("allowed_disruptions"), "none",
                                       [(None, "orange"), (1, "green")]),
                }, by=["cluster", "budget"]),
                lines("Room in budgets", "Members available beyond those required; below 0 the budget is broken.",
                      [(budget("available_members") + " - " + budget("required_members"),
                        "{{cluster}} {{budget}}")], low=None, steps_only=True),
            ]),
            ("Mass-loss guard", [
                states("Guard", "While it is on, what acts on absence waits.",
                       [("max by (cluster) (roster_mass_loss_guard{$scope})", "{{cluster}}")],
                       mappings={0: ("off", "green"), 1: ("on", "red")}, width=12),
                lines("Departures counted", "Departures that the guard counted while it is on.",
                      [("max by (cluster) (roster_mass_loss_departures{$scope})", "{{cluster}}")],
                      height=6, steps_only=True),
            ]),
        ])
