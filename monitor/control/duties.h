#pragma once

#include <string>

#include "absl/time/time.h"
#include "base/log.h"
#include "monitor/control/control_store.h"
#include "monitor/control/ledger_keeper.h"

namespace roster::monitor {

// Duties is what must be done once in a cluster, and so by the elected rosterd
// only: holds that have expired are ended, operations take their next step, the
// ledger is kept, the members' reporting interval follows their number, and
// what nobody needs any more is deleted.
//
// Every write is in a transaction that fails once this rosterd's node in the
// election is gone. What fails is tried again with the next call.
//
// While the mass-loss guard is on, whatever acts on absence waits: operations,
// and the end of retention (which the view does not reach then).
//
// Thread-safety: for one thread, which it blocks.
class Duties {
 public:
  explicit Duties(ControlStore& store) : store_(store), ledger_(store) {}

  // This rosterd was elected just now.
  void OnElected();
  // Does what is due as of `view`. To be called after changes, and about once
  // a second.
  void Run(const std::string& leader_node, const ClusterView& view);

 private:
  absl::Status ExpireHolds(const std::string& leader_node,
                           const ClusterView& view, absl::Time deadline);
  absl::Status DeriveInterval(const std::string& leader_node,
                              const ClusterView& view, absl::Time deadline);
  void Note(std::string_view duty, const absl::Status& status);

  ControlStore& store_;
  LedgerKeeper ledger_;
  absl::Time next_interval_ = absl::InfinitePast();
  absl::Time next_cleanup_ = absl::InfinitePast();
  absl::Time next_ledger_ = absl::InfinitePast();
};

}  // namespace roster::monitor
