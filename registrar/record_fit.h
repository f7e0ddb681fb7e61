#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "model/member_record.h"

namespace roster::registrar {

// A record as JSON within a limit.
struct FittedRecord {
  std::string bytes;
  std::string left_out;  // what, for people; empty: nothing
};

// FitRecord serialises `record` in at most `max_bytes`. What is too much is
// left out, least important first: ended tasks, messages, gauges, half of the
// tasks and half again until none is left, then labels and endpoints, then the
// reason of the state. State, identity and epoch always stay: a member that has
// too much to say must still be able to say that it is draining.
//
// InvalidArgument if even these do not fit.
absl::StatusOr<FittedRecord> FitRecord(model::MemberRecord record,
                                       size_t max_bytes);

}  // namespace roster::registrar
