#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "model/ledger_entry.h"
#include "model/member_record.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// What was read of a member's znode.
struct ObservedNode {
  std::string_view data;
  int64_t czxid = 0;
  int64_t mzxid = 0;
  int32_t version = 0;
  int64_t ephemeral_owner = 0;
  absl::Time ctime;
  absl::Time mtime;
};

// The makers of the states of members, for ClusterTable. None looks at what was
// known before, unless it says so; none fills in cluster and revision.

// What `node` says; `parsed` is its data.
std::shared_ptr<Member> MakeMember(std::string_view name,
                                   const ObservedNode& node,
                                   model::ParsedRecord parsed,
                                   std::string order_problem);

// What the ledger says of a member that is gone.
std::shared_ptr<Member> MakeDeparted(std::string_view name,
                                     const model::LedgerEntry& entry,
                                     absl::Time now);

// Sets the status, what follows from it, and since when it holds. A new
// registration is a new beginning even if the status is the same. `before`:
// the former state; null: none.
void DeriveStatus(const Member* before, Member& after, absl::Time now);

void SetOrderProblem(Member& member, std::string problem);

}  // namespace roster::monitor
