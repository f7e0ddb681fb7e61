#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace roster::registrar {

class Board;

// Task reports the progress of one piece of work. Registrar::StartTask() makes
// it. What it reports is coalesced like every update: Advance() may be called
// for each of a million files.
//
// A Task that is destroyed while it runs is reported CANCELLED, or FAILED if an
// exception is what destroys it. Calls on an ended or moved-from Task do
// nothing.
//
// Thread-safety: the calls are thread-safe; moving and destroying are not.
// Lifetime: may outlive the Registrar, and then does nothing.
class Task {
 public:
  Task() = default;  // ended from the start
  Task(Task&& other) noexcept;
  Task& operator=(Task&& other) noexcept;
  ~Task();

  // Adds to what is done, in the task's unit. A running task that does not
  // advance for its `stall_after` is shown as stalled.
  void Advance(double delta = 1);
  void SetDone(double done);
  // A total that is negative or not finite means: unknown.
  void SetTotal(double total);
  void SetMessage(std::string_view message);

  // End it. SUCCEEDED, FAILED, CANCELLED; it stays in the record for a while.
  void Finish(std::string_view message = {});
  void Fail(std::string_view message);
  void Cancel(std::string_view message = {});

 private:
  friend class Registrar;
  Task(std::weak_ptr<Board> board, uint64_t id);
  void Abandon();

  std::weak_ptr<Board> board_;
  uint64_t id_ = 0;
  int exceptions_at_start_ = 0;
};

}  // namespace roster::registrar
