#pragma once

#include "absl/status/statusor.h"
#include "registrar/c/roster/drain.h"
#include "registrar/c/roster/options.h"
#include "registrar/c/roster/status.h"
#include "registrar/options.h"
#include "registrar/status.h"

// A copy of a Drain: what roster_drain_copy() makes.
struct roster_drain {
  roster::registrar::Drain drain;
};

namespace roster::registrar::c {

// The C structs as the C++ ones, and back.

// All but the callbacks. InvalidArgument if `options` are of no size that can
// be, or set something that this library does not know.
absl::StatusOr<RegistrarOptions> ToOptions(const roster_options& options);

// `options` with all fields that this library knows; what the caller's struct
// is too short for is zero. REQUIRES: ToOptions() took them.
roster_options Widened(const roster_options& options);

roster_status ToC(const RegistrarStatus& status);

// Nothing for a number that is no state that a service can have.
std::optional<model::ReportedState> ToState(roster_state state);

// Calls `on_drain` with `request`.
void CallOnDrain(const roster_options& options, const DrainRequest& request);

}  // namespace roster::registrar::c
