#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace roster::model {

// Budgets of a cluster: how many members of a kind must be available. Wire
// format: /roster/<cluster>/budgets in docs/znodes.md.

inline constexpr int kBudgetsVersion = 1;
inline constexpr size_t kMaxBudgets = 100;
inline constexpr size_t kMaxBudgetDescription = 256;

// A number of members, or a share of them.
struct Quantity {
  int64_t value = 0;  // members, or percent
  bool percent = false;

  // "3" or "80%": 0 or more members, 0 to 100 percent. InvalidArgument else.
  static absl::StatusOr<Quantity> Parse(std::string_view text);
  std::string ToString() const;
  // Of `total` members; a share is rounded down or up.
  int64_t Floor(int64_t total) const;
  int64_t Ceil(int64_t total) const;

  friend bool operator==(const Quantity&, const Quantity&) = default;
};

// Budget limits disruption by order. It says nothing of members that vanish.
struct Budget {
  enum class Kind { kMinAvailable, kMaxUnavailable };

  std::string name;
  std::string selector;  // "*": all
  Kind kind = Kind::kMaxUnavailable;
  Quantity limit;
  std::string description;

  // How many of `expected` members must be available. Shares are rounded so
  // that fewer may be away.
  int64_t Required(int64_t expected) const;

  friend bool operator==(const Budget&, const Budget&) = default;
};

// InvalidArgument, naming the field, unless the name is like a cluster's, the
// selector is not empty, the limit makes sense (a min_available of 0 or a
// max_unavailable of 100 % limits nothing and is refused; one that allows no
// disruption ever, min_available 100 % or max_unavailable 0, is legal: a
// freeze). The selector's grammar is not looked at.
absl::Status ValidateBudget(const Budget& budget);

// The node's data, ordered by name. InvalidArgument, saying what and where, for
// anything that is not well-formed, empty data too: budgets count whole or not
// at all, and that there are none is said by there being no node.
absl::StatusOr<std::vector<Budget>> ParseBudgets(std::string_view bytes);
std::string SerializeBudgets(const std::vector<Budget>& budgets);

}  // namespace roster::model
