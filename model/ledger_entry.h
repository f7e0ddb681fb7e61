#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/member_record.h"

namespace roster::model {

// What outlives a member's znode, so that its absence is noticed by a rosterd
// that was not there when it went. Wire format: /roster/<cluster>/ledger/<name>
// in docs/znodes.md.

inline constexpr int kLedgerVersion = 1;

enum class LedgerState {
  kPresent,
  kLeft,  // it said goodbye
  kLost,  // it vanished
};

// Wire names: "PRESENT", "LEFT", "LOST".
std::string_view LedgerStateName(LedgerState state);

struct LedgerEntry {
  LedgerState state = LedgerState::kPresent;
  int64_t czxid = 0;  // the registration that it is about
  absl::Time joined_at = absl::InfinitePast();
  absl::Time since = absl::InfinitePast();  // of `state`
  // The member's last record, without tasks and gauges.
  MemberRecord record;

  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<LedgerEntry> ParseLedgerEntry(std::string_view bytes);
std::string SerializeLedgerEntry(const LedgerEntry& entry);

}  // namespace roster::model
