#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "model/member_record.h"
#include "model/paths.h"
#include "registrar/drain.h"
#include "registrar/status.h"

namespace roster::registrar {

// RegistrarOptions says who the member is and where it registers. Only plain
// values: fill in what differs from the defaults.
struct RegistrarOptions {
  // "host:port,host:port[/chroot]".
  std::string servers = "127.0.0.1:2181";

  // The member's name and the last part of its path. Empty: the host name.
  // Several services on one host add ":<port>" or "#<n>".
  std::string name;

  std::string service;  // what it is: "search-indexer"
  std::string version;  // of the service
  absl::btree_map<std::string, std::string> endpoints;  // name -> host:port
  absl::btree_map<std::string, std::string> labels;

  // Reported until the first SetState(). A service that takes long to warm up
  // says kStarting here.
  model::ReportedState initial_state = model::ReportedState::kUp;

  // Parent of the members' nodes; created if it is missing. Not where the
  // cluster's state is.
  std::string members_path{model::kDefaultMembersPath};
  // <state_path>/<cluster>/control/<name> holds the order for this member;
  // beside it are the cluster's policy and ledger.
  std::string state_path{model::kDefaultStatePath};
  std::string cluster{model::kDefaultCluster};

  // How long a crash stays unseen, at least. Shorter is quicker to alarm, and
  // quicker to alarm falsely. The server clamps it.
  absl::Duration session_timeout = absl::Seconds(10);

  // Updates other than state changes are merged so that at most one write is
  // made in this time, stretched by up to a fifth at random so that members
  // started together drift apart. The whole cluster's writes go through one
  // ZooKeeper leader: 10,000 members at one write a second are too many for a
  // small one. The cluster's policy may make it longer, never shorter.
  absl::Duration min_update_interval = absl::Seconds(1);

  // Bound of the record's JSON, 1 KiB to 64 KiB. What does not fit is left
  // out, least important first; see RegistrarStatus::record_warning.
  size_t max_record_bytes = model::kDefaultMaxRecordBytes;

  // Adds gauges of the machine, read from /proc every `host_gauges_interval`
  // and reported when they moved noticeably: host_gauges.h has the list.
  bool host_gauges = false;
  absl::Duration host_gauges_interval = absl::Seconds(10);
  // disk_used_ratio is of the file system that holds this. Not a network file
  // system: asking one that hangs would hang the registrar's thread.
  std::string disk_path = "/";

  // How long LEAVING stays readable before a clean leave deletes the node, if
  // the goodbye could not be entered in the cluster's ledger. A watcher learns
  // only that the node changed and must then read it: deleted at once, a
  // goodbye would look like a crash.
  absl::Duration leave_linger = absl::Milliseconds(100);

  // How often the node's owner is compared with the session, on top of the
  // watch on it.
  absl::Duration self_check_interval = absl::Seconds(30);

  // "user:password" for ZooKeeper's digest scheme; empty: none. Sent in clear
  // text.
  std::string digest_credentials;

  // Called on the registrar's thread; must be thread-safe and must not block.
  // What it throws is swallowed. Empty: nothing is logged.
  base::LogSink log;

  // Called on the registrar's thread after each change of the status, counters
  // aside. It may call the Registrar's setters, but neither Leave() nor the
  // destructor. What it throws is logged and swallowed.
  std::function<void(const RegistrarStatus&)> on_status;

  // Called on the registrar's thread when operators take the member offline,
  // and again whenever they change what they ask, even if it is DRAINED by
  // then. The service takes no new work, finishes what it has, and calls
  // `request.drain.Done()`, then or later, on any thread: the member says
  // DRAINING until then and DRAINED afterwards. Done() alone decides that: work
  // that needs no finishing may stay a running task.
  // A member that is held when it starts is told before it registers, possibly
  // before Create() has returned. What is to be observed for on_status holds
  // here too.
  // Empty: the member is DRAINED when no task runs, or at once if an order says
  // IMMEDIATE.
  std::function<void(const DrainRequest& request)> on_drain;

  // Called on the registrar's thread when the last hold is released: the member
  // says again what SetState() set last. As on_drain.
  std::function<void()> on_online;

  // An error that names the option, or OK.
  absl::Status Validate() const;

  // `name`, or the host name.
  std::string MemberName() const;
};

}  // namespace roster::registrar
