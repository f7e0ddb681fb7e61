#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/log.h"
#include "coordination/broadcast_message.h"
#include "coordination/client.h"

namespace roster::coordination {

// BroadcastReply is the answer that a message still waits for. Calling it once
// gives the answer: what was done, or why it failed; for people. A reply that
// is dropped without a call answers that the message was not handled.
//
// Thread-safety: thread-compatible; may be called on any thread.
// Lifetime: it may outlive the listener (nobody hears of the answer then), but
// not the client.
using BroadcastReply = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;

struct BroadcastListenerOptions {
  std::string path;    // ClusterPaths::broadcasts; need not exist
  std::string topic;   // a name as of model::ValidateMemberName()
  std::string member;  // who answers: the member's name
  // Runs on the client's loop for one message after the other, in their order:
  // the next one comes when this one is answered. Work that takes long is done
  // elsewhere and answered from there. What it throws answers as a failure.
  std::function<void(const BroadcastMessage& message, BroadcastReply reply)>
      handler;
  base::LogSink log;
};

// BroadcastListener acts on the messages of a topic, and tells the sender.
//
// At the start it acts on the newest message, answered before or not: whoever
// has started anew has forgotten what it did. Then it acts on every message
// that follows, each once, through lost connections and lost sessions; those
// that were trimmed meanwhile (see BroadcastOptions::max_messages) are missed.
// An answer is written until it is there, or its message is not any more.
//
// Thread-safety: confined to nothing but its constructor and destructor, which
// run off the client's loop.
// Lifetime: `client` must outlive this.
class BroadcastListener {
 public:
  // InvalidArgument if an option is wrong. Never waits for ZooKeeper.
  static absl::StatusOr<std::unique_ptr<BroadcastListener>> Create(
      Client& client, BroadcastListenerOptions options);
  // Answers that are not written yet are not written any more.
  ~BroadcastListener();

  BroadcastListener(const BroadcastListener&) = delete;
  BroadcastListener& operator=(const BroadcastListener&) = delete;

 private:
  class Impl;
  BroadcastListener(Client& client, BroadcastListenerOptions options);

  Client& client_;
  std::unique_ptr<Impl> impl_;  // confined to the client's loop
};

}  // namespace roster::coordination
