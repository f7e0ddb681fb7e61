#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/actor.h"

namespace roster::model {

// Who should lead an election, by an operator's word. Wire format:
// /roster/<cluster>/designations/<election> in docs/znodes.md.

inline constexpr int kDesignationVersion = 1;  // of the format
inline constexpr size_t kMaxDesignatedLeaders = 100;
inline constexpr size_t kMaxDesignationReasonBytes = 1024;

// What is to happen when a leader that is preferred to the present one comes
// back.
enum class HandBack {
  kImmediate,       // the present one gives way
  kWhenLeaderEnds,  // the present one leads on until it resigns or dies
};

// Wire names: "IMMEDIATE", "WHEN_LEADER_ENDS".
std::string_view HandBackName(HandBack hand_back);

struct Designation {
  int64_t version = 0;  // from 1, raised by every change
  // Candidates by name, the preferred one first. Who is not named leads when
  // none of them is there.
  std::vector<std::string> leaders;
  HandBack hand_back = HandBack::kImmediate;
  // With kImmediate: how long the one that came back must have been a
  // candidate before the present leader gives way, so that one that dies again
  // and again does not take the office along.
  absl::Duration settle = absl::ZeroDuration();
  Actor actor;
  std::string reason;
  absl::Time at = absl::InfinitePast();

  // 0: the preferred one. leaders.size() for whoever is not named.
  size_t RankOf(std::string_view name) const;

  friend bool operator==(const Designation&, const Designation&) = default;
};

// InvalidArgument, saying what and where: 1 to 100 names, each as of
// ValidateMemberName(), none twice; settle from 0 to 1 day.
absl::Status ValidateDesignation(const Designation& designation);

// InvalidArgument, saying what and where, for anything that is not a
// well-formed, valid designation.
absl::StatusOr<Designation> ParseDesignation(std::string_view bytes);
std::string SerializeDesignation(const Designation& designation);

// An election's name: parts joined by "/", each as of ValidateMemberName(), 255
// bytes in all. InvalidArgument with reason INVALID_ELECTION_NAME.
absl::Status ValidateElectionName(std::string_view name);

// The name of the node below ClusterPaths::designations: `election` is the
// election's name below ClusterPaths::elections, or its absolute path if it
// lies elsewhere. "/" is written as "%2F", and "%" as "%25".
std::string DesignationNodeName(std::string_view election);
// Reverts it; nothing if this is no name that it makes.
std::optional<std::string> ElectionOfDesignationNode(
    std::string_view node_name);

// Where the designation of the election at `path` is, if the path is that of a
// cluster's own election: <root>/elections/<name> has
// <root>/designations/<name>. Empty for other paths.
std::string DesignationPathOf(std::string_view election_path);

}  // namespace roster::model
