"""What the machines work on, how fast, and until when."""

from common import (CLUSTER, cluster_variable, info, job_variable, marks,
                    member_link, service_variable)
from panels import (NONE_IS_BETTER, NONE_IS_GOOD, bars, dashboard, lines,
                    query_variable, stat, table)


def build():
    where = '{$scope,task=~"$task"}'
    # Filtered by service with a join: tasks do not carry it.
    of_service = (" * on (cluster, member) group_left (service) "
                  + info("service", 'service=~"$service"'))

    def task(metric):
        return f"max by (cluster, member, task) ({metric}{where}){of_service}"

    running = ('max by (cluster, member, task) (roster_task_state{$scope,task=~"$task",state="RUNNING"})'
               + of_service)
    who = ["cluster", "member", "service", "task"]
    return dashboard(
        uid="roster-progress", title="Roster / Task progress",
        description="What the members work on: how much is done, how fast, until when, and what stalls.",
        scope=CLUSTER,
        variables=[job_variable(), cluster_variable(), service_variable(),
                   query_variable(
                       "task", "Task",
                       'label_values(roster_task_state{job=~"$job",cluster=~"$cluster"}, task)',
                       "Names of tasks.")],
        annotations=marks(),
        rows=[
            ("Now", [
                stat("Running", "Tasks that run, in whole clusters.",
                     "sum(max by (cluster) (roster_tasks_running{$scope}))", width=6),
                stat("Stalled", "Tasks that run and have not advanced for their stall time: "
                     "a hung process keeps its session, and shows here.",
                     "sum(max by (cluster) (roster_tasks_stalled{$scope}))",
                     steps=NONE_IS_GOOD, width=6),
                stat("Failed", "Tasks, by name and member, whose last run failed.",
                     '(count(max by (cluster, member, task) (roster_task_state{$scope,task=~"$task",state="FAILED"})'
                     + of_service + ') or vector(0))', steps=NONE_IS_BETTER, width=6),
                stat("All done in", "Until the last running task is expected to be done, at its present rate.",
                     f"clamp_min(max({task('roster_task_expected_end_timestamp_seconds')}) - time(), 0)",
                     unit="s", decimals=0, width=6),
            ]),
            ("Running", [
                bars("Progress", "Done of total of each running task whose total is known.",
                     f"{task('roster_task_progress_ratio')} and on (cluster, member, task) ({running})",
                     "{{member}} {{task}}", unit="percentunit", high=1, height=10),
                table("Running tasks", "Those of one name on one member are one row, their sum.", {
                    "progress": (f"{task('roster_task_progress_ratio')} and on (cluster, member, task) ({running})", "percentunit"),
                    "done": (f"{task('roster_task_done')} and on (cluster, member, task) ({running})", "short"),
                    "per second": (task("roster_task_rate_per_second"), "short"),
                    "expected end": (task("roster_task_expected_end_timestamp_seconds") + " * 1000", "dateTimeFromNow"),
                    "stalled": (task("roster_task_stalled"), "bool_yes_no", NONE_IS_BETTER),
                }, by=who, height=10, links={"member": member_link()}),
                table("Stalled tasks", "Tasks that run and do not advance. Empty is good.", {
                    "progress": (f"{task('roster_task_done')} and on (cluster, member, task) "
                                 f"(max by (cluster, member, task) (roster_task_stalled{where}) == 1)", "short"),
                }, by=who, links={"member": member_link()}),
                table("Failed tasks", "Tasks whose last run failed. Empty is good.", {
                    "failed": ('max by (cluster, member, task) (roster_task_state{$scope,task=~"$task",state="FAILED"})'
                               + of_service, "bool_yes_no", NONE_IS_BETTER),
                }, by=who, links={"member": member_link()}),
            ]),
            ("Over time", [
                lines("Progress over time", "Done of total.",
                      [(task("roster_task_progress_ratio"), "{{member}} {{task}}")],
                      unit="percentunit", high=1),
                lines("Rate", "How fast tasks advance, in their own units per second.",
                      [(task("roster_task_rate_per_second"), "{{member}} {{task}}")], unit="short"),
                lines("Running and stalled", "Tasks of whole clusters.",
                      [("sum(max by (cluster) (roster_tasks_running{$scope}))", "running"),
                       ("sum(max by (cluster) (roster_tasks_stalled{$scope}))", "stalled")],
                      width=24, steps_only=True),
            ]),
        ])
