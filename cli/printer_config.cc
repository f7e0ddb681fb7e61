#include "cli/printer_config.h"

#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

// What this version is, besides a value.
std::string Remark(const roster::v1::ConfigEntry& entry) {
  std::string remark;
  if (entry.deleted()) remark = "deleted";
  if (entry.restored_from() != 0)
    remark = base::StrCat("as version ", entry.restored_from());
  if (entry.comment().empty()) return remark;
  return base::StrCat(remark, remark.empty() ? "" : ": ", entry.comment());
}

}  // namespace

std::vector<Column> ConfigColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? 255 : 60},
      {.header = "VERSION"},
      {.header = "BYTES"},
      {.header = "AUTHOR", .max_width = 30},
  };
  if (wide) {
    columns.push_back({.header = "TYPE", .max_width = 40});
    columns.push_back({.header = "TIME"});
  }
  columns.push_back({.header = "COMMENT", .max_width = wide ? 200 : 40});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> ConfigRow(const roster::v1::ConfigEntry& entry, bool wide,
                            absl::Time now) {
  std::vector<Cell> row = {
      {entry.name()},
      {base::StrCat(entry.version())},
      {entry.deleted() ? "" : base::StrCat(entry.value_bytes())},
      {entry.author()},
  };
  if (wide) {
    row.push_back({entry.content_type()});
    row.push_back({LocalTime(entry.update_time())});
  }
  row.push_back({Remark(entry), entry.deleted() ? Color::kDim : Color::kNone});
  row.push_back({Age(entry.update_time(), now)});
  return row;
}

std::string ConfigDetail(const roster::v1::ConfigEntry& entry, absl::Time now,
                         const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Name", entry.name());
  fields.Add("Version", base::StrCat(entry.version()));
  fields.Add("Type", entry.content_type());
  fields.Add("Author", entry.author());
  fields.AddTime("Changed", entry.update_time(), now);
  fields.Add("Comment", Remark(entry));
  if (entry.deleted()) return fields.Take();
  return base::StrCat(fields.Take(), "\n", VisibleValue(entry.value()));
}

std::string VisibleValue(const std::string& value) {
  std::string lines;
  for (const absl::string_view line : absl::StrSplit(value, '\n'))
    lines += base::StrCat(Visible(base::ToStd(line)), "\n");
  // The line feed that ends the last line begins none.
  if (value.empty() || value.ends_with("\n")) lines.pop_back();
  return lines;
}

}  // namespace roster::cli
