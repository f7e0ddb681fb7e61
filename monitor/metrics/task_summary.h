#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// What the series of one member and task name show.
//
// A task's name is its kind and makes a label; its id is new with each run and
// would grow the number of series for ever. So tasks of one name are one: of
// those that run, the sum, stalled when any of them is; when none runs, the
// one that was updated last.
struct TaskSummary {
  std::string_view name;  // the id of a task without a name
  model::TaskState state = model::TaskState::kRunning;
  double done = 0;
  std::optional<double> total;            // only if all of them have one
  std::optional<double> rate_per_second;  // of those that have one
  std::optional<absl::Time> expected_end;
  bool stalled = false;
  absl::Time updated_at = absl::InfinitePast();

  std::optional<double> Progress() const;  // 0..1
};

// In the order in which the names first occur. Views into `member`.
std::vector<TaskSummary> SummarizeTasks(const Member& member);

}  // namespace roster::monitor
