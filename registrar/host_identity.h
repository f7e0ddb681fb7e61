#pragma once

#include <string>

#include "model/member_record.h"

namespace roster::registrar {

// Who this process is, so that it can recognise the node that an earlier
// process of the same service on the same machine left behind.
//
// host_id is a UUID of version 5 (RFC 4122) over the machine id, the boot id
// and the pid namespace: equal host_ids mean that process ids may be compared.
// It is empty, and then equal to none, where these cannot be read.
//
// Thread-safety: thread-safe.
model::Writer ThisWriter();

// True only if `other` certainly does not run any more, as seen by `self`: it
// was on this host, and its pid is free, a zombie, or another process by now.
// Anything doubtful counts as alive.
bool IsDeadHere(const model::Writer& other, const model::Writer& self);

// A random UUID: names one start of one registrar.
std::string NewIncarnation();

}  // namespace roster::registrar
