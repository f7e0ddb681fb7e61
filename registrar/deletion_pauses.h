#pragma once

#include "absl/time/time.h"
#include "base/backoff.h"

namespace roster::registrar {

// DeletionPauses decides how soon a node that somebody deleted is created
// again: at once, unless the one before it was deleted as well a moment ago.
// Somebody who keeps at it, a script that cleans up say, must not make the
// registrar write without pause.
//
// Thread-safety: thread-compatible.
class DeletionPauses {
 public:
  // A node that stood for so long counts as the first one to be deleted.
  static constexpr absl::Duration kStable = absl::Seconds(10);
  static constexpr absl::Duration kFirst = absl::Milliseconds(200);
  static constexpr absl::Duration kLongest = absl::Seconds(5);

  // To be called at each deletion; `stood` is the time since the creation.
  absl::Duration Next(absl::Duration stood) {
    if (stood < kStable && deleted_) return backoff_.Next();
    deleted_ = true;
    backoff_.Reset();
    return absl::ZeroDuration();
  }

 private:
  bool deleted_ = false;
  base::Backoff backoff_{kFirst, kLongest};
};

}  // namespace roster::registrar
