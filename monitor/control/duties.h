#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "monitor/control/control_store.h"
#include "monitor/control/duty_record.h"
#include "monitor/control/ledger_keeper.h"

namespace roster::monitor {

// Duties is what must be done once in a cluster, and so by the elected rosterd
// only: holds that have expired are ended, operations take their next step, the
// ledger is kept, the members' reporting interval follows their number, and
// what nobody needs any more is deleted.
//
// Every write is in a transaction that fails once this rosterd's node in the
// election is gone. What fails is tried again, after pauses that grow, and does
// not keep the other duties; see DutyRecord.
//
// While the mass-loss guard is on, whatever acts on absence waits: operations,
// and the end of retention (which the view does not reach then).
//
// Thread-safety: for one thread, which it blocks, except for failures().
class Duties {
 public:
  explicit Duties(ControlStore& store);

  // This rosterd was elected just now.
  void OnElected();
  // Does what is due as of `view`. To be called after changes, and about once
  // a second.
  void Run(const std::string& leader_node, const ClusterView& view);
  // What comes before them, for any rosterd: how it went.
  void NotePreparation(const absl::Status& status);

  // By duty, since the start. Thread-safe.
  std::vector<std::pair<std::string_view, uint64_t>> failures() const;

 private:
  absl::Status ExpireHolds(const std::string& leader_node,
                           const ClusterView& view, absl::Time deadline);
  absl::Status DeriveInterval(const std::string& leader_node,
                              const ClusterView& view, absl::Time deadline);

  ControlStore& store_;
  DutyRecord prepare_;
  DutyRecord holds_;
  DutyRecord operations_;
  DutyRecord keep_ledger_;
  DutyRecord interval_;
  DutyRecord cleanup_;
  LedgerKeeper ledger_;
  absl::Time next_interval_ = absl::InfinitePast();
  absl::Time next_cleanup_ = absl::InfinitePast();
  absl::Time next_ledger_ = absl::InfinitePast();
};

}  // namespace roster::monitor
