#pragma once

#include "model/request_record.h"
#include "monitor/control/coordination_values.h"

namespace roster::monitor {

// What is kept of a holder whom a lock was taken from, for the same request
// asked again: all that its answer shows. Pure.

model::ReleasedHolder ToReleased(const Contender& holder);

// REQUIRES: `released` is of the node called `node`, with this czxid.
Contender FromReleased(const model::ReleasedHolder& released,
                       std::string_view node, int64_t czxid);

}  // namespace roster::monitor
