#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/published.h"
#include "monitor/ensemble/server_answer.h"
#include "monitor/ensemble/server_question.h"
#include "monitor/state/zookeeper_server.h"
#include "zk/connection_string.h"
#include "zk/resolver.h"

namespace roster::monitor {

struct EnsembleProbeOptions {
  // What sessions connect to, "host:port,...[/chroot]". Servers that it does
  // not name, observers say, are not asked.
  std::string servers;
  // From one round of questions to the next.
  absl::Duration interval = absl::Seconds(15);
  // For one question. A round asks each server two at most, all servers at the
  // same time.
  absl::Duration timeout = absl::Seconds(2);
  base::LogSink log;
};

// EnsembleProbe asks each ZooKeeper server how it is, by the four-letter words
// `srvr` and `mntr`, again and again, and publishes what it last heard. It
// works on a thread of its own and needs no session: it says most while there
// is no quorum. A server that changes its state is logged.
//
// A name with several addresses is one server, that of the first address which
// takes the connection; give each server a name of its own.
//
// Thread-safety: servers() is thread-safe; the rest is thread-compatible.
class EnsembleProbe {
 public:
  // REQUIRES: `servers` is a valid connection string.
  explicit EnsembleProbe(EnsembleProbeOptions options);
  // Does not wait for answers that are under way.
  ~EnsembleProbe();
  EnsembleProbe(const EnsembleProbe&) = delete;
  EnsembleProbe& operator=(const EnsembleProbe&) = delete;

  // Begins to ask. REQUIRES: called once.
  void Start();
  // Never null; every server is in it from the beginning, as not yet asked.
  ZooKeeperServersPtr servers() const { return published_.Get(); }

 private:
  struct Server {
    ZooKeeperServer found;
    std::unique_ptr<zk::Resolver> resolver;
    bool busy = false;  // a question is under way
  };

  void AskAll();
  void Ask(size_t index);
  void OnSrvr(size_t index, const ServerReply& reply);
  void OnMntr(size_t index, AnswerKind srvr, ZooKeeperServer found,
              const ServerReply& reply);
  void Store(size_t index, ZooKeeperServer found);

  const EnsembleProbeOptions options_;
  bool started_ = false;
  base::Published<ZooKeeperServers> published_;
  base::Loop loop_{"zk-servers"};
  std::vector<Server> servers_;  // confined to loop_, as is scope_
  base::CallbackScope scope_;
};

}  // namespace roster::monitor
