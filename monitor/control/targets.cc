#include "monitor/control/targets.h"

#include "absl/strings/str_join.h"
#include "base/error_details.h"
#include "base/odd_character.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/state/selector.h"

namespace roster::monitor {
namespace {

constexpr size_t kMaxEnumerated = 10;

absl::StatusOr<std::vector<std::string>> Select(const std::string& text,
                                                const ClusterView& view) {
  if (text.empty())
    return base::WithBadField(
        absl::InvalidArgumentError(
            "no members were named; \"*\" as selector means all of them"),
        "selector");
  absl::StatusOr<Selector> selector = Selector::Parse(text);
  if (!selector.ok())
    return base::WithReason(base::WithBadField(selector.status(), "selector"),
                            "INVALID_SELECTOR");
  std::vector<std::string> names;
  view.members.ForEach([&](const MemberPtr& member) {
    if (selector->Matches(*member)) names.push_back(member->name);
  });
  if (names.empty())
    return base::WithReason(
        absl::NotFoundError(base::StrCat("no member matches ", text)),
        "MEMBER_NOT_FOUND");
  return names;
}

absl::Status CheckKnown(const std::vector<std::string>& names,
                        const ClusterView& view, AbsentNames absent) {
  std::vector<std::string> unknown;
  for (const std::string& name : names)
    if (view.members.Find(name) == nullptr) unknown.push_back(name);
  if (unknown.empty()) return absl::OkStatus();
  base::ErrorMetadata metadata = {{"member", unknown.front()}};
  const bool can_wait = absent == AbsentNames::kNotAllowed;
  if (can_wait) metadata.emplace_back("remedy", "allow_absent");
  return base::WithReason(
      absl::NotFoundError(base::StrCat(
          "never seen in cluster ", view.cluster, ": ", Enumerate(unknown),
          can_wait ? "; to order it for when it comes, allow absent members"
                   : "")),
      "MEMBER_NOT_FOUND", metadata);
}

// A member that is there can be ordered by its name, whatever that is; nobody
// has to be able to give a name that looks like another.
absl::Status CheckReadable(const std::vector<std::string>& names,
                           const ClusterView& view) {
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string odd = base::FindOddCharacter(names[i]);
    if (odd.empty() || view.members.Find(names[i]) != nullptr) continue;
    const std::string field = base::StrCat("names[", i, "]");
    return base::WithBadField(
        absl::InvalidArgumentError(base::StrCat(
            field, ": the character ", odd,
            " is not allowed in a name that is not a member's yet: it is not "
            "seen as what it is")),
        field);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveTargets(const Targets& targets,
                                                        const ClusterView& view,
                                                        AbsentNames absent,
                                                        size_t most) {
  std::vector<std::string> names = targets.names;
  if (names.empty()) {
    ROSTER_ASSIGN_OR_RETURN(names, Select(targets.selector, view));
  } else if (absent != AbsentNames::kAllowed) {
    ROSTER_RETURN_IF_ERROR(CheckKnown(names, view, absent));
  } else {
    ROSTER_RETURN_IF_ERROR(CheckReadable(names, view));
  }
  if (names.size() > most)
    return base::WithReason(
        absl::InvalidArgumentError(base::StrCat(
            names.size(), " members are too many for one call, which takes ",
            most, " at most; take fewer, or in batches")),
        "TOO_MANY_MEMBERS", {{"remedy", "pacing"}});
  return names;
}

std::vector<std::string> DescribeTargets(const Targets& targets) {
  if (!targets.names.empty()) return targets.names;
  return {base::StrCat("selector ", targets.selector)};
}

std::string Enumerate(const std::vector<std::string>& names) {
  if (names.size() <= kMaxEnumerated) return absl::StrJoin(names, ", ");
  return base::StrCat(
      absl::StrJoin(names.begin(), names.begin() + kMaxEnumerated, ", "),
      " and ", names.size() - kMaxEnumerated, " others");
}

}  // namespace roster::monitor
