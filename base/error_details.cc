#include "base/error_details.h"

#include <cstdint>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace roster::base {
namespace {

// Payloads of absl::Status. They never leave the process, so the types are our
// own, and their values need be understood by this file only.
constexpr std::string_view kReasonUrl = "roster/reason";
constexpr std::string_view kFieldUrl = "roster/field";
constexpr std::string_view kRetryDelayUrl = "roster/retry_delay";
constexpr std::string_view kPreconditionsUrl = "roster/preconditions";

// A list of strings is written as "<length>:<bytes>" each: any byte may be in
// them and none needs an escape.
void AppendText(std::string_view text, std::string& list) {
  absl::StrAppend(&list, text.size(), ":", ToAbsl(text));
}

std::vector<std::string> ParseTexts(std::string_view list) {
  std::vector<std::string> texts;
  while (!list.empty()) {
    const size_t colon = list.find(':');
    uint64_t length = 0;
    if (colon == std::string_view::npos ||
        !absl::SimpleAtoi(ToAbsl(list.substr(0, colon)), &length) ||
        length > list.size() - colon - 1)
      break;
    texts.emplace_back(list.substr(colon + 1, length));
    list.remove_prefix(colon + 1 + length);
  }
  return texts;
}

std::string Payload(const absl::Status& status, std::string_view url) {
  const auto payload = status.GetPayload(ToAbsl(url));
  return payload ? std::string(*payload) : std::string();
}

absl::Status WithPayload(absl::Status status, std::string_view url,
                         std::string_view value) {
  if (!status.ok()) status.SetPayload(ToAbsl(url), absl::Cord(ToAbsl(value)));
  return status;
}

}  // namespace

absl::Status WithReason(absl::Status status, std::string_view reason,
                        const ErrorMetadata& metadata) {
  std::string list;
  AppendText(reason, list);
  for (const auto& [key, value] : metadata) {
    AppendText(key, list);
    AppendText(value, list);
  }
  return WithPayload(std::move(status), kReasonUrl, list);
}

absl::Status WithBadField(absl::Status status, std::string_view field) {
  return WithPayload(std::move(status), kFieldUrl, field);
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  return WithPayload(std::move(status), kRetryDelayUrl,
                     absl::StrCat(absl::ToInt64Nanoseconds(delay)));
}

absl::Status WithPrecondition(absl::Status status, std::string_view type,
                              std::string_view subject,
                              std::string_view description) {
  std::string list = Payload(status, kPreconditionsUrl);
  AppendText(type, list);
  AppendText(subject, list);
  AppendText(description, list);
  return WithPayload(std::move(status), kPreconditionsUrl, list);
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto reason = ParseTexts(Payload(status, kReasonUrl));
  if (!reason.empty()) details.reason = reason[0];
  for (size_t i = 1; i + 1 < reason.size(); i += 2)
    details.metadata.emplace_back(reason[i], reason[i + 1]);

  details.field = Payload(status, kFieldUrl);

  int64_t nanoseconds = 0;
  if (absl::SimpleAtoi(Payload(status, kRetryDelayUrl), &nanoseconds))
    details.retry_delay = absl::Nanoseconds(nanoseconds);

  const auto violations = ParseTexts(Payload(status, kPreconditionsUrl));
  for (size_t i = 0; i + 2 < violations.size(); i += 3) {
    details.preconditions.push_back(
        {violations[i], violations[i + 1], violations[i + 2]});
  }
  return details;
}

}  // namespace roster::base
