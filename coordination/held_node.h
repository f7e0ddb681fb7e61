#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"

namespace roster::coordination {

struct HeldNodeOptions {
  std::string path;
  std::string data;  // unique to this holding of the node
  GrantCallback on_change;
  base::LogSink log;
};

// HeldNode makes a grant of an ephemeral node that was just created, or may
// have been: it finds out whether the node is this session's, and tells from
// then on when it is in doubt or gone. It does not create the node again.
//
// Thread-safety: thread-compatible; callbacks come from the client's loop.
// Lifetime: `client` must outlive this. The destructor removes the node, in the
// background if need be, unless Forget() was called; no callback runs after it.
class HeldNode {
 public:
  HeldNode(Client& client, HeldNodeOptions options);
  ~HeldNode();

  HeldNode(const HeldNode&) = delete;
  HeldNode& operator=(const HeldNode&) = delete;

  // NotFound if the node is not there or somebody else's. Unavailable if that
  // cannot be told before the deadline.
  absl::StatusOr<Grant> Adopt(absl::Time deadline);
  // The node was removed, or is not this one's to remove.
  void Forget();

  const Grant& grant() const { return grant_; }

 private:
  class OnLoop;
  Client& client_;
  const std::shared_ptr<OnLoop> on_loop_;
  Grant grant_;
};

}  // namespace roster::coordination
