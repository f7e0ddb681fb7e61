#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/leader_view.h"

namespace roster::coordination {

struct LeaderObserverOptions {
  std::string path;  // of an Election or a StaticElection
  // Somebody else leads, nobody does, or it cannot be told any more (stale).
  // Also for what is found at the start. On the client's loop.
  std::function<void(const LeaderView&)> on_change;
  base::LogSink log;
};

// LeaderObserver tells who leads an election, whether or not one takes part:
// now, and at every change. It is for clients of a leader and for whoever shows
// it; it takes no place in the line, and costs two watches.
//
//   LeaderObserver observer(client, {.path = paths.elections + "/reporter"});
//   const LeaderViewPtr view = observer.view();
//   if (view->leader) Report(view->leader->id, view->Age(absl::Now()));
//
// While ZooKeeper is away the last leader stands, marked stale: it may lead
// still. LeaderLookup asks others then.
//
// Thread-safety: thread-safe; constructor and destructor not on the client's
// loop. What `on_change` throws is swallowed and logged.
// Lifetime: `client` must outlive this.
class LeaderObserver {
 public:
  LeaderObserver(Client& client, LeaderObserverOptions options);
  ~LeaderObserver();

  LeaderObserver(const LeaderObserver&) = delete;
  LeaderObserver& operator=(const LeaderObserver&) = delete;

  LeaderViewPtr view() const;
  // Waits until it was read once. Unavailable at the deadline, or what keeps it
  // from being read.
  absl::Status WaitUntilKnown(absl::Time deadline);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
