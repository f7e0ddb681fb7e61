#include "registrar/c/roster/task.h"

#include <cmath>
#include <optional>

#include "model/member_record.h"
#include "registrar/c/handle.h"
#include "registrar/c/registrar_handle.h"

struct roster_task {
  roster::registrar::Task task;
};

namespace {

using ::roster::registrar::c::Code;
using ::roster::registrar::c::Text;

// Calls `change` of a task that is one, if `valid`.
template <typename F>
roster_code Change(roster_task* task, bool valid, F change) {
  if (task == nullptr || !valid) return ROSTER_INVALID_ARGUMENT;
  return Code([&] { change(task->task); });
}

}  // namespace

extern "C" {

roster_task* roster_task_start(roster_registrar* registrar, const char* name,
                               double total, const char* unit,
                               int64_t stall_after_ms) {
  if (registrar == nullptr || name == nullptr || stall_after_ms < 0)
    return nullptr;
  roster_task* task = nullptr;
  Code([&] {
    std::optional<double> known;
    if (total >= 0) known = total;
    const absl::Duration stall_after = stall_after_ms == 0
                                           ? roster::model::kDefaultStallAfter
                                           : absl::Milliseconds(stall_after_ms);
    task = new roster_task{
        registrar->registrar->StartTask(name, known, Text(unit), stall_after)};
  });
  return task;
}

roster_code roster_task_advance(roster_task* task, double delta) {
  return Change(task, std::isfinite(delta),
                [&](auto& changed) { changed.Advance(delta); });
}

roster_code roster_task_set_done(roster_task* task, double done) {
  return Change(task, std::isfinite(done),
                [&](auto& changed) { changed.SetDone(done); });
}

roster_code roster_task_set_total(roster_task* task, double total) {
  return Change(task, true, [&](auto& changed) { changed.SetTotal(total); });
}

roster_code roster_task_set_message(roster_task* task, const char* message) {
  return Change(task, message != nullptr,
                [&](auto& changed) { changed.SetMessage(message); });
}

roster_code roster_task_finish(roster_task* task, const char* message) {
  return Change(task, true,
                [&](auto& changed) { changed.Finish(Text(message)); });
}

roster_code roster_task_fail(roster_task* task, const char* message) {
  return Change(task, true,
                [&](auto& changed) { changed.Fail(Text(message)); });
}

roster_code roster_task_cancel(roster_task* task, const char* message) {
  return Change(task, true,
                [&](auto& changed) { changed.Cancel(Text(message)); });
}

void roster_task_free(roster_task* task) {
  Code([&] { delete task; });
}

}  // extern "C"
