#include "monitor/state/task_progress.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "model/record_limits.h"

namespace roster::monitor {
namespace {

using model::Task;
using model::TaskState;

bool Running(const Task& task) { return task.state == TaskState::kRunning; }

TaskProgress Begin(const Task& task, absl::Time now) {
  TaskProgress progress;
  progress.advanced_at = now;
  progress.sampled_at = now;
  progress.sampled_done = task.done;
  return progress;
}

void TakeSample(TaskProgress& progress, double done, absl::Time now) {
  const absl::Duration interval = now - progress.sampled_at;
  if (interval < absl::ZeroDuration()) {
    // The clock was set back. What it measures now is all that is left.
    progress.sampled_at = now;
    progress.sampled_done = done;
    return;
  }
  if (interval < kMinSampleInterval) return;  // the next one covers this, too
  const double sample =
      (done - progress.sampled_done) / absl::ToDoubleSeconds(interval);
  progress.sampled_at = now;
  progress.sampled_done = done;
  if (!std::isfinite(sample)) return;

  const double fresh = -std::expm1(-absl::FDivDuration(interval, kRateWindow));
  const double mean =
      progress.rate_per_second.value_or(0) * progress.rate_weight * (1 - fresh);
  const double weight = progress.rate_weight * (1 - fresh) + fresh;
  const double rate = (mean + sample * fresh) / weight;
  if (!std::isfinite(rate)) return;
  progress.rate_per_second = rate;
  progress.rate_weight = weight;
}

std::optional<absl::Time> ExpectedEnd(const Task& task,
                                      const TaskProgress& progress,
                                      absl::Time now) {
  if (!Running(task) || progress.stalled) return std::nullopt;
  if (!task.total.has_value() || !(*task.total > task.done))
    return std::nullopt;
  const double rate = progress.rate_per_second.value_or(0);
  if (!(rate > 0)) return std::nullopt;
  const double seconds = (*task.total - task.done) / rate;
  if (!(seconds < absl::ToDoubleSeconds(kMaxForecast))) return std::nullopt;
  return now + absl::Seconds(seconds);
}

TaskProgress Continue(const Task& before, TaskProgress progress,
                      const Task& task, absl::Time now) {
  const bool restarted =
      task.done < before.done || (Running(task) && !Running(before));
  if (restarted) return Begin(task, now);
  if (task.done > before.done) {
    progress.advanced_at = now;
    progress.stalled = false;
    TakeSample(progress, task.done, now);
  }
  if (!Running(task)) progress.stalled = false;
  return progress;
}

absl::Time StallsAt(const Task& task, const TaskProgress& progress) {
  return progress.advanced_at +
         std::max(task.stall_after, model::kMinStallAfter);
}

}  // namespace

const Task* FindTask(const std::vector<Task>& tasks, std::string_view id,
                     size_t hint) {
  if (hint < tasks.size() && tasks[hint].id == id) return &tasks[hint];
  for (const Task& task : tasks)
    if (task.id == id) return &task;
  return nullptr;
}

std::vector<TaskProgress> NextProgress(const Member* before,
                                       const model::MemberRecord& record,
                                       absl::Time now) {
  std::vector<TaskProgress> next;
  next.reserve(record.tasks.size());
  for (size_t i = 0; i < record.tasks.size(); ++i) {
    const Task& task = record.tasks[i];
    const Task* const former = before == nullptr
                                   ? nullptr
                                   : FindTask(before->record.tasks, task.id, i);
    next.push_back(
        former == nullptr
            ? Begin(task, now)
            : Continue(*former, ProgressOf(*before, *former), task, now));
    next.back().expected_end = ExpectedEnd(task, next.back(), now);
  }
  return next;
}

const TaskProgress& ProgressOf(const Member& member, const Task& task) {
  return member
      .progress[static_cast<size_t>(&task - member.record.tasks.data())];
}

absl::Time NextStall(const Member& member) {
  absl::Time next = absl::InfiniteFuture();
  for (size_t i = 0; i < member.progress.size(); ++i) {
    const Task& task = member.record.tasks[i];
    if (Running(task) && !member.progress[i].stalled)
      next = std::min(next, StallsAt(task, member.progress[i]));
  }
  return next;
}

void MarkStalled(Member& member, absl::Time now) {
  for (size_t i = 0; i < member.progress.size(); ++i) {
    const Task& task = member.record.tasks[i];
    TaskProgress& progress = member.progress[i];
    if (!Running(task) || StallsAt(task, progress) > now) continue;
    progress.stalled = true;
    progress.expected_end.reset();
  }
}

void StopProgress(Member& member) {
  for (TaskProgress& progress : member.progress) {
    progress.stalled = false;
    progress.expected_end.reset();
  }
}

}  // namespace roster::monitor
