#pragma once

#include <string_view>

namespace roster::monitor {

// The one table of every metric that rosterd exports: whoever writes a metric
// names its row here, and the table of docs/metrics.md is made from it.
//
// Names follow the rules of Prometheus: one prefix, base units, `_total` for
// counters only, points in time rather than ages. promtool's lint holds them.
enum class MetricKind { kGauge, kCounter, kHistogram };

std::string_view MetricKindName(MetricKind kind);  // as in a TYPE line

struct MetricSpec {
  std::string_view name;
  MetricKind kind;
  std::string_view unit;    // "" for a plain number
  std::string_view labels;  // comma-separated
  std::string_view help;
};

namespace metric {

inline constexpr auto kG = MetricKind::kGauge;
inline constexpr auto kC = MetricKind::kCounter;
inline constexpr auto kH = MetricKind::kHistogram;

// Each cluster as a whole: always there, whatever the number of members.
inline constexpr MetricSpec kMembers{
    "roster_members", kG, "", "cluster,status",
    "Members by status. Every status is there, also with 0."};
inline constexpr MetricSpec kMembersByService{
    "roster_members_by_service", kG, "", "cluster,service,status",
    "Members by service and status. The 100 services with the most members; "
    "those of all others together as (other)."};
inline constexpr MetricSpec kMembersByZone{
    "roster_members_by_zone", kG, "", "cluster,zone,status",
    "Members by zone, their label of that name, and status. Bounded as the "
    "services are."};
inline constexpr MetricSpec kMembersPresent{
    "roster_members_present", kG, "", "cluster", "Members whose znode exists."};
inline constexpr MetricSpec kMembersOpaque{
    "roster_members_opaque", kG, "", "cluster",
    "Members present whose record could not be understood."};
inline constexpr MetricSpec kTasksRunning{"roster_tasks_running", kG, "",
                                          "cluster", "Tasks that run."};
inline constexpr MetricSpec kTasksStalled{
    "roster_tasks_stalled", kG, "", "cluster",
    "Tasks that run and have not advanced for their stall time."};
inline constexpr MetricSpec kJoins{
    "roster_joins_total", kC, "", "cluster",
    "Members that appeared after the first sync."};
inline constexpr MetricSpec kLeaves{
    "roster_leaves_total", kC, "", "cluster",
    "Members that went after they had said goodbye."};
inline constexpr MetricSpec kLosses{"roster_losses_total", kC, "", "cluster",
                                    "Members that vanished."};
inline constexpr MetricSpec kReplacements{
    "roster_replacements_total", kC, "", "cluster",
    "Members whose znode was deleted and created anew between two looks."};
inline constexpr MetricSpec kUpdates{
    "roster_updates_total", kC, "", "cluster",
    "Writes of members already known that were seen."};
inline constexpr MetricSpec kUpdatesMerged{
    "roster_updates_merged_total", kC, "", "cluster",
    "Writes of members that a later one overtook before they were seen."};
inline constexpr MetricSpec kRecordsUnreadable{
    "roster_records_unreadable_total", kC, "", "cluster",
    "Records read that could not be understood."};
inline constexpr MetricSpec kOrdersDropped{
    "roster_orders_dropped_total", kC, "", "cluster",
    "Orders for names without a member that were too many to be remembered."};
inline constexpr MetricSpec kViewConnected{
    "roster_view_connected", kG, "", "cluster",
    "1 while ZooKeeper is in reach and the view is up to date."};
inline constexpr MetricSpec kViewBlind{
    "roster_view_blind", kG, "", "cluster, cause",
    "1 for why the view is not up to date: MONITOR_BLIND if no ZooKeeper "
    "server is in reach, QUORUM_LOST if servers answer but do not serve."};
inline constexpr MetricSpec kViewSynced{
    "roster_view_synced", kG, "", "cluster",
    "1 once the first complete listing was read; before, the view is partial."};
inline constexpr MetricSpec kViewAsOf{
    "roster_view_as_of_timestamp_seconds", kG, "seconds", "cluster",
    "Up to when the view is known to be true: about now while connected, the "
    "moment of the cut while not. Absent before the first sync."};
inline constexpr MetricSpec kViewRevision{
    "roster_view_revision", kG, "", "cluster",
    "Revision of the view. Rises with every change, starts anew with rosterd."};

// What operators want of each cluster.
inline constexpr MetricSpec kMembersHeld{
    "roster_members_held", kG, "", "cluster,mode",
    "Members that are held offline by order, also those absent or never seen. "
    "IMMEDIATE if one of a member's holds is, else DRAIN."};
inline constexpr MetricSpec kDrainsOverdue{
    "roster_drains_overdue", kG, "", "cluster",
    "Members that drain and are past the deadline of a hold."};
inline constexpr MetricSpec kOrdersUnreadable{
    "roster_orders_unreadable", kG, "", "cluster",
    "Members whose order cannot be read; it stands as it was last read."};
inline constexpr MetricSpec kSettingsUnreadable{
    "roster_settings_unreadable", kG, "", "cluster,node",
    "1 while the node of the budgets or the policy cannot be read; it counts "
    "as it was last read."};
inline constexpr MetricSpec kOperations{
    "roster_operations", kG, "", "cluster,state",
    "Operations by state. Every state is there, also with 0."};
inline constexpr MetricSpec kBudgetExpected{"roster_budget_expected_members",
                                            kG, "", "cluster,budget",
                                            "Members that the budget counts."};
inline constexpr MetricSpec kBudgetAvailable{
    "roster_budget_available_members", kG, "", "cluster,budget",
    "Of those, members that are UP or DEGRADED."};
inline constexpr MetricSpec kBudgetRequired{
    "roster_budget_required_members", kG, "", "cluster,budget",
    "Members that must stay available."};
inline constexpr MetricSpec kBudgetAllowed{
    "roster_budget_allowed_disruptions", kG, "", "cluster,budget",
    "Available members that may be taken offline now."};
inline constexpr MetricSpec kGuard{
    "roster_mass_loss_guard", kG, "", "cluster",
    "1 while the mass-loss guard is on: very many members departed at about "
    "the same time, and what acts on absence waits."};
inline constexpr MetricSpec kGuardDepartures{
    "roster_mass_loss_departures", kG, "", "cluster",
    "Departures that the guard counted while it is on, else 0."};
inline constexpr MetricSpec kMonitors{
    "roster_monitors", kG, "", "cluster",
    "Running rosterd that stand in the cluster's election."};
inline constexpr MetricSpec kLeader{
    "roster_leader", kG, "", "cluster",
    "1 if this rosterd is elected to do the cluster's duties."};

// Each member. Bounded: docs/metrics.md says by what.
inline constexpr MetricSpec kMemberStatus{
    "roster_member_status", kG, "", "cluster,member,status",
    "1 for the status that the member has now; its other statuses have no "
    "series."};
inline constexpr MetricSpec kMemberInfo{
    "roster_member_info", kG, "", "cluster,member,service,version,label_<name>",
    "1; what the member says of itself, to be joined by group_left. Of its "
    "labels, only the chosen ones."};
inline constexpr MetricSpec kMemberJoined{
    "roster_member_joined_timestamp_seconds", kG, "seconds", "cluster,member",
    "When the member's znode was created. Absent if it was never seen."};
inline constexpr MetricSpec kMemberDeparted{
    "roster_member_departed_timestamp_seconds", kG, "seconds", "cluster,member",
    "When the member was seen gone. Only for members that are absent."};
inline constexpr MetricSpec kMemberHeld{
    "roster_member_held", kG, "", "cluster,member",
    "1 for members that are held offline by order; others have no series."};
inline constexpr MetricSpec kMemberReading{
    "roster_member_reading", kG, "as reported", "cluster,member,gauge",
    "Value of a gauge that the member reports. Only for members present."};
inline constexpr MetricSpec kTaskDone{
    "roster_task_done", kG, "the task's", "cluster,member,task",
    "How much of the task is done. Of a member's running tasks of one name, "
    "the sum; when none runs, the one that was updated last."};
inline constexpr MetricSpec kTaskTotalUnits{
    "roster_task_total_units", kG, "the task's", "cluster,member,task",
    "How much there is to do. Absent when the member does not know."};
inline constexpr MetricSpec kTaskProgress{
    "roster_task_progress_ratio", kG, "ratio", "cluster,member,task",
    "Done of total, from 0 to 1. Absent when the total is unknown."};
inline constexpr MetricSpec kTaskRate{
    "roster_task_rate_per_second", kG, "the task's, per second",
    "cluster,member,task",
    "How fast the task advances, a mean over about a minute. Absent until two "
    "reports were seen and when it does not run."};
inline constexpr MetricSpec kTaskExpectedEnd{
    "roster_task_expected_end_timestamp_seconds", kG, "seconds",
    "cluster,member,task",
    "When the task will be done at that rate; of several, the last."};
inline constexpr MetricSpec kTaskStalled{
    "roster_task_stalled", kG, "", "cluster,member,task",
    "1 when the task runs and has not advanced for its stall time."};
inline constexpr MetricSpec kTaskState{
    "roster_task_state", kG, "", "cluster,member,task,state",
    "1 for the state that the task has now."};
inline constexpr MetricSpec kMemberSeriesLimit{
    "roster_member_series_limit", kG, "", "",
    "How many members may have series of their own."};
inline constexpr MetricSpec kMemberSeriesDropped{
    "roster_member_series_dropped", kG, "", "",
    "Series of members that were left out because of a limit."};

// The monitor itself.
inline constexpr MetricSpec kDutyFailures{
    "roster_duty_failures_total", kC, "", "cluster,duty",
    "Times that a duty of the elected rosterd failed and will go on failing "
    "until somebody sees to it: holds, operations, ledger, interval, cleanup, "
    "or prepare, which comes before them. The log says why."};
inline constexpr MetricSpec kEvents{"roster_events_total", kC, "", "",
                                    "Events written to the history."};
inline constexpr MetricSpec kZooKeeperState{
    "roster_zookeeper_state", kG, "", "state",
    "1 for the state of the ZooKeeper session, 0 for the others."};
inline constexpr MetricSpec kZooKeeperSessions{
    "roster_zookeeper_sessions_total", kC, "", "",
    "ZooKeeper sessions established. Each beyond the first follows an expiry."};
inline constexpr MetricSpec kWatchPublish{
    "roster_watch_publish_seconds", kH, "seconds", "",
    "From data read out of ZooKeeper to the published view."};
inline constexpr MetricSpec kStreamWrite{
    "roster_stream_write_seconds", kH, "seconds", "",
    "From the published view to the write into a subscriber's stream."};
inline constexpr MetricSpec kSubscribers{"roster_subscribers", kG, "", "",
                                         "Open streams of watch calls."};
inline constexpr MetricSpec kStreamResets{
    "roster_stream_resets_total", kC, "", "",
    "Streams that were told to start over from a new snapshot."};
inline constexpr MetricSpec kStreamMerged{
    "roster_stream_merged_total", kC, "", "",
    "Changes merged into a later one because a subscriber was slow."};
inline constexpr MetricSpec kBuildInfo{"roster_build_info", kG, "",
                                       "version,revision",
                                       "1; which rosterd this is."};

// Each server of the connect string, as it describes itself. Absent are figures
// that are not known, and all of them with --zookeeper-stats-interval 0.
inline constexpr MetricSpec kServerState{
    "roster_zookeeper_server_state", kG, "", "server,state",
    "1 for how the server was found when it was last asked, 0 for the "
    "others: SERVING, NOT_SERVING, NOT_ALLOWED, REFUSED, NO_ANSWER, "
    "UNREACHABLE, UNREADABLE, NOT_ASKED."};
inline constexpr MetricSpec kServerRole{
    "roster_zookeeper_server_role", kG, "", "server,role",
    "1 for the server's role, 0 for the others: LEADER, FOLLOWER, OBSERVER, "
    "STANDALONE, READ_ONLY."};
inline constexpr MetricSpec kServerInfo{
    "roster_zookeeper_server_info", kG, "", "server,version",
    "1; which ZooKeeper it is. Absent while not known."};
inline constexpr MetricSpec kServerLatencyMin{
    "roster_zookeeper_server_latency_min_seconds", kG, "seconds", "server",
    "The quickest request since the server's start."};
inline constexpr MetricSpec kServerLatencyAvg{
    "roster_zookeeper_server_latency_avg_seconds", kG, "seconds", "server",
    "The mean of all requests since the server's start."};
inline constexpr MetricSpec kServerLatencyMax{
    "roster_zookeeper_server_latency_max_seconds", kG, "seconds", "server",
    "The slowest request since the server's start."};
inline constexpr MetricSpec kServerConnections{
    "roster_zookeeper_server_connections", kG, "", "server",
    "Connections of clients."};
inline constexpr MetricSpec kServerOutstanding{
    "roster_zookeeper_server_outstanding_requests", kG, "", "server",
    "Requests that are queued in the server."};
inline constexpr MetricSpec kServerZnodes{"roster_zookeeper_server_znodes", kG,
                                          "", "server",
                                          "Znodes that the server holds."};
inline constexpr MetricSpec kServerData{
    "roster_zookeeper_server_data_bytes", kG, "bytes", "server",
    "About how many bytes its znodes take. Absent where mntr is not allowed."};
inline constexpr MetricSpec kServerEpoch{
    "roster_zookeeper_server_epoch", kG, "", "server",
    "Epoch of the last transaction that it has; it rises with every new "
    "leader. Absent where srvr is not allowed."};
inline constexpr MetricSpec kServerAsked{
    "roster_zookeeper_server_asked_timestamp_seconds", kG, "seconds", "server",
    "When the server was last asked, with or without success."};

// The process, by the names that Prometheus's own client libraries use.
inline constexpr MetricSpec kProcessCpu{"process_cpu_seconds_total", kC,
                                        "seconds", "",
                                        "User and system CPU time spent."};
inline constexpr MetricSpec kProcessRss{"process_resident_memory_bytes", kG,
                                        "bytes", "", "Resident memory."};
inline constexpr MetricSpec kProcessVirtual{"process_virtual_memory_bytes", kG,
                                            "bytes", "", "Virtual memory."};
inline constexpr MetricSpec kProcessOpenFds{"process_open_fds", kG, "", "",
                                            "Open file descriptors."};
inline constexpr MetricSpec kProcessMaxFds{"process_max_fds", kG, "", "",
                                           "Limit of open file descriptors."};
inline constexpr MetricSpec kProcessStart{"process_start_time_seconds", kG,
                                          "seconds", "",
                                          "When the process started."};
inline constexpr MetricSpec kProcessThreads{"process_threads", kG, "", "",
                                            "Threads of the process."};

}  // namespace metric

// All of the above, in the order of the page.
inline constexpr const MetricSpec* kAllMetrics[] = {
    &metric::kMembers,
    &metric::kMembersByService,
    &metric::kMembersByZone,
    &metric::kMembersPresent,
    &metric::kMembersOpaque,
    &metric::kTasksRunning,
    &metric::kTasksStalled,
    &metric::kJoins,
    &metric::kLeaves,
    &metric::kLosses,
    &metric::kReplacements,
    &metric::kUpdates,
    &metric::kUpdatesMerged,
    &metric::kRecordsUnreadable,
    &metric::kOrdersDropped,
    &metric::kViewConnected,
    &metric::kViewBlind,
    &metric::kViewSynced,
    &metric::kViewAsOf,
    &metric::kViewRevision,
    &metric::kMembersHeld,
    &metric::kDrainsOverdue,
    &metric::kOrdersUnreadable,
    &metric::kSettingsUnreadable,
    &metric::kOperations,
    &metric::kBudgetExpected,
    &metric::kBudgetAvailable,
    &metric::kBudgetRequired,
    &metric::kBudgetAllowed,
    &metric::kGuard,
    &metric::kGuardDepartures,
    &metric::kMonitors,
    &metric::kLeader,
    &metric::kMemberStatus,
    &metric::kMemberInfo,
    &metric::kMemberJoined,
    &metric::kMemberDeparted,
    &metric::kMemberHeld,
    &metric::kMemberReading,
    &metric::kTaskState,
    &metric::kTaskDone,
    &metric::kTaskTotalUnits,
    &metric::kTaskProgress,
    &metric::kTaskRate,
    &metric::kTaskExpectedEnd,
    &metric::kTaskStalled,
    &metric::kMemberSeriesLimit,
    &metric::kMemberSeriesDropped,
    &metric::kDutyFailures,
    &metric::kEvents,
    &metric::kZooKeeperState,
    &metric::kZooKeeperSessions,
    &metric::kWatchPublish,
    &metric::kStreamWrite,
    &metric::kSubscribers,
    &metric::kStreamResets,
    &metric::kStreamMerged,
    &metric::kBuildInfo,
    &metric::kServerState,
    &metric::kServerRole,
    &metric::kServerInfo,
    &metric::kServerLatencyMin,
    &metric::kServerLatencyAvg,
    &metric::kServerLatencyMax,
    &metric::kServerConnections,
    &metric::kServerOutstanding,
    &metric::kServerZnodes,
    &metric::kServerData,
    &metric::kServerEpoch,
    &metric::kServerAsked,
    &metric::kProcessCpu,
    &metric::kProcessRss,
    &metric::kProcessVirtual,
    &metric::kProcessOpenFds,
    &metric::kProcessMaxFds,
    &metric::kProcessStart,
    &metric::kProcessThreads,
};

}  // namespace roster::monitor
