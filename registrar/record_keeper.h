#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "model/member_record.h"
#include "model/order.h"
#include "registrar/drain_keeper.h"

namespace roster::registrar {

// How soon a change should reach ZooKeeper.
enum class Urgency {
  kNone,   // nothing changed
  kLater,  // with the next paced write
  kNow,    // what the member says of its state changed
};

// RecordKeeper is the member's newest record: what the service said of itself,
// overlaid by the order that the member obeys. It does no I/O, and time is
// passed in.
//
// The reported state is derived: LEAVING once leaving; else, under an order
// with a hold, DRAINING until the drain has ended and DRAINED afterwards (see
// DrainEnd); else what the service set last.
//
// Whatever callers pass is made storable: texts become valid UTF-8 of bounded
// length without control characters, a value that is not finite is no value.
// Names are not repaired, because two could become one: what has a bad name is
// not kept, and neither is what exceeds the number that readers accept (see
// model/record_limits.h); see not_kept().
//
// Thread-safety: thread-compatible.
class RecordKeeper {
 public:
  using TaskId = uint64_t;  // 0: none

  // Ended tasks stay visible, but not for ever.
  static constexpr size_t kMaxEndedTasks = 8;
  static constexpr absl::Duration kEndedTaskAge = absl::Minutes(10);

  explicit RecordKeeper(model::MemberRecord initial,
                        DrainEnd end = DrainEnd::kWithTasks);

  // kLeaving is ignored: see SetLeaving().
  void SetState(model::ReportedState state, std::string_view reason);
  void SetGauge(std::string_view name, double value);
  void RemoveGauge(std::string_view name);
  // An empty value removes.
  void SetLabel(std::string_view name, std::string_view value);
  void SetEndpoint(std::string_view name, std::string_view address);

  // Returns 0 when model::kMaxTasks run already.
  TaskId StartTask(std::string_view name, std::optional<double> total,
                   std::string_view unit, absl::Duration stall_after,
                   absl::Time now);
  // Unknown ids and ended tasks are ignored, and so are numbers that are not
  // finite. `done` never goes under 0.
  void AdvanceTask(TaskId id, double delta, absl::Time now);
  void SetTaskDone(TaskId id, double done, absl::Time now);
  void SetTaskTotal(TaskId id, double total, absl::Time now);
  void SetTaskMessage(TaskId id, std::string_view message, absl::Time now);
  // `state` must not be kRunning. An empty message keeps the former one.
  void EndTask(TaskId id, model::TaskState state, std::string_view message,
               absl::Time now);

  // The caller has checked the epoch. See OrderFollower. Returns what to tell
  // the service.
  DrainCall ApplyOrder(const model::Order& order);
  // See DrainKeeper::Finish().
  void SetDrainDone(DrainKeeper::DrainId drain);
  void SetLeaving(std::string_view reason);

  // How urgently the record should be written: the most urgent change since
  // the last TakeRecord().
  Urgency pending() const { return pending_; }
  // The record to write at `now`, without ended tasks that are too old by
  // then. Nothing is pending afterwards.
  model::MemberRecord TakeRecord(absl::Time now);

  model::ReportedState reported_state() const { return reported_; }
  const std::optional<int64_t>& applied_epoch() const {
    return record_.applied_epoch;
  }
  const DrainKeeper& drain() const { return drain_; }
  // Updates that were not kept.
  uint64_t not_kept() const { return not_kept_; }
  // Changes that shared a TakeRecord() with a later one.
  uint64_t coalesced() const { return coalesced_; }

 private:
  struct KeptTask {
    TaskId id = 0;
    model::Task task;
  };

  // False, and counted, unless `name` may be added to `entries`.
  template <typename Map>
  bool MayKeep(const Map& entries, size_t max_entries, std::string_view name);
  KeptTask* Running(TaskId id);
  void SetEntry(absl::btree_map<std::string, std::string>& entries,
                size_t max_entries, std::string_view name,
                std::string_view value);
  model::ReportedState DeriveState() const;
  std::string DeriveReason() const;
  void ForgetEnded(absl::Time now);
  // To be called after each change.
  void Changed();

  model::MemberRecord record_;   // tasks aside
  std::vector<KeptTask> tasks_;  // running ones, oldest first
  std::vector<KeptTask> ended_;  // the same, newest last
  TaskId last_task_ = 0;
  DrainKeeper drain_;
  bool leaving_ = false;
  std::string leaving_reason_;
  model::ReportedState reported_;
  std::string reported_reason_;
  Urgency pending_ = Urgency::kNone;
  uint64_t changes_ = 0;  // since the last TakeRecord()
  uint64_t coalesced_ = 0;
  uint64_t not_kept_ = 0;
};

}  // namespace roster::registrar
