#include "model/budget.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/json_fields.h"
#include "model/paths.h"
#include "model/record_limits.h"

namespace roster::model {
namespace {

// Keeps sums and products of members far away from overflow.
constexpr int64_t kMaxMembers = 1'000'000'000;
constexpr size_t kMaxSelectorBytes = 4096;

constexpr const char* kMinAvailable = "min_available";
constexpr const char* kMaxUnavailable = "max_unavailable";

const char* KeyOf(Budget::Kind kind) {
  return kind == Budget::Kind::kMinAvailable ? kMinAvailable : kMaxUnavailable;
}

absl::Status Bad(std::string_view field, std::string_view problem) {
  return absl::InvalidArgumentError(base::StrCat(field, ": ", problem));
}

// Texts of a budget take one line of a terminal.
absl::Status CheckText(std::string_view field, std::string text,
                       size_t max_bytes) {
  if (!base::IsValidUtf8(text)) return Bad(field, "not valid UTF-8");
  const std::string problem = CleanText(text, max_bytes);
  if (problem.empty()) return absl::OkStatus();
  if (text.size() < max_bytes) return Bad(field, problem);
  return Bad(field, base::StrCat("over ", max_bytes, " bytes"));
}

absl::Status CheckLimit(const Budget& budget) {
  const Quantity& limit = budget.limit;
  const char* field = KeyOf(budget.kind);
  if (limit.value < 0) return Bad(field, "below 0");
  if (limit.value > (limit.percent ? 100 : kMaxMembers)) {
    return Bad(field, limit.percent ? "over 100 %" : "too many members");
  }
  if (budget.kind == Budget::Kind::kMinAvailable && limit.value == 0) {
    return Bad(field, "0 limits nothing");
  }
  if (budget.kind == Budget::Kind::kMaxUnavailable && limit.percent &&
      limit.value == 100) {
    return Bad(field, "100% limits nothing");
  }
  return absl::OkStatus();
}

// A limit is a number of members, or a text: "80%", also "3".
void ReadLimit(FieldReader& fields, const char* key, Quantity& out) {
  if (fields.Find(key)->is_number()) {
    out.percent = false;
    return fields.Read(key, out.value);
  }
  std::string text;
  fields.Read(key, text);
  if (!fields.ok()) return;
  auto quantity = Quantity::Parse(text);
  if (!quantity.ok()) return fields.Fail(key, base::Message(quantity.status()));
  out = *quantity;
}

Budget ReadBudget(FieldReader& fields) {
  Budget budget;
  fields.Read("name", budget.name);
  fields.Read("selector", budget.selector);
  fields.Read("description", budget.description);
  const bool is_min = fields.Find(kMinAvailable) != nullptr;
  const bool is_max = fields.Find(kMaxUnavailable) != nullptr;
  if (is_min == is_max) {
    fields.Fail(kMinAvailable, is_min ? "there is max_unavailable, too"
                                      : "missing, and so is max_unavailable");
    return budget;
  }
  budget.kind =
      is_min ? Budget::Kind::kMinAvailable : Budget::Kind::kMaxUnavailable;
  ReadLimit(fields, KeyOf(budget.kind), budget.limit);
  return budget;
}

OrderedJson ToJson(const Budget& budget) {
  OrderedJson json = {{"name", base::ToValidUtf8(budget.name)},
                      {"selector", base::ToValidUtf8(budget.selector)}};
  const char* key = KeyOf(budget.kind);
  if (budget.limit.percent) {
    json[key] = budget.limit.ToString();
  } else {
    json[key] = budget.limit.value;
  }
  AddText(json, "description", budget.description);
  return json;
}

bool NameIsLess(const Budget& a, const Budget& b) { return a.name < b.name; }

}  // namespace

absl::StatusOr<Quantity> Quantity::Parse(std::string_view text) {
  Quantity quantity;
  std::string_view digits = text;
  if (digits.ends_with('%')) {
    quantity.percent = true;
    digits.remove_suffix(1);
  }
  // SimpleAtoi also takes blanks and signs.
  const bool is_number =
      std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
      absl::SimpleAtoi(base::ToAbsl(digits), &quantity.value);
  if (!is_number || quantity.value > (quantity.percent ? 100 : kMaxMembers)) {
    return absl::InvalidArgumentError(
        "neither a number of members nor a share from 0% to 100%");
  }
  return quantity;
}

std::string Quantity::ToString() const {
  return base::StrCat(value, percent ? "%" : "");
}

int64_t Quantity::Floor(int64_t total) const {
  return percent ? total * value / 100 : value;
}

int64_t Quantity::Ceil(int64_t total) const {
  return percent ? (total * value + 99) / 100 : value;
}

int64_t Budget::Required(int64_t expected) const {
  if (kind == Kind::kMinAvailable) return limit.Ceil(expected);
  return std::max<int64_t>(0, expected - limit.Floor(expected));
}

absl::Status ValidateBudget(const Budget& budget) {
  if (!ValidateClusterName(budget.name).ok()) {
    return Bad("name",
               "not 1 to 63 of a-z A-Z 0-9 . _ -, the first a letter or digit");
  }
  ROSTER_RETURN_IF_ERROR(
      CheckText("selector", budget.selector, kMaxSelectorBytes));
  if (absl::StripAsciiWhitespace(budget.selector).empty()) {
    return Bad("selector", "empty; \"*\" is all members");
  }
  ROSTER_RETURN_IF_ERROR(CheckLimit(budget));
  return CheckText("description", budget.description, kMaxBudgetDescription);
}

absl::StatusOr<std::vector<Budget>> ParseBudgets(std::string_view bytes) {
  std::vector<Budget> budgets;
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("budgets", bytes, kBudgetsVersion));
  absl::Status status;
  FieldReader fields(json, "budgets", "", status);
  // Not assumed to be empty: that would lift all limits by mistake.
  fields.Require("budgets");
  fields.ReadArray("budgets", [&](FieldReader& of_budget) {
    budgets.push_back(ReadBudget(of_budget));
    const absl::Status valid = ValidateBudget(budgets.back());
    if (!valid.ok()) of_budget.Fail(base::Message(valid));
  });
  if (budgets.size() > kMaxBudgets) {
    fields.Fail("budgets", base::StrCat("more than ", kMaxBudgets));
  }
  std::sort(budgets.begin(), budgets.end(), NameIsLess);
  for (size_t i = 1; i < budgets.size(); ++i) {
    if (budgets[i].name == budgets[i - 1].name) {
      fields.Fail("budgets", base::StrCat("two are called ", budgets[i].name));
    }
  }
  ROSTER_RETURN_IF_ERROR(status);
  return budgets;
}

std::string SerializeBudgets(const std::vector<Budget>& budgets) {
  std::vector<Budget> sorted = budgets;
  std::sort(sorted.begin(), sorted.end(), NameIsLess);
  OrderedJson array = OrderedJson::array();
  for (const Budget& budget : sorted) array.push_back(ToJson(budget));
  return OrderedJson{{"v", kBudgetsVersion}, {"budgets", std::move(array)}}
      .dump();
}

}  // namespace roster::model
