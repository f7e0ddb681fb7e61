#include "monitor/control/targets.h"

#include "absl/strings/str_join.h"
#include "base/error_details.h"
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
                        const ClusterView& view) {
  std::vector<std::string> unknown;
  for (const std::string& name : names)
    if (view.members.Find(name) == nullptr) unknown.push_back(name);
  if (unknown.empty()) return absl::OkStatus();
  return base::WithReason(
      absl::NotFoundError(base::StrCat(
          "never seen in cluster ", view.cluster, ": ", Enumerate(unknown),
          "; to order it for when it comes, allow absent members")),
      "MEMBER_NOT_FOUND", {{"member", unknown.front()}});
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ResolveTargets(const Targets& targets,
                                                        const ClusterView& view,
                                                        bool allow_absent,
                                                        size_t most) {
  std::vector<std::string> names = targets.names;
  if (names.empty()) {
    ROSTER_ASSIGN_OR_RETURN(names, Select(targets.selector, view));
  } else if (!allow_absent) {
    ROSTER_RETURN_IF_ERROR(CheckKnown(names, view));
  }
  if (names.size() > most)
    return base::WithReason(
        absl::InvalidArgumentError(base::StrCat(
            names.size(), " members are too many for one call, which takes ",
            most, " at most; take fewer, or in batches (pacing)")),
        "TOO_MANY_MEMBERS");
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
