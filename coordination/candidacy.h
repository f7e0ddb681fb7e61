#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/mutex.h"
#include "coordination/grant.h"

namespace roster::coordination {

// Candidacy is what threads see of a candidate that lives on a loop: its grant,
// and a way to wait for one. The elections are made of it.
//
// Thread-safety: thread-safe.
class Candidacy {
 public:
  // `path` names the election in messages.
  Candidacy(std::string path, GrantCallback on_change, base::LogSink log);

  // On the loop: how the candidate stands now. `node_path` and `token` are for
  // kHeld. Calls on_change if that is news to the holder of the grant.
  void Update(GrantState state, const std::string& node_path = "",
              int64_t token = 0);

  // The candidate resigns: the grant is released, who waits is sent away.
  void Release();

  Grant grant() const;
  // OK when it leads; DeadlineExceeded; Cancelled after Release().
  absl::Status AwaitLeadership(absl::Time deadline);

 private:
  const std::string path_;
  const GrantCallback on_change_;
  const base::LogSink log_;

  mutable base::Mutex mu_;
  base::CondVar changed_;
  Grant grant_ ABSL_GUARDED_BY(mu_);
  int resignations_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace roster::coordination
