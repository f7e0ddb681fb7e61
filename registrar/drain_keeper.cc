#include "registrar/drain_keeper.h"

#include <algorithm>

namespace roster::registrar {

DrainCall DrainKeeper::Apply(const model::Order& order) {
  if (!first_holds_) {
    first_holds_.emplace();
    for (const model::Hold& hold : order.holds)
      first_holds_->push_back(hold.id);
  }
  const bool was_held = held();
  const bool same = order.holds == order_.holds;
  order_ = order;
  if (!held()) return was_held ? DrainCall::kOnline : DrainCall::kNone;
  if (!was_held) {
    ++drain_;
    finished_ = false;
  }
  return same ? DrainCall::kNone : DrainCall::kDrain;
}

bool DrainKeeper::Finish(DrainId drain) {
  if (!held() || drain != drain_ || finished_) return false;
  finished_ = true;
  return true;
}

bool DrainKeeper::Drained(bool task_runs) const {
  if (!held()) return false;
  if (end_ == DrainEnd::kServiceSays) return finished_;
  return !task_runs || mode() == model::HoldMode::kImmediate;
}

model::HoldMode DrainKeeper::mode() const {
  const bool immediate = std::any_of(
      order_.holds.begin(), order_.holds.end(), [](const model::Hold& hold) {
        return hold.mode == model::HoldMode::kImmediate;
      });
  return immediate ? model::HoldMode::kImmediate : model::HoldMode::kDrain;
}

absl::Time DrainKeeper::deadline() const {
  absl::Time earliest = absl::InfiniteFuture();
  for (const model::Hold& hold : order_.holds)
    earliest = std::min(earliest, hold.deadline);
  return earliest;
}

bool DrainKeeper::restart() const {
  bool newer = false;
  for (const model::Hold& hold : order_.holds) {
    if (!hold.restart) return false;
    newer |= std::find(first_holds_->begin(), first_holds_->end(), hold.id) ==
             first_holds_->end();
  }
  return newer;
}

}  // namespace roster::registrar
