#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/actor.h"

namespace roster::model {

// One line of the audit. Wire format: /roster/<cluster>/audit/e-<seq> in
// docs/znodes.md.

inline constexpr int kAuditVersion = 1;

// What rosterd does by itself, as an action.
inline constexpr char kExpireHold[] = "ExpireHold";
inline constexpr char kAdvanceOperation[] = "AdvanceOperation";
inline constexpr std::array kAuditedDuties = {kExpireHold, kAdvanceOperation};

struct AuditTarget {
  std::string name;  // of a member, a budget, an operation, a config entry
  int64_t epoch_before = 0;  // of a member's order; of an entry, its version
  int64_t epoch_after = 0;

  friend bool operator==(const AuditTarget&, const AuditTarget&) = default;
};

struct AuditEntry {
  absl::Time at = absl::InfinitePast();
  Actor actor;
  // The name of the call, "TakeOffline", or one of kAuditedDuties.
  std::string action;
  std::vector<AuditTarget> targets;
  std::string reason;
  std::string ticket;
  std::string result = "OK";  // or the canonical code of the refusal
  std::string message;        // why it was refused
  bool forced = false;
  std::string request_id;
  std::string monitor;  // which rosterd wrote it

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<AuditEntry> ParseAuditEntry(std::string_view bytes);
std::string SerializeAuditEntry(const AuditEntry& entry);

}  // namespace roster::model
