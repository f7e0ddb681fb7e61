// Feeds any bytes to everything that reads what others wrote into ZooKeeper:
// records of members, orders, what monitors keep for themselves, names and
// paths. Beyond not crashing, each keeps its promises, which are checked here.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "base/utf8.h"
#include "model/audit_entry.h"
#include "model/budget.h"
#include "model/ledger_entry.h"
#include "model/member_record.h"
#include "model/monitor_record.h"
#include "model/operation.h"
#include "model/order.h"
#include "model/paths.h"
#include "model/policy.h"
#include "model/record_limits.h"
#include "model/request_record.h"
#include "model/timestamp.h"

namespace roster::model {
namespace {

// Not assert(): promises are checked in optimised builds too.
#define PROMISE(condition)                                                    \
  do {                                                                        \
    if (!(condition)) {                                                       \
      std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, \
                   #condition);                                               \
      std::abort();                                                           \
    }                                                                         \
  } while (false)

void CheckUnderstood(const ParsedRecord& parsed) {
  PROMISE(base::IsValidUtf8(parsed.warning));
  for (const auto& [name, value] : parsed.record.gauges) {
    PROMISE(std::isfinite(value));
  }

  MemberRecord limited = parsed.record;
  PROMISE(ApplyRecordLimits(limited) == "");
  PROMISE(limited == parsed.record);

  // Escapes can make it longer than it was: then it may be over the limit.
  const auto json = SerializeMemberRecord(parsed.record, kHardMaxRecordBytes);
  if (!json.ok()) return;
  const ParsedRecord again = ParseMemberRecord(*json);
  PROMISE(!again.opaque());
  PROMISE(again.warning == "");
  PROMISE(again.record == parsed.record);
}

void CheckRecord(std::string_view bytes) {
  const ParsedRecord parsed = ParseMemberRecord(bytes);
  if (!parsed.opaque()) return CheckUnderstood(parsed);
  PROMISE(base::IsValidUtf8(parsed.opaque_reason));
  PROMISE(parsed.record == MemberRecord{});
}

// What is strict reads whole or says why not, and reads back equal.
template <typename T>
void CheckStrict(std::string_view bytes,
                 absl::StatusOr<T> (*parse)(std::string_view),
                 std::string (*serialize)(const T&)) {
  const absl::StatusOr<T> parsed = parse(bytes);
  if (!parsed.ok()) {
    PROMISE(absl::IsInvalidArgument(parsed.status()));
    PROMISE(base::IsValidUtf8(base::Message(parsed.status())));
    return;
  }
  const absl::StatusOr<T> again = parse(serialize(*parsed));
  PROMISE(again.ok());
  PROMISE(*again == *parsed);
}

void CheckStored(std::string_view bytes) {
  CheckStrict(bytes, ParseOrder, SerializeOrder);
  CheckStrict(bytes, ParseBudgets, SerializeBudgets);
  CheckStrict(bytes, ParsePolicy, SerializePolicy);
  CheckStrict(bytes, ParseAuditEntry, SerializeAuditEntry);
  CheckStrict(bytes, ParseOperation, SerializeOperation);
  CheckStrict(bytes, ParseLedgerEntry, SerializeLedgerEntry);
  CheckStrict(bytes, ParseMonitorRecord, SerializeMonitorRecord);
  CheckStrict(bytes, ParseRequestRecord, SerializeRequestRecord);
  // What can be read at all can be salvaged, with the same members.
  if (const auto operation = ParseOperation(bytes); operation.ok()) {
    const auto salvaged = SalvageOperation(operation->id, bytes);
    PROMISE(salvaged && salvaged->members == operation->members);
  } else if (const auto salvaged = SalvageOperation("op", bytes)) {
    for (const OperationMember& member : salvaged->members)
      PROMISE(!member.name.empty());
  }

  const auto budgets = ParseBudgets(bytes);
  if (!budgets.ok()) return;
  for (const Budget& budget : *budgets) PROMISE(ValidateBudget(budget).ok());
}

void CheckQuantity(std::string_view bytes) {
  const auto quantity = Quantity::Parse(bytes);
  if (!quantity.ok()) return;
  const auto again = Quantity::Parse(quantity->ToString());
  PROMISE(again.ok() && *again == *quantity);
  PROMISE(quantity->Floor(1000) <= quantity->Ceil(1000));
}

void CheckNames(std::string_view bytes) {
  const absl::Status name = ValidateMemberName(bytes);
  PROMISE(base::IsValidUtf8(std::string(name.message())));
  if (name.ok()) PROMISE(ValidatePath(JoinPath("/", bytes)).ok());
  if (ValidateClusterName(bytes).ok()) PROMISE(name.ok());
  const absl::Status path = ValidatePath(bytes);
  PROMISE(base::IsValidUtf8(std::string(path.message())));
}

void CheckText(std::string_view bytes) {
  const std::string valid = base::ToValidUtf8(bytes);
  PROMISE(base::IsValidUtf8(valid));
  PROMISE(base::IsValidUtf8(bytes) == (valid == bytes));
  const std::string_view half = base::TruncateUtf8(valid, valid.size() / 2);
  PROMISE(base::IsValidUtf8(half));
  PROMISE(half.size() + 4 > valid.size() / 2);

  const auto time = ParseTimestamp(bytes);
  if (time) PROMISE(ParseTimestamp(FormatTimestamp(*time)) == time);
}

}  // namespace
}  // namespace roster::model

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  roster::model::CheckRecord(bytes);
  roster::model::CheckStored(bytes);
  roster::model::CheckQuantity(bytes);
  roster::model::CheckNames(bytes);
  roster::model::CheckText(bytes);
  return 0;
}
