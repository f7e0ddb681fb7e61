#include "monitor/metrics/task_summary.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

using model::Task;
using model::TaskState;

TaskSummary Summarize(const Task& task, const TaskProgress& progress) {
  TaskSummary summary{.name = task.name.empty() ? task.id : task.name,
                      .state = task.state,
                      .done = task.done,
                      .total = task.total,
                      .updated_at = task.updated_at};
  if (task.state == TaskState::kRunning) {
    summary.rate_per_second = progress.rate_per_second;
    summary.expected_end = progress.expected_end;
    summary.stalled = progress.stalled;
  }
  return summary;
}

// Both run.
void Add(const TaskSummary& one, TaskSummary& sum) {
  sum.done += one.done;
  sum.total = sum.total && one.total ? std::optional(*sum.total + *one.total)
                                     : std::nullopt;
  if (one.rate_per_second)
    sum.rate_per_second =
        sum.rate_per_second.value_or(0) + *one.rate_per_second;
  if (one.expected_end)
    sum.expected_end = std::max(*one.expected_end,
                                sum.expected_end.value_or(*one.expected_end));
  sum.stalled |= one.stalled;
}

void Merge(const TaskSummary& one, TaskSummary& sum) {
  const bool one_runs = one.state == TaskState::kRunning;
  const bool sum_runs = sum.state == TaskState::kRunning;
  if (one_runs && sum_runs) {
    Add(one, sum);
  } else if (one_runs || (!sum_runs && one.updated_at >= sum.updated_at)) {
    sum = one;
  }
}

}  // namespace

std::optional<double> TaskSummary::Progress() const {
  if (!total) return std::nullopt;
  // Nothing to do is done.
  if (*total <= 0) return 1.0;
  return std::clamp(done / *total, 0.0, 1.0);
}

std::vector<TaskSummary> SummarizeTasks(const Member& member) {
  static const TaskProgress kUnknown;
  const std::vector<Task>& tasks = member.record.tasks;
  const auto progress_of = [&](size_t i) -> const TaskProgress& {
    return i < member.progress.size() ? member.progress[i] : kUnknown;
  };
  if (tasks.size() == 1) return {Summarize(tasks[0], progress_of(0))};
  std::vector<TaskSummary> summaries;
  // By name. A record can hold some thousand tasks, so no search per task.
  absl::flat_hash_map<absl::string_view, size_t> places;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const TaskSummary one = Summarize(tasks[i], progress_of(i));
    const auto [place, is_new] =
        places.try_emplace(base::ToAbsl(one.name), summaries.size());
    if (is_new) {
      summaries.push_back(one);
    } else {
      Merge(one, summaries[place->second]);
    }
  }
  return summaries;
}

}  // namespace roster::monitor
