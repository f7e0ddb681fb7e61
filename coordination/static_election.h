#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"
#include "coordination/leader.h"

namespace roster::coordination {

struct StaticElectionOptions {
  std::string path;  // the leader's node, such as "/currentMaster"
  std::string data;  // of the node when this candidate has it: who it is
  // Elected, suspended, lost. On the client's loop.
  GrantCallback on_change;
  base::LogSink log;
};

// StaticElection is the oldest form of an election: every candidate tries to
// create one ephemeral node, whoever succeeds leads, and the others watch the
// node and try again when it goes. Any program that creates an ephemeral node
// at that path takes part, `zkCli.sh create -e` too.
//
// Compared with Election: there is no order, whoever is quickest wins; and all
// candidates wake at each change. It is for a handful of them, and for paths
// that others have agreed on. All else said of Election holds here.
//
// Nor does it obey designations: whoever is preferred could not be sure to be
// the quickest. LeaderObserver looks on, as at an Election.
//
// A persistent node at the path bars everybody, as it would bar other programs.
//
// Thread-safety: thread-safe.
// Lifetime: as Election.
class StaticElection {
 public:
  StaticElection(Client& client, StaticElectionOptions options);
  ~StaticElection();

  StaticElection(const StaticElection&) = delete;
  StaticElection& operator=(const StaticElection&) = delete;

  // See Election.
  void Join();
  absl::Status Campaign(absl::Time deadline);
  // Not waited for: the node goes soon.
  void Resign();
  Grant grant() const;

  // NotFound if nobody leads; Unavailable if ZooKeeper does not answer in time.
  static absl::StatusOr<Leader> FindLeader(Client& client,
                                           const std::string& path,
                                           absl::Time deadline);

 private:
  class Candidate;
  Client& client_;
  const std::shared_ptr<Candidate> candidate_;
};

}  // namespace roster::coordination
