#include "registrar/record_keeper.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace roster::registrar {
namespace {

constexpr size_t kMaxNameBytes = 128;

// Valid UTF-8 of at most `max_bytes`, cut between characters.
std::string Storable(std::string_view text, size_t max_bytes) {
  std::string result = base::ToValidUtf8(text.substr(0, max_bytes + 4));
  if (result.size() <= max_bytes) return result;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(result[end]) & 0xC0) == 0x80)
    --end;
  result.resize(end);
  return result;
}

std::string StorableName(std::string_view name) {
  return Storable(name, kMaxNameBytes);
}

}  // namespace

RecordKeeper::RecordKeeper(model::MemberRecord initial)
    : record_(std::move(initial)) {
  record_.tasks.clear();
  reported_ = DeriveState();
  reported_reason_ = DeriveReason();
}

void RecordKeeper::SetState(model::ReportedState state,
                            std::string_view reason) {
  std::string kept = Storable(reason, kMaxTextBytes);
  if (state == model::ReportedState::kLeaving ||
      (record_.state == state && record_.state_reason == kept))
    return;
  record_.state = state;
  record_.state_reason = std::move(kept);
  Changed();
}

void RecordKeeper::SetGauge(std::string_view name, double value) {
  if (!std::isfinite(value)) return RemoveGauge(name);
  const std::string key = StorableName(name);
  if (key.empty()) return;
  const auto it = record_.gauges.find(key);
  if (it != record_.gauges.end()) {
    if (it->second == value) return;
    it->second = value;
    Changed();
    return;
  }
  if (record_.gauges.size() >= kMaxEntries) {
    ++overflows_;
    return;
  }
  record_.gauges.emplace(key, value);
  Changed();
}

void RecordKeeper::RemoveGauge(std::string_view name) {
  if (record_.gauges.erase(StorableName(name)) != 0) Changed();
}

void RecordKeeper::SetLabel(std::string_view name, std::string_view value) {
  return SetEntry(record_.labels, name, value);
}

void RecordKeeper::SetEndpoint(std::string_view name,
                               std::string_view address) {
  return SetEntry(record_.endpoints, name, address);
}

void RecordKeeper::SetEntry(absl::btree_map<std::string, std::string>& entries,
                            std::string_view name, std::string_view value) {
  const std::string key = StorableName(name);
  if (key.empty()) return;
  if (value.empty()) {
    if (entries.erase(key) != 0) Changed();
    return;
  }
  std::string kept = Storable(value, kMaxTextBytes);
  const auto it = entries.find(key);
  if (it != entries.end() && it->second == kept) return;
  if (it == entries.end() && entries.size() >= kMaxEntries) {
    ++overflows_;
    return;
  }
  entries[key] = std::move(kept);
  Changed();
}

RecordKeeper::TaskId RecordKeeper::StartTask(std::string_view name,
                                             std::optional<double> total,
                                             std::string_view unit,
                                             absl::Duration stall_after,
                                             absl::Time now) {
  if (tasks_.size() >= kMaxRunningTasks) {
    ++overflows_;
    return 0;
  }
  KeptTask kept;
  kept.id = ++last_task_;
  model::Task& task = kept.task;
  task.name = StorableName(name);
  task.id = absl::StrCat(task.name, "-", kept.id);
  if (total && std::isfinite(*total) && *total >= 0) task.total = *total;
  task.unit = StorableName(unit);
  if (stall_after > absl::ZeroDuration()) task.stall_after = stall_after;
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
  std::string text = Storable(message, kMaxTextBytes);
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
  if (!message.empty()) kept->task.message = Storable(message, kMaxTextBytes);
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

void RecordKeeper::ApplyOrder(const model::Order& order) {
  holds_ = order.holds;
  record_.applied_epoch = order.epoch;
  Changed();
  // Even if the state stays: whoever ordered waits for the epoch to come back.
  pending_ = Urgency::kNow;
}

void RecordKeeper::SetLeaving(std::string_view reason) {
  leaving_ = true;
  leaving_reason_ = Storable(reason, kMaxTextBytes);
  Changed();
}

model::ReportedState RecordKeeper::DeriveState() const {
  if (leaving_) return model::ReportedState::kLeaving;
  if (!holds_.empty())
    return tasks_.empty() ? model::ReportedState::kDrained
                          : model::ReportedState::kDraining;
  return record_.state;
}

std::string RecordKeeper::DeriveReason() const {
  if (leaving_) return leaving_reason_;
  if (holds_.empty()) return record_.state_reason;
  const model::Hold& first = holds_.front();
  std::string reason = absl::StrCat("held by ", first.owner);
  if (!first.reason.empty()) absl::StrAppend(&reason, ": ", first.reason);
  if (holds_.size() > 1)
    absl::StrAppend(&reason, " (and ", holds_.size() - 1, " more)");
  return Storable(reason, kMaxTextBytes);
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
