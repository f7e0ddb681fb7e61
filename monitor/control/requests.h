#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "model/actor.h"
#include "model/audit_entry.h"
#include "model/config_entry.h"
#include "model/operation.h"
#include "model/order.h"
#include "monitor/state/budget_check.h"

namespace roster::monitor {

// What can be asked of a Controller, and what it answers. Plain values; the
// meaning of each field is in proto/roster/v1/control.proto.

// What all changing requests have in common.
struct RequestMeta {
  model::Actor actor;
  // Empty: one is made.
  std::string request_id;
  // The request's content, to tell whether a request_id is used for another.
  std::string content;
  bool validate_only = false;
  // The caller waits no longer.
  absl::Time deadline = absl::InfiniteFuture();
};

// Which members are meant: exactly one of the two.
struct Targets {
  std::vector<std::string> names;
  std::string selector;  // "*": all

  bool empty() const { return names.empty() && selector.empty(); }
};

// The terms of a hold. Durations count from when it is placed; of a duration
// and a time at most one is set.
struct HoldTerms {
  std::string owner;
  std::string reason;
  std::string ticket;
  model::HoldMode mode = model::HoldMode::kDrain;
  std::optional<absl::Duration> drain_timeout;
  std::optional<absl::Time> deadline;
  std::optional<absl::Duration> expire_after;
  std::optional<absl::Time> expires_at;
};

struct TakeOfflineRequest {
  RequestMeta meta;
  Targets targets;
  HoldTerms terms;
  // Either makes it an operation.
  std::optional<absl::Time> start_at;
  std::optional<model::Pacing> pacing;
  bool force = false;
  bool allow_absent = false;
  std::optional<int64_t> expected_epoch;
};

// How one member's order was changed.
struct OrderChange {
  std::string name;
  std::string hold_id;  // placed or replaced
  int64_t epoch_before = 0;
  int64_t epoch = 0;
  std::vector<std::string> released_hold_ids;
  std::vector<model::Hold> holds;  // in force afterwards
  bool never_seen = false;
  std::vector<std::string> notes;  // what else the caller should know
};

struct TakeOfflineResult {
  std::vector<OrderChange> changes;
  std::optional<StoredOperation> operation;
  std::vector<BudgetReport> budgets;
  std::string request_id;
};

struct BringOnlineRequest {
  RequestMeta meta;
  Targets targets;
  std::string owner;
  std::vector<std::string> hold_ids;
  bool all_holds = false;
  std::string reason;
  std::optional<int64_t> expected_epoch;
};

struct BringOnlineResult {
  std::vector<OrderChange> changes;
  std::string request_id;
};

struct StoredOrder {
  model::Order order;
  std::string problem;                           // why it cannot be read
  absl::Time changed_at = absl::InfinitePast();  // never
};

// Evict, Forget.
struct MemberRequest {
  RequestMeta meta;
  std::string name;
  std::string reason;
  bool force = false;  // Evict only
};

struct MemberResult {
  int64_t czxid = 0;  // the registration that was evicted or forgotten
  std::string request_id;
};

struct SetBudgetRequest {
  RequestMeta meta;
  model::Budget budget;
  std::string reason;
};

struct DeleteBudgetRequest {
  RequestMeta meta;
  std::string name;
  std::string reason;
};

struct RollingRestartRequest {
  RequestMeta meta;
  Targets targets;
  std::string reason;
  std::string ticket;
  model::Pacing pacing;
  std::optional<absl::Duration> drain_timeout;
  std::optional<absl::Time> start_at;
  bool force = false;
};

struct OperationResult {
  StoredOperation operation;
  std::vector<BudgetReport> budgets;
};

struct ChangeOperationRequest {
  enum class Verb { kPause, kResume, kCancel };

  RequestMeta meta;
  Verb verb = Verb::kPause;
  std::string id;
  std::string reason;
  bool release_holds = false;  // kCancel only
};

struct AuditQuery {
  std::string target;
  std::string actor;
  std::string action;
  size_t limit = 100;
  // Only entries before this one; 0: from the newest.
  int64_t before = 0;
  absl::Time deadline = absl::InfiniteFuture();
};

struct AuditLine {
  int64_t sequence = 0;
  model::AuditEntry entry;
};

struct AuditPage {
  std::vector<AuditLine> lines;  // newest first
  int64_t next_before = 0;       // 0: there are no more
};

struct SetPolicyRequest {
  RequestMeta meta;
  model::Policy policy;
  std::string reason;
};

struct ReleaseGuardRequest {
  RequestMeta meta;
  std::string reason;
};

// Put, delete or roll back one entry of the configuration; its author is the
// meta's actor.
struct ChangeConfigRequest {
  enum class Verb { kPut, kDelete, kRollback };

  RequestMeta meta;
  Verb verb = Verb::kPut;
  std::string name;
  std::string value;         // kPut
  std::string content_type;  // kPut
  int64_t version = 0;       // kRollback: the one to repeat
  std::string comment;
  std::optional<int64_t> expected_version;  // 0: must not exist
};

struct ChangeConfigResult {
  model::ConfigEntry entry;  // the new version
  std::string request_id;
};

struct ConfigQuery {
  std::string name;  // of one entry
  // Of a listing.
  std::string prefix;
  std::string after;  // only names behind this one
  size_t limit = 100;
  absl::Time deadline = absl::InfiniteFuture();
};

struct ConfigPage {
  std::vector<model::ConfigEntry> entries;
  bool more = false;
};

}  // namespace roster::monitor
