#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/contender.h"
#include "coordination/grant.h"

namespace roster::coordination {

struct ClaimOptions {
  // Of the place in line. Its callbacks are the claim's to set.
  ContenderOptions contender;
  GrantCallback on_change;
  std::function<void(const Grant&)> on_revocation;
};

// Claim lets threads wait for a Contender's turn: one claim, one turn. The
// recipes that callers hold and give back are made of claims.
//
// Thread-safety: thread-compatible; callbacks come from the client's loop.
// Lifetime: `client` must outlive this. After the destructor, which may run on
// any thread, no callback begins.
class Claim {
 public:
  Claim(Client& client, ClaimOptions options);
  // Leaves the line, without waiting for it.
  ~Claim();

  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  // Waits for the turn. Once. Errors, after which nothing is left of the claim:
  //   DeadlineExceeded    somebody was before it until the deadline
  //   ResourceExhausted   `only_try`, and somebody is before it
  //   Unavailable         ZooKeeper could not be reached before the deadline
  //   Cancelled           the client was closed
  //   FailedPrecondition  called on the client's loop, where it cannot wait
  //   others              ZooKeeper's, which waiting does not mend
  absl::StatusOr<Grant> Wait(absl::Time deadline, bool only_try = false);

  // Gives the turn up: the grant is released from this moment, whatever is
  // returned. OK when the node is gone, too; Aborted if the turn had been lost
  // before; Unavailable if ZooKeeper did not answer before the deadline: the
  // node is then removed in the background.
  absl::Status Leave(absl::Time deadline);

  const Grant& grant() const { return grant_; }

 private:
  class OnLoop;

  Client& client_;
  const std::string path_;
  const std::shared_ptr<OnLoop> on_loop_;
  Grant grant_;
  bool left_ = false;  // nothing of it is on the loop any more
};

// When a call that gives something back stops waiting for ZooKeeper, if its
// caller named no deadline.
absl::Time DefaultReleaseDeadline();

}  // namespace roster::coordination
