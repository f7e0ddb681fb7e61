#include "registrar/task.h"

#include <exception>
#include <utility>

#include "model/member_record.h"
#include "registrar/board.h"

namespace roster::registrar {
namespace {

template <typename F>
void Update(const std::weak_ptr<Board>& board, F change) {
  if (const std::shared_ptr<Board> alive = board.lock())
    alive->Update(std::move(change));
}

void End(const std::weak_ptr<Board>& board, uint64_t id, model::TaskState state,
         std::string_view message) {
  Update(board, [&](RecordKeeper& keeper, absl::Time now) {
    keeper.EndTask(id, state, message, now);
  });
}

}  // namespace

Task::Task(std::weak_ptr<Board> board, uint64_t id)
    : board_(std::move(board)),
      id_(id),
      exceptions_at_start_(std::uncaught_exceptions()) {}

Task::Task(Task&& other) noexcept
    : board_(std::move(other.board_)),
      id_(std::exchange(other.id_, 0)),
      exceptions_at_start_(other.exceptions_at_start_) {}

Task& Task::operator=(Task&& other) noexcept {
  if (this == &other) return *this;
  Abandon();
  board_ = std::move(other.board_);
  id_ = std::exchange(other.id_, 0);
  exceptions_at_start_ = other.exceptions_at_start_;
  return *this;
}

Task::~Task() { Abandon(); }

void Task::Abandon() {
  if (id_ == 0) return;
  if (std::uncaught_exceptions() > exceptions_at_start_)
    Fail("ended by an exception");
  else
    Cancel();
}

void Task::Advance(double delta) {
  Update(board_, [&](RecordKeeper& keeper, absl::Time now) {
    keeper.AdvanceTask(id_, delta, now);
  });
}

void Task::SetDone(double done) {
  Update(board_, [&](RecordKeeper& keeper, absl::Time now) {
    keeper.SetTaskDone(id_, done, now);
  });
}

void Task::SetTotal(double total) {
  Update(board_, [&](RecordKeeper& keeper, absl::Time now) {
    keeper.SetTaskTotal(id_, total, now);
  });
}

void Task::SetMessage(std::string_view message) {
  Update(board_, [&](RecordKeeper& keeper, absl::Time now) {
    keeper.SetTaskMessage(id_, message, now);
  });
}

void Task::Finish(std::string_view message) {
  End(board_, id_, model::TaskState::kSucceeded, message);
}

void Task::Fail(std::string_view message) {
  End(board_, id_, model::TaskState::kFailed, message);
}

void Task::Cancel(std::string_view message) {
  End(board_, id_, model::TaskState::kCancelled, message);
}

}  // namespace roster::registrar
