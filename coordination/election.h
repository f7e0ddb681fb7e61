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

struct ElectionOptions {
  std::string path;  // the candidates' folder, created when it is missing
  std::string data;  // of the candidate's node: who it is. 64 KiB at most.
  // Who it is to a designation: as a rule the member's name. Empty: `data`, if
  // that can be a member's name.
  std::string id;
  // The node that says who should lead. Empty: that of a cluster's own
  // election, model::DesignationPathOf(path); "-": none is obeyed.
  std::string designation;
  // Elected (kHeld, also after a suspension), suspended, or no longer leader
  // (kLost). On the client's loop.
  GrantCallback on_change;
  base::LogSink log;
};

// Election makes this process a candidate for an office that one of them has
// at a time, in the order in which they came: the dynamic form, where each
// candidate is an ephemeral, sequential node, the first leads, and each other
// one watches the one before it. Curator's LeaderLatch at the same path takes
// part in the same election.
//
//   Election election(client, {.path = "/roster/demo/elections/reporter",
//                              .data = "web-01"});
//   election.Campaign(absl::InfiniteFuture());
//   while (election.grant().may_act()) ReportOnce(election.grant().token());
//
// A candidate that lost its leadership, or its session, is a candidate again by
// itself, as the last in line, until it resigns.
//
// It obeys designations: an operator may say who should lead, and who when that
// one is away (rosterctl leader designate). A candidate whose turn it is while
// a preferred one stands in the line gives way to it; one that leads does so if
// the designation says so, and learns of it as of a loss. Candidates that know
// nothing of this take part as before: see Succession.
//
// What it does NOT protect from: see Grant; a leader that is stopped between
// asking may_act() and acting is fenced by its token only. There may be no
// leader for as long as a session timeout after one has died.
//
// See StaticElection for the form with one node, LeaderElection for the piece
// on a loop, LeaderObserver for those who only look.
//
// Thread-safety: thread-safe.
// Lifetime: `client` must outlive this. The destructor resigns, and does not
// wait for that; no callback runs after it. It may not run in a callback.
class Election {
 public:
  Election(Client& client, ElectionOptions options);
  ~Election();

  Election(const Election&) = delete;
  Election& operator=(const Election&) = delete;

  // Becomes a candidate, and does not wait. Nothing if it is one.
  void Join();
  // Becomes a candidate and waits until it leads. It remains a candidate
  // whatever is returned:
  //   DeadlineExceeded    others lead
  //   Unavailable         ZooKeeper was not there in time
  //   what keeps it out of the election (PermissionDenied, InvalidArgument, …)
  //   Cancelled           Resign() was called meanwhile
  //   FailedPrecondition  called on the client's loop
  absl::Status Campaign(absl::Time deadline);
  // Ends the candidacy; the grant is released from this moment. OK when the
  // node is gone too, or was never there; Unavailable if ZooKeeper did not
  // answer in time: it goes in the background.
  absl::Status Resign(absl::Time deadline);

  // Of the present leadership; lost or released if there is none.
  Grant grant() const;

  // Who leads the election at `path`, whether or not one takes part. NotFound
  // if nobody does; Unavailable if ZooKeeper does not answer in time.
  static absl::StatusOr<Leader> FindLeader(Client& client,
                                           const std::string& path,
                                           absl::Time deadline);

 private:
  class Candidate;
  Client& client_;
  const std::shared_ptr<Candidate> candidate_;
};

}  // namespace roster::coordination
