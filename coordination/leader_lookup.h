#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/client.h"

namespace roster::coordination {

struct LeaderLookupOptions {
  // Of the election: below ClusterPaths::elections.
  std::string elections_path;  // ClusterPaths::elections
  std::string election;        // "reporter"
  std::string cluster;         // as rosterd calls it; empty: its only one
  // Where rosterds listen for HTTP, "host:port". Asked in this order, and only
  // when ZooKeeper does not answer.
  std::vector<std::string> rosterds;
  // How long ZooKeeper, and each rosterd, may take.
  absl::Duration patience = absl::Seconds(2);
};

// Where an answer comes from.
enum class LeaderOrigin {
  kLive,       // ZooKeeper shows it now
  kLastKnown,  // ZooKeeper showed it at `as_of`: somebody else may lead by now
  kDesignated  // nobody was seen: an operator would have it lead
};
std::string_view LeaderOriginName(LeaderOrigin origin);

struct FoundLeader {
  std::string id;     // who it is; may be empty
  std::string data;   // of its node; empty if kDesignated
  int64_t token = 0;  // 0 if kDesignated
  LeaderOrigin origin = LeaderOrigin::kLive;
  absl::Time as_of = absl::InfinitePast();
  std::string answered_by;  // "zookeeper", or the address of a rosterd
};

// LeaderLookup finds the leader of an election also while ZooKeeper is away:
// it asks ZooKeeper, and then one rosterd after the other, which answer from
// what they knew last (GET /api/v1/elections/<name>/leader). For clients of a
// leader, which would rather try a leader of two minutes ago than none; not for
// the candidates themselves, and nothing that it says makes anybody leader.
//
// A library of its own, roster::leader_lookup: it is the one thing here that
// speaks HTTP.
//
// Thread-safety: thread-safe, but not for the client's loop.
// Lifetime: `client` must outlive this.
class LeaderLookup {
 public:
  LeaderLookup(Client& client, LeaderLookupOptions options);

  // Blocks until somebody answers, `deadline` at the latest. Of several
  // rosterds the first that sees ZooKeeper counts, else the newest answer.
  //   NotFound      nobody leads, says ZooKeeper, or who sees it
  //   Unavailable   nobody knows; says why, for each that was asked
  absl::StatusOr<FoundLeader> Find(absl::Time deadline) const;

 private:
  absl::StatusOr<FoundLeader> AskZooKeeper(absl::Time deadline) const;
  absl::StatusOr<FoundLeader> AskRosterd(const std::string& address,
                                         absl::Time deadline) const;

  Client& client_;
  const LeaderLookupOptions options_;
};

}  // namespace roster::coordination
