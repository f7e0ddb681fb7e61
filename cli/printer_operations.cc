#include "cli/printer_operations.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_detail.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Operation;

constexpr int kNameWidth = 63;

constexpr int kBarWidth = 10;

std::string Short(const std::string& name, std::string_view prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

Color StepColor(roster::v1::OperationStep step) {
  switch (step) {
    case v1::OPERATION_STEP_DRAINING:
    case v1::OPERATION_STEP_RESTARTING:
    case v1::OPERATION_STEP_VERIFYING:
      return Color::kYellow;
    case v1::OPERATION_STEP_DONE:
      return Color::kGreen;
    case v1::OPERATION_STEP_FAILED:
      return Color::kRed;
    default:
      return Color::kDim;
  }
}

std::string Waiting(const Operation& operation) {
  return operation.problem().empty() ? operation.waiting()
                                     : operation.problem();
}

std::string BatchText(const roster::v1::Pacing& pacing) {
  if (pacing.batch_percent() > 0)
    return base::StrCat(pacing.batch_percent(), "% at a time");
  return base::StrCat(std::max(pacing.batch_size(), 1), " at a time");
}

size_t BatchSize(const Operation& operation) {
  const roster::v1::Pacing& pacing = operation.pacing();
  const int64_t batch =
      pacing.batch_percent() > 0
          ? int64_t{operation.total()} * pacing.batch_percent() / 100
          : pacing.batch_size();
  return static_cast<size_t>(std::max<int64_t>(batch, 1));
}

// "web-01, web-02, ... (10)" of the names from `begin` to `end`.
std::string BatchNames(const Operation& operation, size_t begin, size_t end) {
  constexpr size_t kNamed = 5;
  std::string text;
  for (size_t i = begin; i < std::min(end, begin + kNamed); ++i) {
    text += base::StrCat(text.empty() ? "" : ", ",
                         operation.members(static_cast<int>(i)).name());
  }
  if (end - begin > kNamed) text += base::StrCat(", ... (", end - begin, ")");
  return text;
}

}  // namespace

std::string OperationStateName(roster::v1::OperationState state) {
  if (state == v1::OPERATION_STATE_UNSPECIFIED) return "UNREADABLE";
  return Short(v1::OperationState_Name(state), "OPERATION_STATE_");
}

std::string OperationStepName(roster::v1::OperationStep step) {
  return Short(v1::OperationStep_Name(step), "OPERATION_STEP_");
}

std::string OperationKindName(roster::v1::OperationKind kind) {
  if (kind == v1::OPERATION_KIND_UNSPECIFIED) return "";
  return Short(v1::OperationKind_Name(kind), "OPERATION_KIND_");
}

Color OperationStateColor(roster::v1::OperationState state) {
  switch (state) {
    case v1::OPERATION_STATE_SUCCEEDED:
      return Color::kGreen;
    case v1::OPERATION_STATE_FAILED:
    case v1::OPERATION_STATE_UNSPECIFIED:
      return Color::kRed;
    case v1::OPERATION_STATE_PAUSED:
    case v1::OPERATION_STATE_SCHEDULED:
      return Color::kYellow;
    case v1::OPERATION_STATE_CANCELLED:
      return Color::kDim;
    default:
      return Color::kNone;
  }
}

std::string OperationProgress(const Operation& operation) {
  std::string out =
      base::StrCat(operation.done(), "/", operation.total(), " done");
  if (operation.skipped() > 0)
    out += base::StrCat(", ", operation.skipped(), " skipped");
  if (operation.failed() > 0)
    out += base::StrCat(", ", operation.failed(), " failed");
  if (operation.in_flight() > 0)
    out += base::StrCat(", ", operation.in_flight(), " under way");
  return out;
}

std::vector<Column> OperationColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "ID", .max_width = 40},
      {.header = "KIND"},
      {.header = "STATE"},
      {.header = "DONE"},
      {.header = "SKIPPED"},
      {.header = "FAILED"},
      {.header = "ETA", .ticking = true},
  };
  if (wide) {
    columns.push_back({.header = "ACTOR", .max_width = 30});
    columns.push_back({.header = "TICKET", .max_width = 24});
    columns.push_back({.header = "REASON", .max_width = 60});
  }
  columns.push_back({.header = "WAITING", .max_width = wide ? 200 : 30});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> OperationRow(const Operation& operation, bool wide,
                               absl::Time now) {
  std::vector<Cell> row = {
      {operation.id()},
      {OperationKindName(operation.kind())},
      {OperationStateName(operation.state()),
       OperationStateColor(operation.state())},
      {base::StrCat(operation.done(), "/", operation.total())},
      {base::StrCat(operation.skipped())},
      {base::StrCat(operation.failed()),
       operation.failed() > 0 ? Color::kRed : Color::kNone},
      {operation.has_expected_end()
           ? HumanDuration(ToTime(operation.expected_end()) - now)
           : "-"},
  };
  if (wide) {
    row.push_back({operation.actor()});
    row.push_back({operation.ticket()});
    row.push_back({operation.reason()});
  }
  row.push_back({Waiting(operation)});
  row.push_back({Age(operation.created_at(), now)});
  return row;
}

std::string OperationPlan(
    const Operation& operation,
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& budgets,
    const RenderOptions& options) {
  constexpr size_t kShown = 20;
  const auto total = static_cast<size_t>(operation.members_size());
  const size_t size = BatchSize(operation);
  const size_t batches = (total + size - 1) / size;
  Table table({{.header = "BATCH"}, {.header = "MEMBERS", .max_width = 200}});
  for (size_t i = 0; i < std::min(batches, kShown); ++i) {
    table.AddRow(
        {{base::StrCat(i + 1)},
         {BatchNames(operation, i * size, std::min(total, (i + 1) * size))}});
  }
  std::string out = base::StrCat(table.Render(options));
  if (batches > kShown)
    out += base::StrCat("... and ", batches - kShown, " more batches\n");
  out += base::StrCat(total, total == 1 ? " member, " : " members, ",
                      BatchText(operation.pacing()), ", ", batches,
                      batches == 1 ? " batch\n" : " batches\n");
  size_t notes = 0;
  for (const auto& member : operation.members()) {
    if (member.problem().empty() || ++notes > kShown) continue;
    out += base::StrCat(Colored("note", Color::kYellow, options.color), "  ",
                        Visible(member.name()), ": ", Visible(member.problem()),
                        "\n");
  }
  if (notes > kShown)
    out += base::StrCat("... and ", notes - kShown, " more notes\n");
  for (const auto& report : budgets) {
    out += base::StrCat(
        Colored(report.satisfied() ? "allowed" : "waits",
                report.satisfied() ? Color::kGreen : Color::kYellow,
                options.color),
        "  ", Visible(report.explanation()), "\n");
  }
  return out;
}

std::string OperationDetail(const Operation& operation, absl::Time now,
                            const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Operation", operation.id());
  fields.Add("Kind", OperationKindName(operation.kind()));
  fields.Add("State", OperationStateName(operation.state()),
             OperationStateColor(operation.state()));
  if (operation.waiting() != operation.problem())
    fields.Add("Waiting", operation.waiting(), Color::kYellow);
  fields.Add("Problem", operation.problem(), Color::kRed);
  const double ratio =
      operation.total() > 0
          ? static_cast<double>(operation.done()) / operation.total()
          : 1;
  fields.Add("Progress", base::StrCat(Bar(ratio, kBarWidth), " ",
                                      OperationProgress(operation)));
  if (operation.has_expected_end()) {
    fields.Add("Ends in",
               HumanDuration(ToTime(operation.expected_end()) - now));
  }
  fields.Add("Pacing", BatchText(operation.pacing()));
  fields.Add("Actor", operation.actor());
  fields.Add("Reason", operation.reason());
  fields.Add("Ticket", operation.ticket());
  fields.Add("Selector", operation.selector());
  if (operation.force()) fields.Add("Forced", "yes", Color::kRed);
  fields.AddTime("Created", operation.created_at(), now);
  if (ToTime(operation.start_at()) > now)
    fields.Add("Starts", LocalTime(operation.start_at()));
  fields.AddTime("Started", operation.started_at(), now);
  fields.AddTime("Ended", operation.ended_at(), now);
  if (operation.members().empty()) return fields.Take();
  Table table({{.header = "NAME", .max_width = kNameWidth},
               {.header = "STEP"},
               {.header = "FOR"},
               {.header = "PROBLEM", .max_width = 80}});
  for (const auto& member : operation.members()) {
    table.AddRow({{member.name()},
                  {OperationStepName(member.step()), StepColor(member.step())},
                  {Age(member.since(), now)},
                  {member.problem()}});
  }
  return fields.Take() + Section("Members", table, options);
}

}  // namespace roster::cli
