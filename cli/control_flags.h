#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "roster/v1/control.pb.h"

// Flags that the commands which change something share.

namespace roster::cli {

// Which members are meant.
struct TargetFlags {
  std::vector<std::string> names;
  std::string selector;
  bool all = false;

  // InvalidArgument unless exactly one way of saying it was used.
  absl::Status Check() const;
  // "*" for --all.
  std::string Selector() const { return all ? "*" : selector; }
  // More than one member may be meant: somebody should look before.
  bool many() const { return all || !selector.empty() || names.size() > 1; }
};

// NAME..., -l, --all.
void AddTargetFlags(Command& command, TargetFlags& flags);

// Who asks, and how carefully.
struct CallFlags {
  std::string cluster;
  std::string actor;
  std::string reason;
  std::string request_id;
  bool dry_run = false;
};

// --cluster, --as, --reason.
void AddCallFlags(Command& command, CallFlags& flags);
// --dry-run, --request-id.
void AddRequestFlags(Command& command, CallFlags& flags);

// -y, --yes: of every command that may ask, see Confirm() in prompt.h.
void AddYesFlag(Command& command, bool& yes);

// The actor that is claimed: `flag`, or $ROSTER_ACTOR, or user@host.
std::string Actor(const std::string& flag);

// A request's id: `flag`, or one made up, so that the same call can be repeated
// when its outcome is not known.
std::string RequestId(const std::string& flag);

// The error of a change, with how to repeat it if nobody knows whether it
// happened.
absl::Status ForRepeating(absl::Status status, const std::string& request_id);

// `status` of a change to members that were asked for by name; if it says that
// one of them is none, with the names that may have been meant.
absl::Status WithNearNames(absl::Status status, Client& client,
                           const std::string& cluster,
                           const std::vector<std::string>& asked);

// Batches.
struct PacingFlags {
  std::string batch_size;
  std::string order;
  std::string min_healthy;
  std::string step_timeout;
  int failure_limit = 0;

  bool given() const;
  // InvalidArgument if a flag makes no sense.
  absl::StatusOr<roster::v1::Pacing> Parse() const;
};
void AddPacingFlags(Command& command, PacingFlags& flags);

// A duration flag as a message; `flag` is its name, for the error.
absl::StatusOr<google::protobuf::Duration> DurationFlag(
    std::string_view flag, const std::string& text);

// A moment: RFC 3339 ("2026-11-22T08:00:00Z"), local time ("2026-11-22 08:00",
// "08:00": the next one), or from now ("+2h").
absl::StatusOr<absl::Time> ParseMoment(std::string_view text, absl::Time now);

google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace roster::cli
