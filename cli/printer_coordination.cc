#include "cli/printer_coordination.h"

#include <map>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Contender;

std::string KindName(roster::v1::LockKind kind) {
  switch (kind) {
    case roster::v1::LOCK_KIND_EXCLUSIVE:
      return "exclusive";
    case roster::v1::LOCK_KIND_READ_WRITE:
      return "read-write";
    case roster::v1::LOCK_KIND_SEMAPHORE:
      return "semaphore";
    default:
      return "";
  }
}

std::string KindName(roster::v1::BarrierKind kind) {
  switch (kind) {
    case roster::v1::BARRIER_KIND_BAR:
      return "bar";
    case roster::v1::BARRIER_KIND_COUNT:
      return "count";
    case roster::v1::BARRIER_KIND_DOUBLE:
      return "double";
    default:
      return "";
  }
}

std::string RoleName(roster::v1::ContenderRole role) {
  switch (role) {
    case roster::v1::CONTENDER_ROLE_EXCLUSIVE:
      return "exclusive";
    case roster::v1::CONTENDER_ROLE_READ:
      return "read";
    case roster::v1::CONTENDER_ROLE_WRITE:
      return "write";
    case roster::v1::CONTENDER_ROLE_LEASE:
      return "lease";
    default:
      return "";
  }
}

// "curator" is Roster's own as well: the names are the same.
std::string FormatName(roster::v1::NodeFormat format) {
  switch (format) {
    case roster::v1::NODE_FORMAT_CURATOR:
      return "curator";
    case roster::v1::NODE_FORMAT_KAZOO:
      return "kazoo";
    case roster::v1::NODE_FORMAT_ROSTER:
      return "roster";
    default:
      return "";
  }
}

std::string DataText(const roster::v1::NodeData& data) {
  if (!data.binary().empty())
    return base::StrCat("(", data.size_bytes(), " bytes, not text)");
  return data.truncated() ? base::StrCat(data.text(), "...") : data.text();
}

// What only the node says may be untrue.
std::string Who(const Contender& contender) {
  return base::StrCat(ContenderName(contender),
                      contender.member_claimed() ? " (claimed)" : "");
}

std::string NeededText(const roster::v1::Barrier& barrier) {
  return barrier.needed() == 0 ? "" : base::StrCat(barrier.needed());
}

std::string OpenText(const roster::v1::Barrier& barrier) {
  return barrier.open() ? "open" : "closed";
}

void AddForeign(const roster::v1::ForeignNodes& foreign, Fields& fields) {
  if (foreign.count() == 0) return;
  const bool all = foreign.nodes_size() == foreign.count();
  fields.Add("Foreign", base::StrCat(foreign.count(), ": ",
                                     absl::StrJoin(foreign.nodes(), ", "),
                                     all ? "" : ", ..."));
}

// A line in a table: who, how, since when, and by which node.
std::vector<Column> LineColumns(bool waiting, bool wide) {
  std::vector<Column> columns = {
      {.header = "WHO", .max_width = wide ? 255 : 40}, {.header = "ROLE"}};
  if (waiting)
    columns.push_back({.header = "WAITS-FOR", .max_width = wide ? 255 : 40});
  columns.push_back({.header = "TOKEN"});
  columns.push_back({.header = "SESSION"});
  if (wide) columns.push_back({.header = "FORMAT"});
  columns.push_back({.header = "NODE", .max_width = 255});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::string LineSection(
    std::string_view heading,
    const google::protobuf::RepeatedPtrField<Contender>& line,
    const std::map<std::string, std::string>* waited_for, bool wide,
    absl::Time now, const RenderOptions& options) {
  if (line.empty()) return "";
  Table table(LineColumns(waited_for != nullptr, wide));
  for (const Contender& one : line) {
    std::vector<Cell> row = {{Who(one)}, {RoleName(one.role())}};
    if (waited_for != nullptr) {
      const auto found = waited_for->find(one.waits_for());
      row.push_back(
          {found == waited_for->end() ? one.waits_for() : found->second});
    }
    row.push_back({base::StrCat(one.fencing_token())});
    row.push_back({one.session_id()});
    if (wide) row.push_back({FormatName(one.format())});
    row.push_back({one.node()});
    row.push_back({Age(one.create_time(), now)});
    table.AddRow(std::move(row));
  }
  return Section(heading, table, options);
}

}  // namespace

std::string ContenderName(const Contender& contender) {
  if (!contender.member().empty()) return contender.member();
  if (!contender.data().text().empty()) return DataText(contender.data());
  return contender.node();
}

std::vector<Column> LockColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? 255 : 60},
      {.header = "KIND"},
      {.header = "HOLDER", .max_width = wide ? 255 : 40},
      {.header = "HOLDERS"},
      {.header = "WAITERS"},
  };
  if (wide) {
    columns.push_back({.header = "TOKEN"});
    columns.push_back({.header = "SESSION"});
    columns.push_back({.header = "PATH", .max_width = 255});
  }
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> LockRow(const roster::v1::Lock& lock, bool wide,
                          absl::Time now) {
  const Contender* first = lock.holders().empty() ? nullptr : &lock.holders(0);
  std::vector<Cell> row = {
      {NameOrPath(lock)},
      {KindName(lock.kind())},
      first == nullptr ? Cell{"nobody", Color::kDim} : Cell{Who(*first)},
      {base::StrCat(lock.holder_count())},
      {base::StrCat(lock.waiter_count())},
  };
  if (wide) {
    row.push_back(
        {first == nullptr ? "" : base::StrCat(first->fencing_token())});
    row.push_back({first == nullptr ? "" : first->session_id()});
    row.push_back({lock.path()});
  }
  row.push_back({first == nullptr ? "" : Age(first->create_time(), now)});
  return row;
}

std::string LockDetail(const roster::v1::Lock& lock, bool wide, absl::Time now,
                       const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Lock", NameOrPath(lock));
  fields.Add("Path", lock.path());
  fields.Add("Kind", KindName(lock.kind()));
  if (lock.max_leases() != 0)
    fields.Add("Leases", base::StrCat(lock.max_leases()));
  fields.Add("Holders", base::StrCat(lock.holder_count()));
  fields.Add("Waiters", base::StrCat(lock.waiter_count()));
  AddForeign(lock.foreign(), fields);
  std::map<std::string, std::string> names;  // by node
  for (const Contender& one : lock.holders()) names[one.node()] = Who(one);
  for (const Contender& one : lock.waiters()) names[one.node()] = Who(one);
  return base::StrCat(
      fields.Take(),
      LineSection("Holders", lock.holders(), nullptr, wide, now, options),
      LineSection("Waiters", lock.waiters(), &names, wide, now, options));
}

std::vector<Column> QueueColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? 255 : 60},
      {.header = "LENGTH"},
      {.header = "TAKEN"},
  };
  if (wide) columns.push_back({.header = "PATH", .max_width = 255});
  columns.push_back({.header = "OLDEST", .ticking = true});
  return columns;
}

std::vector<Cell> QueueRow(const roster::v1::Queue& queue, bool wide,
                           absl::Time now) {
  std::vector<Cell> row = {
      {NameOrPath(queue)},
      {base::StrCat(queue.length())},
      {base::StrCat(queue.taken_count())},
  };
  if (wide) row.push_back({queue.path()});
  row.push_back({Age(queue.oldest_create_time(), now)});
  return row;
}

std::string QueueDetail(const roster::v1::Queue& queue, bool wide,
                        absl::Time now, const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Queue", NameOrPath(queue));
  fields.Add("Path", queue.path());
  fields.Add("Length", base::StrCat(queue.length()));
  fields.Add("Taken", base::StrCat(queue.taken_count()));
  fields.AddTime("Oldest", queue.oldest_create_time(), now);
  AddForeign(queue.foreign(), fields);
  if (queue.items().empty()) return fields.Take();
  std::vector<Column> columns = {
      {.header = "ITEM", .max_width = wide ? 255 : 40},
      {.header = "PRIORITY"},
      {.header = "NOT-BEFORE"},
      {.header = "TAKEN-BY", .max_width = wide ? 255 : 40},
  };
  if (wide) columns.push_back({.header = "FORMAT"});
  columns.push_back({.header = "DATA", .max_width = wide ? 255 : 40});
  columns.push_back({.header = "AGE", .ticking = true});
  Table table(columns);
  for (const roster::v1::QueueItem& item : queue.items()) {
    std::vector<Cell> row = {
        {item.node()},
        {base::StrCat(item.priority())},
        {item.has_not_before() ? LocalTime(item.not_before()) : ""},
        {item.has_taken_by() ? Who(item.taken_by()) : ""},
    };
    if (wide) row.push_back({FormatName(item.format())});
    row.push_back({DataText(item.data())});
    row.push_back({Age(item.create_time(), now)});
    table.AddRow(std::move(row));
  }
  const bool all = queue.items_size() >= queue.length();
  const std::string heading =
      all ? "Items"
          : base::StrCat("Items, the first ", queue.items_size(), " of ",
                         queue.length());
  return base::StrCat(fields.Take(), Section(heading, table, options));
}

std::vector<Column> BarrierColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? 255 : 60},
      {.header = "KIND"},
      {.header = "STATE"},
      {.header = "ENTERED"},
      {.header = "NEEDED"},
  };
  if (wide) columns.push_back({.header = "PATH", .max_width = 255});
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> BarrierRow(const roster::v1::Barrier& barrier, bool wide,
                             absl::Time now) {
  std::vector<Cell> row = {
      {NameOrPath(barrier)},
      {KindName(barrier.kind())},
      {OpenText(barrier), barrier.open() ? Color::kGreen : Color::kNone},
      {base::StrCat(barrier.entered_count())},
      {NeededText(barrier)},
  };
  if (wide) row.push_back({barrier.path()});
  row.push_back({Age(barrier.create_time(), now)});
  return row;
}

std::string BarrierDetail(const roster::v1::Barrier& barrier, bool wide,
                          absl::Time now, const RenderOptions& options) {
  Fields fields(options);
  fields.Add("Barrier", NameOrPath(barrier));
  fields.Add("Path", barrier.path());
  fields.Add("Kind", KindName(barrier.kind()));
  fields.Add("State", OpenText(barrier),
             barrier.open() ? Color::kGreen : Color::kNone);
  fields.Add("Needed", NeededText(barrier));
  fields.Add("Entered", base::StrCat(barrier.entered_count()));
  fields.AddTime("Created", barrier.create_time(), now);
  if (barrier.entered().empty()) return fields.Take();
  std::vector<Column> columns = {
      {.header = "WHO", .max_width = wide ? 255 : 40},
      {.header = "SESSION"},
      {.header = "NODE", .max_width = wide ? 255 : 60},
      {.header = "AGE", .ticking = true}};
  Table table(columns);
  for (const Contender& one : barrier.entered())
    table.AddRow({{Who(one)},
                  {one.session_id()},
                  {one.node()},
                  {Age(one.create_time(), now)}});
  return base::StrCat(fields.Take(), Section("Entered", table, options));
}

}  // namespace roster::cli
