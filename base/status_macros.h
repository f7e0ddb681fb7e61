#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// ROSTER_RETURN_IF_ERROR(expr) returns the status of `expr` from the enclosing
// function unless it is OK. ROSTER_ASSIGN_OR_RETURN(lhs, expr) assigns the
// value of a StatusOr, or returns its status. The abseil of Debian 12 has
// neither macro.

#define ROSTER_RETURN_IF_ERROR(expr)                              \
  do {                                                            \
    if (absl::Status roster_status = (expr); !roster_status.ok()) \
      return roster_status;                                       \
  } while (false)

#define ROSTER_STATUS_CONCAT_(a, b) a##b
#define ROSTER_STATUS_CONCAT(a, b) ROSTER_STATUS_CONCAT_(a, b)

#define ROSTER_ASSIGN_OR_RETURN(lhs, expr)                                  \
  ROSTER_ASSIGN_OR_RETURN_(ROSTER_STATUS_CONCAT(roster_or_, __LINE__), lhs, \
                           expr)
// NOLINTBEGIN(bugprone-macro-parentheses): lhs may be a declaration
#define ROSTER_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)
// NOLINTEND(bugprone-macro-parentheses)
