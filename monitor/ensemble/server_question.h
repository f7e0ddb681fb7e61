#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/loop.h"

namespace roster::monitor {

// What became of a question over TCP.
struct ServerReply {
  enum class Outcome {
    kAnswered,     // `text` is what came until the other side closed
    kRefused,      // nothing listens
    kTimedOut,     // not connected, or not closed in time
    kUnreachable,  // no route; `text` is why, in the system's words
  };
  Outcome outcome = Outcome::kAnswered;
  std::string text;
};

// Asks a ZooKeeper server a four-letter word: connects to the first of
// `addresses` that takes it ("10.0.0.1:2181", or "::1:2181" with the IPv6
// address bare), writes `word`, reads until the server closes, or 256 KiB.
// `done` is called once, on `loop`, at the latest after `timeout`; never from
// within this call, and not at all if the loop ends first.
//
// Must be called on `loop`. REQUIRES: `addresses` are not empty.
void AskServer(base::Loop& loop, const std::vector<std::string>& addresses,
               std::string_view word, absl::Duration timeout,
               std::function<void(ServerReply)> done);

}  // namespace roster::monitor
