#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/client.h"

namespace roster::coordination {

// ChangeSignal lets a thread look at folders and nodes and then wait until one
// of them may have changed:
//
//   const uint64_t seen = signal.count();
//   auto names = signal.List(path, deadline);
//   if (!Suits(names)) signal.Wait(seen, deadline);
//
// A reconnect counts as a change, since it may have hidden one.
//
// Thread-safety: thread-safe, for threads other than the client's loop.
// Lifetime: `client` must outlive this.
class ChangeSignal {
 public:
  explicit ChangeSignal(Client& client);
  ~ChangeSignal();

  ChangeSignal(const ChangeSignal&) = delete;
  ChangeSignal& operator=(const ChangeSignal&) = delete;

  // How many changes there were so far.
  uint64_t count() const;
  // False if there was none until the deadline.
  bool Wait(uint64_t seen, absl::Time deadline);

  // As BlockingSession's, and watched from now until the next change. A missing
  // folder or data is not watched, a missing node of Exists() is.
  absl::StatusOr<std::vector<std::string>> List(const std::string& path,
                                                absl::Time deadline);
  absl::StatusOr<zk::Stat> Exists(const std::string& path, absl::Time deadline);

 private:
  struct State;
  Client& client_;
  const std::shared_ptr<State> state_;
};

}  // namespace roster::coordination
