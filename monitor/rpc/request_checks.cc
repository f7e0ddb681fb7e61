#include "monitor/rpc/request_checks.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/odd_character.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/paths.h"
#include "model/timestamp.h"
#include "monitor/rpc/time_codec.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kTenYears = absl::Hours(24 * 3653);

}  // namespace

absl::Status BadField(std::string_view field, std::string_view what) {
  return base::WithBadField(
      absl::InvalidArgumentError(base::StrCat(field, ": ", what)), field);
}

absl::Status CheckText(std::string_view field, std::string_view text,
                       size_t max_bytes, Presence presence) {
  if (presence == Presence::kRequired &&
      absl::StripAsciiWhitespace(base::ToAbsl(text)).empty())
    return BadField(field, "it is required");
  if (text.size() > max_bytes) {
    return BadField(field,
                    absl::StrCat("it has ", text.size(), " bytes; at most ",
                                 max_bytes, " are allowed"));
  }
  if (!base::IsValidUtf8(text)) return BadField(field, "it is not UTF-8");
  if (const std::string odd = base::FindOddCharacter(text); !odd.empty())
    return BadField(field, absl::StrCat("the character ", odd,
                                        " is not allowed: it is not seen as "
                                        "what it is"));
  return absl::OkStatus();
}

absl::Status CheckNodeName(std::string_view field, std::string_view name) {
  if (name.empty()) return BadField(field, "it is required");
  const absl::Status valid = model::ValidateMemberName(name);
  return valid.ok() ? valid : BadField(field, "it is no name of a znode");
}

absl::Status CheckRequestId(std::string_view request_id) {
  if (request_id.size() > kMaxRequestId) {
    return BadField("request_id", absl::StrCat("it has ", request_id.size(),
                                               " bytes; at most ",
                                               kMaxRequestId, " are allowed"));
  }
  for (const char c : request_id) {
    if (absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-') continue;
    return BadField("request_id", "only a-z A-Z 0-9 . _ - are allowed in it");
  }
  // It becomes a part of a path.
  if (request_id == "." || request_id == "..")
    return BadField("request_id",
                    base::StrCat("\"", request_id, "\" is no name"));
  return absl::OkStatus();
}

absl::StatusOr<Selector> ParseSelector(const std::string& text) {
  auto selector = Selector::Parse(text == "*" ? "" : text);
  if (selector.ok()) return selector;
  return base::WithReason(base::WithBadField(selector.status(), "selector"),
                          "INVALID_SELECTOR");
}

absl::StatusOr<Targets> DecodeTargets(
    const google::protobuf::RepeatedPtrField<std::string>& names,
    const std::string& selector) {
  const bool selects = !absl::StripAsciiWhitespace(selector).empty();
  if (names.empty() && !selects) {
    return base::WithReason(
        BadField("names",
                 "say which members: their names, or a selector; the "
                 "selector \"*\" means all"),
        "TARGETS_REQUIRED");
  }
  if (!names.empty() && selects)
    return BadField("selector", "it cannot be given together with names");
  ROSTER_RETURN_IF_ERROR(CheckText("selector", selector, kMaxSelector));
  Targets targets{.selector = selects ? selector : ""};
  if (selects && selector != "*") {
    ROSTER_ASSIGN_OR_RETURN(const Selector parsed, ParseSelector(selector));
    // Whoever means all must say so.
    if (parsed.MatchesAll())
      return BadField("selector", "it asks for nothing; \"*\" means all");
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string field = absl::StrCat("names[", i, "]");
    if (const absl::Status valid = model::ValidateMemberName(names[i]);
        !valid.ok())
      return BadField(field, base::Message(valid));
    if (!seen.insert(names[i]).second)
      return BadField(field, absl::StrCat("'", names[i], "' is given twice"));
    targets.names.push_back(names[i]);
  }
  return targets;
}

absl::StatusOr<absl::Duration> CheckedDuration(
    std::string_view field, const google::protobuf::Duration& duration,
    Zero zero) {
  const std::optional<absl::Duration> decoded = DecodeDuration(duration);
  if (!decoded) return BadField(field, "it is no duration");
  if (*decoded < absl::ZeroDuration()) {
    return BadField(
        field, absl::StrCat(absl::FormatDuration(*decoded), " is negative"));
  }
  if (*decoded == absl::ZeroDuration() && zero == Zero::kRefused)
    return BadField(field, "it must be more than 0");
  if (*decoded > kTenYears) {
    return BadField(field, absl::StrCat(absl::FormatDuration(*decoded),
                                        " is more than ten years"));
  }
  return *decoded;
}

absl::StatusOr<absl::Time> CheckedFuture(
    std::string_view field, const google::protobuf::Timestamp& timestamp,
    absl::Time now) {
  const std::optional<absl::Time> decoded = DecodeTime(timestamp);
  if (!decoded) return BadField(field, "it is no time");
  if (*decoded <= now) {
    return BadField(field, base::StrCat(model::FormatTimestamp(*decoded),
                                        " is in the past; it is ",
                                        model::FormatTimestamp(now), " here"));
  }
  if (*decoded > now + kTenYears) {
    return BadField(field, base::StrCat(model::FormatTimestamp(*decoded),
                                        " is more than ten years away"));
  }
  return *decoded;
}

}  // namespace roster::monitor
