#include "model/record_value.h"

#include <algorithm>
#include <cmath>

#include "model/record_limits.h"
#include "model/timestamp.h"

namespace roster::model {

FieldProblem Read(RecordValue& value, std::string& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  std::string** text = std::get_if<std::string*>(&value);
  if (text == nullptr) return "not a string";
  out = **text;  // moved, it would keep the spare room of the parser's buffer
  return nullptr;
}

FieldProblem Read(RecordValue& value, double& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    out = static_cast<double>(*integer);
    return nullptr;
  }
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return "not a number";
  out = *number;
  return nullptr;
}

FieldProblem Read(RecordValue& value, int64_t& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    out = *integer;
    return nullptr;
  }
  // Some languages have one type of number only and write 12 as 12.0.
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || *number != std::trunc(*number) ||
      std::abs(*number) > kExact) {
    return "not a 64-bit integer";
  }
  out = static_cast<int64_t>(*number);
  return nullptr;
}

FieldProblem Read(RecordValue& value, absl::Time& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  std::string** text = std::get_if<std::string*>(&value);
  const auto time = text == nullptr ? std::nullopt : ParseTimestamp(**text);
  if (!time) return "not an RFC 3339 time";
  out = *time;
  return nullptr;
}

FieldProblem ReadSeconds(RecordValue& value, absl::Duration& out) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  double seconds = 0;
  if (FieldProblem problem = Read(value, seconds)) return problem;
  // Through milliseconds, which survive being written and read again.
  const double bounded =
      std::clamp(seconds, 0.0, absl::ToDoubleSeconds(kMaxStallAfter) + 1);
  out = absl::Milliseconds(std::llround(bounded * 1000));
  return nullptr;
}

}  // namespace roster::model
