#include "registrar/record_keeper.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/record_limits.h"

namespace roster::registrar {
namespace {

// `text` as readers will accept it.
std::string Storable(std::string_view text, size_t max_bytes) {
  // Cut first: a caller may hand in a whole file. The repair may need a few
  // bytes more, and CleanText() cuts between characters.
  std::string result = base::ToValidUtf8(text.substr(0, max_bytes + 4));
  model::CleanText(result, max_bytes);
  return result;
}

bool IsGoodName(std::string_view name) {
  if (name.empty() || name.size() > model::kMaxKeyBytes ||
      !base::IsValidUtf8(name))
    return false;
  std::string copy(name);
  return model::CleanText(copy, model::kMaxKeyBytes).empty();
}

}  // namespace

RecordKeeper::RecordKeeper(model::MemberRecord initial, DrainEnd end)
    : record_(std::move(initial)), drain_(end) {
  record_.tasks.clear();
  reported_ = DeriveState();
  reported_reason_ = DeriveReason();
}

void RecordKeeper::SetState(model::ReportedState state,
                            std::string_view reason) {
  std::string kept = Storable(reason, model::kMaxMessageBytes);
  if (state == model::ReportedState::kLeaving ||
      (record_.state == state && record_.state_reason == kept))
    return;
  record_.state = state;
  record_.state_reason = std::move(kept);
  Changed();
}

template <typename Map>
bool RecordKeeper::MayKeep(const Map& entries, size_t max_entries,
                           std::string_view name) {
  if (entries.contains(base::ToAbsl(name))) return true;
  if (entries.size() < max_entries && IsGoodName(name)) return true;
  ++not_kept_;
  return false;
}

void RecordKeeper::SetGauge(std::string_view name, double value) {
  if (!std::isfinite(value)) return RemoveGauge(name);
  if (!MayKeep(record_.gauges, model::kMaxGauges, name)) return;
  const auto [it, added] = record_.gauges.try_emplace(std::string(name), value);
  if (!added && it->second == value) return;
  it->second = value;
  Changed();
}

void RecordKeeper::RemoveGauge(std::string_view name) {
  if (record_.gauges.erase(base::ToAbsl(name)) != 0) Changed();
}

void RecordKeeper::SetLabel(std::string_view name, std::string_view value) {
  SetEntry(record_.labels, model::kMaxLabels, name, value);
}

void RecordKeeper::SetEndpoint(std::string_view name,
                               std::string_view address) {
  SetEntry(record_.endpoints, model::kMaxEndpoints, name, address);
}

void RecordKeeper::SetEntry(absl::btree_map<std::string, std::string>& entries,
                            size_t max_entries, std::string_view name,
                            std::string_view value) {
  if (value.empty()) {
    if (entries.erase(base::ToAbsl(name)) != 0) Changed();
    return;
  }
  if (!MayKeep(entries, max_entries, name)) return;
  std::string& kept = entries[std::string(name)];
  std::string text = Storable(value, model::kMaxTextBytes);
  if (kept == text) return;
  kept = std::move(text);
  Changed();
}

RecordKeeper::TaskId RecordKeeper::StartTask(std::string_view name,
                                             std::optional<double> total,
                                             std::string_view unit,
                                             absl::Duration stall_after,
                                             absl::Time now) {
  if (tasks_.size() >= model::kMaxTasks) {
    ++not_kept_;
    return 0;
  }
  KeptTask kept;
  kept.id = ++last_task_;
  model::Task& task = kept.task;
  // The id is the name and a number, and must not be cut.
  task.name = Storable(name, model::kMaxTextBytes / 2);
  task.id = absl::StrCat(task.name, "-", kept.id);
  if (total && std::isfinite(*total) && *total >= 0) task.total = *total;
  task.unit = Storable(unit, model::kMaxTextBytes);
  task.stall_after =
      std::clamp(stall_after, model::kMinStallAfter, model::kMaxStallAfter);
  task.started_at = now;
  task.updated_at = now;
  tasks_.push_back(std::move(kept));
  Changed();
  return last_task_;
}

RecordKeeper::KeptTask* RecordKeeper::Running(TaskId id) {
  const auto it = std::find_if(tasks_.begin(), tasks_.end(),
                               [id](const KeptTask& t) { return t.id == id; });
  return it == tasks_.end() ? nullptr : &*it;
}

void RecordKeeper::AdvanceTask(TaskId id, double delta, absl::Time now) {
  const KeptTask* kept = Running(id);
  if (kept == nullptr || delta == 0) return;
  return SetTaskDone(id, kept->task.done + delta, now);
}

void RecordKeeper::SetTaskDone(TaskId id, double done, absl::Time now) {
  KeptTask* kept = Running(id);
  if (kept == nullptr || !std::isfinite(done)) return;
  done = std::max(done, 0.0);
  if (kept->task.done == done) return;
  kept->task.done = done;
  kept->task.updated_at = now;
  Changed();
}

void RecordKeeper::SetTaskTotal(TaskId id, double total, absl::Time now) {
  KeptTask* kept = Running(id);
  if (kept == nullptr) return;
  std::optional<double> kept_total;
  if (std::isfinite(total) && total >= 0) kept_total = total;
  if (kept->task.total == kept_total) return;
  kept->task.total = kept_total;
  kept->task.updated_at = now;
  Changed();
}

void RecordKeeper::SetTaskMessage(TaskId id, std::string_view message,
                                  absl::Time) {
  KeptTask* kept = Running(id);
  if (kept == nullptr) return;
  std::string text = Storable(message, model::kMaxMessageBytes);
  if (kept->task.message == text) return;
  // Not an advance: `updated_at` stays, or a task that only talks would never
  // be found stalled.
  kept->task.message = std::move(text);
  Changed();
}

void RecordKeeper::EndTask(TaskId id, model::TaskState state,
                           std::string_view message, absl::Time now) {
  KeptTask* kept = Running(id);
  if (kept == nullptr || state == model::TaskState::kRunning) return;
  kept->task.state = state;
  kept->task.updated_at = now;
  if (!message.empty())
    kept->task.message = Storable(message, model::kMaxMessageBytes);
  ended_.push_back(std::move(*kept));
  tasks_.erase(tasks_.begin() + (kept - tasks_.data()));
  ForgetEnded(now);
  Changed();
}

void RecordKeeper::ForgetEnded(absl::Time now) {
  size_t forget =
      ended_.size() > kMaxEndedTasks ? ended_.size() - kMaxEndedTasks : 0;
  while (forget < ended_.size() &&
         now - ended_[forget].task.updated_at > kEndedTaskAge)
    ++forget;
  ended_.erase(ended_.begin(), ended_.begin() + forget);
}

DrainCall RecordKeeper::ApplyOrder(const model::Order& order) {
  const DrainCall call = drain_.Apply(order);
  record_.applied_epoch = order.epoch;
  Changed();
  // Even if the state stays: whoever ordered waits for the epoch to come back.
  pending_ = Urgency::kNow;
  return call;
}

void RecordKeeper::SetDrainDone(DrainKeeper::DrainId drain) {
  if (drain_.Finish(drain)) Changed();
}

void RecordKeeper::SetLeaving(std::string_view reason) {
  leaving_ = true;
  leaving_reason_ = Storable(reason, model::kMaxMessageBytes);
  Changed();
}

model::ReportedState RecordKeeper::DeriveState() const {
  if (leaving_) return model::ReportedState::kLeaving;
  if (drain_.held())
    return drain_.Drained(!tasks_.empty()) ? model::ReportedState::kDrained
                                           : model::ReportedState::kDraining;
  return record_.state;
}

std::string RecordKeeper::DeriveReason() const {
  if (leaving_) return leaving_reason_;
  if (!drain_.held()) return record_.state_reason;
  const std::vector<model::Hold>& holds = drain_.order().holds;
  const model::Hold& first = holds.front();
  std::string reason = absl::StrCat("held by ", first.owner);
  if (!first.reason.empty()) absl::StrAppend(&reason, ": ", first.reason);
  if (holds.size() > 1)
    absl::StrAppend(&reason, " (and ", holds.size() - 1, " more)");
  return Storable(reason, model::kMaxMessageBytes);
}

void RecordKeeper::Changed() {
  ++changes_;
  const model::ReportedState state = DeriveState();
  std::string reason = DeriveReason();
  if (state == reported_ && reason == reported_reason_) {
    pending_ = std::max(pending_, Urgency::kLater);
    return;
  }
  reported_ = state;
  reported_reason_ = std::move(reason);
  pending_ = Urgency::kNow;
}

model::MemberRecord RecordKeeper::TakeRecord(absl::Time now) {
  if (changes_ > 1) coalesced_ += changes_ - 1;
  changes_ = 0;
  pending_ = Urgency::kNone;
  ForgetEnded(now);
  model::MemberRecord record = record_;
  record.state = reported_;
  record.state_reason = reported_reason_;
  record.updated_at = now;
  record.tasks.reserve(tasks_.size() + ended_.size());
  for (const KeptTask& kept : tasks_) record.tasks.push_back(kept.task);
  for (auto it = ended_.rbegin(); it != ended_.rend(); ++it)
    record.tasks.push_back(it->task);
  return record;
}

}  // namespace roster::registrar
