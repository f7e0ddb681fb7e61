#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// What rosterctl asks a person. Only on a terminal: a script must never hang on
// a question, it gets an error that names the flag instead.
//
// Thread-safety: thread-compatible.

namespace roster::cli {

// Standard input and standard error are a terminal.
bool CanAsk();

// `reason` if there is one; else what is typed. InvalidArgument, naming
// --reason and what it is `good_for`, if nobody can be asked or nothing is
// typed.
absl::StatusOr<std::string> ReasonOrAsk(const std::string& reason,
                                        std::string_view good_for);

// One rule for all commands: one asks before it does what means more than one
// member, and before it does what no other command takes back.
//
// OK if `yes` or if "y" is typed. FailedPrecondition if it is not;
// InvalidArgument, naming --yes, if nobody can be asked. `question` goes
// without its question mark: "take 12 members offline".
absl::Status Confirm(std::string_view question, bool yes);

}  // namespace roster::cli
