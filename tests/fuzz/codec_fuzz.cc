// Feeds any bytes to everything that reads what others wrote into ZooKeeper:
// member records, orders, names and paths. Beyond not crashing, each keeps its
// promises, which are checked here.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "model/member_record.h"
#include "model/order.h"
#include "model/paths.h"
#include "model/record_limits.h"
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

void CheckOrder(std::string_view bytes) {
  const auto order = ParseOrder(bytes);
  if (!order.ok()) {
    PROMISE(absl::IsInvalidArgument(order.status()));
    return;
  }
  const auto again = ParseOrder(SerializeOrder(*order));
  PROMISE(again.ok());
  PROMISE(*again == *order);
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
  roster::model::CheckOrder(bytes);
  roster::model::CheckNames(bytes);
  roster::model::CheckText(bytes);
  return 0;
}
