#include "cli/printer_budgets.h"

#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr int kNameWidth = 63;

}  // namespace

std::string BudgetLimit(const roster::v1::Budget& budget) {
  if (budget.limit_case() == roster::v1::Budget::kMinAvailable)
    return base::StrCat("at least ", budget.min_available());
  return base::StrCat("at most ", budget.max_unavailable(), " away");
}

std::vector<Column> BudgetColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = kNameWidth},
      {.header = "LIMIT"},
      {.header = "MEMBERS"},
      {.header = "AVAILABLE"},
      {.header = "REQUIRED"},
      {.header = "ALLOWED"},
      {.header = "SELECTOR", .max_width = wide ? 200 : 40},
  };
  if (wide) columns.push_back({.header = "DESCRIPTION", .max_width = 100});
  return columns;
}

std::vector<Cell> BudgetRow(const roster::v1::BudgetReport& report, bool wide) {
  const bool broken = report.available() < report.required();
  std::vector<Cell> row = {
      {report.budget().name()},
      {BudgetLimit(report.budget())},
      {base::StrCat(report.expected())},
      {base::StrCat(report.available()), broken ? Color::kRed : Color::kNone},
      {base::StrCat(report.required())},
      {base::StrCat(report.allowed()),
       report.allowed() == 0 ? Color::kYellow : Color::kGreen},
      {report.budget().selector()},
  };
  if (wide) row.push_back({report.budget().description()});
  return row;
}

std::vector<std::string> BudgetDoubts(const roster::v1::BudgetReport& report) {
  if (report.expected() == 0)
    return {base::StrCat("no member matches '", report.budget().selector(),
                         "' at present: the budget limits nothing")};
  if (report.required() >= report.expected())
    return {base::StrCat("it wants all of the ", report.expected(),
                         " members that it counts, so it never allows anybody "
                         "to be taken")};
  if (report.allowed() == 0)
    return {base::StrCat("nobody may be taken at present: ", report.available(),
                         " of ", report.expected(), " are available, and ",
                         report.required(), " must be")};
  return {};
}

std::string BudgetExplanations(
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& reports,
    const RenderOptions& options) {
  std::string out;
  for (const auto& report : reports) {
    out +=
        base::StrCat(Colored(report.satisfied() ? "allowed" : "refused",
                             report.satisfied() ? Color::kGreen : Color::kRed,
                             options.color),
                     "  ", Visible(report.explanation()), "\n");
  }
  return out;
}

}  // namespace roster::cli
