#pragma once

#include <string>

#include "base/log.h"

namespace roster::zk {

// ClientLogScope receives the C client's log lines. Its callback takes no
// context, but the single-threaded client logs only from inside its functions:
// while such a scope exists on a thread, what the client says there belongs to
// the scope's owner. Scopes nest. Outside of one, lines are dropped.
//
// The client reports every failed connection as an error. The owner of a
// session hears of those by its state; they are passed on at debug level, and
// the newest one is kept as the reason to show to people.
//
// Sessions on several threads share the client's static line buffer: in the
// worst case their lines come out mixed.
//
// Thread-safety: confined to its thread.
class ClientLogScope {
 public:
  // `sink` and `last_error` must outlive this.
  ClientLogScope(const base::LogSink& sink, std::string& last_error);
  ~ClientLogScope();

  ClientLogScope(const ClientLogScope&) = delete;
  ClientLogScope& operator=(const ClientLogScope&) = delete;

  // To be given to zookeeper_init2().
  static void OnLine(const char* line);

 private:
  void Handle(std::string_view line);

  const base::LogSink& sink_;
  std::string& last_error_;
  ClientLogScope* const outer_;
};

// "127.0.0.1:2181: Connection refused" from the C client's line about a failed
// socket; empty for other lines. Exposed for its test.
std::string ReasonFromClientLine(std::string_view message);

}  // namespace roster::zk
