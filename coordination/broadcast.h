#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/broadcast_message.h"
#include "coordination/client.h"

namespace roster::coordination {

struct BroadcastOptions {
  std::string path;   // ClusterPaths::broadcasts; created when first written
  std::string topic;  // a name as of model::ValidateMemberName()
  std::string sender;
  size_t max_messages = 20;  // kept in the topic, with their answers
  base::LogSink log;
};

// Who has answered a message, and who has not.
struct BroadcastProgress {
  std::map<std::string, BroadcastAnswer> answers;  // by member
  std::vector<std::string> missing;  // expected, and not in `answers`; sorted
  // ZooKeeper is out of reach: there may be more answers.
  bool stale = true;

  bool complete() const { return !stale && missing.empty(); }
  // Members whose answer is a failure.
  std::vector<std::string> failed() const;
};

// Broadcast sends messages to all who listen to a topic, and tells the sender
// who has acted on them and how that went: BroadcastListener is the other side.
//
// It is for orders that everybody follows by himself (drop your cache, rotate
// your log), not for data that must not be missed by who is not there: a
// listener that starts later acts on the newest message only. For settings use
// ConfigStore.
//
// Thread-safety: thread-safe, but not for the client's loop.
// Lifetime: `client` must outlive this.
class Broadcast {
 public:
  Broadcast(Client& client, BroadcastOptions options);

  // Returns the message as it was sent. InvalidArgument for a topic or a text
  // that cannot be; Unavailable at the deadline, with reason OUTCOME_UNKNOWN
  // if it may have been sent. An answer that is lost on its way is looked for:
  // the message is sent once.
  absl::StatusOr<BroadcastMessage> Send(std::string_view text,
                                        absl::Time deadline);

  // The messages kept, newest first.
  absl::StatusOr<std::vector<BroadcastMessage>> List(absl::Time deadline);

 private:
  absl::StatusOr<BroadcastMessage> TrySend(const BroadcastMessage& message,
                                           absl::Time deadline);
  // What was sent under the id; NotFound.
  absl::StatusOr<BroadcastMessage> FindSent(const std::string& id,
                                            absl::Time deadline);
  void Trim(absl::Time deadline);

  Client& client_;
  const BroadcastOptions options_;
  const std::string topic_path_;
};

// BroadcastTracker follows the answers to one message.
//
//   BroadcastTracker tracker(client, message, live_members, on_progress);
//   BroadcastProgress progress = tracker.Wait(deadline);
//
// Thread-safety: thread-safe; constructor and destructor not on the client's
// loop.
// Lifetime: `client` must outlive this.
class BroadcastTracker {
 public:
  // `expected`: the members that ought to answer, such as those that live now;
  // answers of others are shown too. `on_progress` runs on the client's loop,
  // after every change; what it throws is swallowed and logged.
  using OnProgress = std::function<void(const BroadcastProgress&)>;
  BroadcastTracker(Client& client, const BroadcastMessage& message,
                   std::vector<std::string> expected,
                   OnProgress on_progress = {}, base::LogSink log = {});
  ~BroadcastTracker();

  BroadcastTracker(const BroadcastTracker&) = delete;
  BroadcastTracker& operator=(const BroadcastTracker&) = delete;

  BroadcastProgress progress() const;
  // Waits until all that are expected have answered, or until the deadline:
  // complete() tells which.
  BroadcastProgress Wait(absl::Time deadline);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
