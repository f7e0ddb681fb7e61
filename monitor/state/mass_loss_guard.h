#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "model/policy.h"

namespace roster::monitor {

// Why a view is not up to date.
enum class BlindCause {
  kNone,          // it is
  kMonitorBlind,  // this rosterd reaches no server
  kQuorumLost,    // servers answer, but do not serve
};

// "", "MONITOR_BLIND", "QUORUM_LOST".
std::string_view BlindCauseName(BlindCause cause);

// Why very many members went at about the same time.
enum class MassLossCause {
  kSessionsExpired,  // without a goodbye
  kCleanLeave,       // with one
  kFoundMissing,     // while this monitor was blind, or before it started
};

// "SESSIONS_EXPIRED", ...
std::string_view MassLossCauseName(MassLossCause cause);

// The guard is on.
struct GuardAlarm {
  MassLossCause cause = MassLossCause::kSessionsExpired;
  int64_t departures = 0;  // within the window when it was raised, and since
  int64_t sessions = 0;    // how many different sessions they were of
  int64_t members = 0;     // present before
  absl::Time since;
  absl::Time ends_at;  // unless more depart

  friend bool operator==(const GuardAlarm&, const GuardAlarm&) = default;
};

// MassLossGuard notices that very many members depart within a short time,
// which is more often a fault of the network or of ZooKeeper than of that many
// machines. While it is on, whatever would act on absence waits.
//
// It is raised when, within `window`, at least `min_departures` members and at
// least `ratio` of those present at its beginning departed. Members that were
// ordered offline do not count. It ends by itself: `hold_for` after the last
// departure that it counted (a loss that lasts is the new truth), or as soon
// as less than half of `ratio` are still away; or by Release().
//
// That the monitor itself is blind is not its matter: the view says so, with a
// BlindCause, and nobody departs meanwhile.
//
// Thread-safety: thread-compatible. Time is handed to it. Bounded memory.
class MassLossGuard {
 public:
  // Departures remembered at most; beyond that the oldest count as returned.
  static constexpr size_t kMaxRemembered = 200'000;

  // A policy that is not enabled ends the alarm.
  void SetPolicy(const model::GuardPolicy& policy);

  // `present`: members present now, after the change.
  void OnDeparted(std::string_view name, int64_t session_id,
                  MassLossCause cause, int64_t present, absl::Time now);
  void OnReturned(std::string_view name);
  void Tick(absl::Time now);
  void Release();

  const std::optional<GuardAlarm>& alarm() const { return alarm_; }

 private:
  struct Departure {
    absl::Time at;
    int64_t session_id = 0;
    MassLossCause cause = MassLossCause::kSessionsExpired;
  };
  struct Remembered {
    absl::Time at;
    std::string name;
  };

  // Takes the oldest departure out, unless its name departed again since.
  void DropOldest();
  void RaiseIfMany(int64_t present, absl::Time now);
  // Counts one more departure into the alarm.
  void Count(const Departure& departure);

  model::GuardPolicy policy_;
  // Who departed within the window, or since the alarm, and is not back.
  absl::flat_hash_map<std::string, Departure> away_;
  std::deque<Remembered> order_;  // of away_, oldest first, and of some back

  std::optional<GuardAlarm> alarm_;
  // Of the departures that alarm_ counted.
  absl::flat_hash_set<int64_t> sessions_;
  std::array<int64_t, 3> causes_{};  // how many, by MassLossCause
};

}  // namespace roster::monitor
