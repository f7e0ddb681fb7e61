#include "cli/printer_audit.h"

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/printer_table.h"

namespace roster::cli {
namespace {

std::string Targets(const roster::v1::AuditEntry& entry, bool wide) {
  std::vector<std::string> names;
  for (const auto& target : entry.targets()) {
    std::string name = target.name();
    if (wide && target.epoch_after() != 0) {
      name += base::StrCat(" (", target.epoch_before(), "->",
                           target.epoch_after(), ")");
    }
    names.push_back(std::move(name));
    if (!wide && names.size() == 3 && entry.targets_size() > 3) {
      return base::StrCat(absl::StrJoin(names, ","), " and ",
                          entry.targets_size() - 3, " more");
    }
  }
  return absl::StrJoin(names, ",");
}

}  // namespace

std::vector<Column> AuditColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "TIME"},   {.header = "ACTOR", .max_width = 30},
      {.header = "ACTION"}, {.header = "TARGET", .max_width = wide ? 200 : 30},
      {.header = "RESULT"},
  };
  if (wide) {
    columns.push_back({.header = "SEQ"});
    columns.push_back({.header = "PEER", .max_width = 40});
    columns.push_back({.header = "TICKET", .max_width = 24});
    columns.push_back({.header = "REQUEST", .max_width = 64});
  }
  columns.push_back({.header = "REASON", .max_width = wide ? 200 : 40});
  return columns;
}

std::vector<Cell> AuditRow(const roster::v1::AuditEntry& entry, bool wide) {
  std::string actor = entry.actor();
  // Whoever the connection proved stands bare; a claim is marked.
  if (!entry.authenticated() && !entry.peer().empty()) actor += " (claimed)";
  std::string result = entry.result();
  if (entry.forced()) result += " FORCED";
  std::string reason = entry.reason();
  if (!entry.message().empty()) {
    reason += base::StrCat(reason.empty() ? "" : " - ", entry.message());
  }
  std::vector<Cell> row = {
      {LocalTime(entry.at())},
      {std::move(actor)},
      {entry.action()},
      {Targets(entry, wide)},
      {std::move(result), entry.result() != "OK" ? Color::kYellow
                          : entry.forced()       ? Color::kRed
                                                 : Color::kNone},
  };
  if (wide) {
    row.push_back({base::StrCat(entry.sequence())});
    row.push_back({entry.peer()});
    row.push_back({entry.ticket()});
    row.push_back({entry.request_id()});
  }
  row.push_back({std::move(reason)});
  return row;
}

}  // namespace roster::cli
