#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// The order for a member: what operators want of it. Wire format: design of
// /roster/<cluster>/control/<name> in docs/znodes.md.

inline constexpr int kOrderVersion = 1;
// No epoch is higher: JSON's numbers hold it exactly in every language.
inline constexpr int64_t kMaxEpoch = int64_t{1} << 52;
// What a member says that it applied is taken for a mistake beyond this: epochs
// rise by one, and there must be some after it.
inline constexpr int64_t kMaxClaimedEpoch = kMaxEpoch / 2;
// More on one member than anybody could keep apart.
inline constexpr size_t kMaxHolds = 16;

enum class HoldMode {
  kDrain,      // running work may finish until the deadline
  kImmediate,  // it may not
};

// Wire names: "DRAIN", "IMMEDIATE".
std::string_view HoldModeName(HoldMode mode);

// One reason to be offline, owned by somebody. A member is desired offline
// while at least one hold exists.
struct Hold {
  std::string id;
  std::string owner;
  HoldMode mode = HoldMode::kDrain;
  std::string reason;
  std::string ticket;
  absl::Time created_at = absl::InfinitePast();
  absl::Time deadline = absl::InfiniteFuture();    // InfiniteFuture: none
  absl::Time expires_at = absl::InfiniteFuture();  // InfiniteFuture: never
  // The member is wanted back: once drained, it should end and be started
  // anew, rather than wait.
  bool restart = false;

  friend bool operator==(const Hold&, const Hold&) = default;
};

struct Order {
  int64_t epoch = 0;  // fencing token: raised by every write
  std::vector<Hold> holds;
  // The registration (czxid) that an operator wants to be forgotten: monitors
  // drop the departed member unless it is a newer one. 0: none.
  int64_t forgotten_czxid = 0;

  bool held() const { return !holds.empty(); }

  friend bool operator==(const Order&, const Order&) = default;
};

// InvalidArgument, saying what and where, for anything that is not a
// well-formed order of a version we know: an order is obeyed whole or not at
// all. `v`, `epoch`, `holds`, and the `id` and `mode` of each hold must be
// there; ids must differ; `desired`, when given, must agree with the holds.
// Unknown fields are ignored, and null counts as not given. Empty data is not
// well-formed: that there is no order is said by there being no node.
absl::StatusOr<Order> ParseOrder(std::string_view bytes);

// Reads back equal, but for ill-formed UTF-8, which becomes U+FFFD, and any
// times outside the years 1 to 9999, which become the nearest inside.
std::string SerializeOrder(const Order& order);

}  // namespace roster::model
