#include "monitor/state/budget_check.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/state/selector.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;
using Names = absl::flat_hash_set<absl::string_view>;

// Whether the budget counts `member` at all, if its selector matches.
bool IsExpected(const Member& member) {
  return member.status != MemberStatus::kLeft && !member.never_seen();
}

// It says that it drains, or has drained, though nobody holds it: mostly it was
// released a moment ago and does not know yet.
bool IsComingBack(const Member& member) {
  return !member.held() && member.present &&
         (member.record.state == model::ReportedState::kDraining ||
          member.record.state == model::ReportedState::kDrained);
}

// Members of these two statuses are present and not held. To count one that has
// not taken up its work again would let a rolling restart take the next before
// this one is back.
bool IsAvailable(const Member& member) {
  return (member.status == MemberStatus::kUp ||
          member.status == MemberStatus::kDegraded) &&
         !IsComingBack(member);
}

std::string WhyUnavailable(const Member& member) {
  if (IsComingBack(member)) return "released, and not working again yet";
  if (!member.held())
    return member.present ? std::string(member.reason())
                          : "vanished without a goodbye";
  const std::vector<model::Hold>& holds = member.order->holds;
  std::string why = base::StrCat("held by ", holds.front().owner);
  if (!holds.front().reason.empty()) why += ": " + holds.front().reason;
  if (holds.size() > 1) why += base::StrCat(" and ", holds.size() - 1, " more");
  return why;
}

// "a, b and 3 more" of `names`, which are `total` in truth.
std::string List(const std::vector<std::string>& names, size_t shown,
                 size_t total, absl::string_view separator) {
  shown = std::min(shown, names.size());
  std::string list = absl::StrJoin(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown),
      separator);
  if (total > shown) list += base::StrCat(" and ", total - shown, " more");
  return list;
}

// "min_available 80% of 10 = 8"
std::string LimitOf(const BudgetReport& report) {
  const model::Quantity& limit = report.budget.limit;
  std::string text =
      base::StrCat(LimitText(report.budget), " of ", report.expected);
  if (limit.percent)
    text += base::StrCat(
        " = ", report.budget.kind == model::Budget::Kind::kMinAvailable
                   ? limit.Ceil(report.expected)
                   : limit.Floor(report.expected));
  return text;
}

std::string Advice(const BudgetReport& report) {
  constexpr size_t kShown = 3;
  if (report.never())
    return "It never allows anybody to be taken, whoever is there: change the "
           "budget, or force.";
  std::vector<std::string> ways;
  const auto away = static_cast<size_t>(report.expected - report.available);
  if (away > 0) {
    std::vector<std::string> names;
    for (const UnavailableMember& member : report.unavailable)
      names.push_back(member.name);
    ways.push_back("wait for " + List(names, kShown, away, ", "));
  }
  if (report.allowed > 0) ways.push_back("ask for fewer");
  ways.push_back("change the budget");
  std::string advice = absl::StrJoin(ways, ", ") + ", or force.";
  advice[0] = absl::ascii_toupper(static_cast<unsigned char>(advice[0]));
  return advice;
}

std::string Explain(const BudgetReport& report, bool is_asked) {
  constexpr size_t kShown = 5;
  std::string text =
      base::StrCat("budget \"", report.budget.name, "\" (", LimitOf(report),
                   "): ", report.available, " of ", report.expected,
                   " available, ", report.allowed, " may be taken");
  if (is_asked) text += base::StrCat(", ", report.asked, " asked");
  const auto away = static_cast<size_t>(report.expected - report.available);
  if (away > 0) {
    std::vector<std::string> names;
    for (const UnavailableMember& member : report.unavailable) {
      names.push_back(base::StrCat(
          member.name, " (", model::MemberStatusName(member.status),
          member.why.empty() ? "" : ", ", member.why, ")"));
    }
    text += "; away: " + List(names, kShown, away, ", ");
  }
  text += ".";
  if (!report.satisfied()) text += " " + Advice(report);
  return text;
}

// One budget while the members are counted.
struct Counting {
  BudgetReport report;
  Selector selector;
  bool is_broken = false;
  bool counts_asked = false;
};

Counting Begin(const model::Budget& budget) {
  Counting counting;
  counting.report.budget = budget;
  auto selector = Selector::Parse(budget.selector);
  if (selector.ok()) {
    counting.selector = *std::move(selector);
  } else {
    counting.is_broken = true;
    counting.report.explanation =
        base::StrCat("budget \"", budget.name,
                     "\" cannot be read: ", base::Message(selector.status()));
  }
  return counting;
}

void Count(const Member& member, bool is_asked, Counting& counting) {
  if (counting.is_broken || !counting.selector.Matches(member)) return;
  BudgetReport& report = counting.report;
  ++report.expected;
  counting.counts_asked |= is_asked;
  if (IsAvailable(member)) {
    ++report.available;
    if (is_asked) ++report.asked;
  } else if (report.unavailable.size() < BudgetReport::kMaxNamed) {
    report.unavailable.push_back(
        {member.name, member.status, WhyUnavailable(member)});
  }
}

}  // namespace

std::string LimitText(const model::Budget& budget) {
  return base::StrCat(budget.kind == model::Budget::Kind::kMinAvailable
                          ? "min_available "
                          : "max_unavailable ",
                      budget.limit.ToString());
}

std::vector<BudgetReport> CheckBudgets(
    const ClusterView& view, const std::vector<model::Budget>& budgets,
    const std::vector<std::string>& asked) {
  const Names names(asked.begin(), asked.end());
  std::vector<Counting> countings;
  for (const model::Budget& budget : budgets)
    countings.push_back(Begin(budget));
  // All budgets member by member, while it is in the cache.
  if (!budgets.empty()) {
    view.members.ForEach([&](const MemberPtr& member) {
      if (!IsExpected(*member)) return;
      const bool is_asked = names.contains(member->name);
      for (Counting& counting : countings) Count(*member, is_asked, counting);
    });
  }
  std::vector<BudgetReport> reports;
  for (Counting& counting : countings) {
    BudgetReport& report = counting.report;
    if (counting.is_broken) {
      // Nobody knows whom it protects, so nobody may be taken.
      report.asked = static_cast<int64_t>(names.size());
    } else if (!names.empty() && !counting.counts_asked) {
      continue;
    } else {
      report.required = report.budget.Required(report.expected);
      report.allowed = std::max<int64_t>(0, report.available - report.required);
      report.explanation = Explain(report, !names.empty());
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

absl::Status ValidateBudgetSelector(std::string_view selector) {
  if (absl::StripAsciiWhitespace(base::ToAbsl(selector)).empty()) {
    return absl::InvalidArgumentError("selector: empty; \"*\" is all members");
  }
  ROSTER_ASSIGN_OR_RETURN(const Selector parsed, Selector::Parse(selector));
  if (parsed.AsksStatus()) {
    return absl::InvalidArgumentError(
        "selector: asks for the status, which changes with what it limits");
  }
  return absl::OkStatus();
}

}  // namespace roster::monitor
