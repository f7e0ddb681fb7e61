#include "cli/printer_leader.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_coordination.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Contender;

std::string KindName(roster::v1::ElectionKind kind) {
  switch (kind) {
    case roster::v1::ELECTION_KIND_LINE:
      return "line";
    case roster::v1::ELECTION_KIND_STATIC:
      return "static";
    default:
      return "";
  }
}

std::string SourceText(const roster::v1::GetLeaderResponse& answer,
                       absl::Time now) {
  const std::string age = Age(answer.as_of(), now);
  switch (answer.source()) {
    case roster::v1::LEADER_SOURCE_LIVE:
      return "live";
    case roster::v1::LEADER_SOURCE_LAST_KNOWN:
      return base::StrCat("last known, ", age,
                          " ago; ZooKeeper is out of reach, and somebody else "
                          "may lead by now");
    case roster::v1::LEADER_SOURCE_DESIGNATED:
      return base::StrCat("designated, as of ", age,
                          " ago; ZooKeeper is out of reach, and nobody was "
                          "seen leading");
    default:
      return "";
  }
}

// Those without candidates may get some that do.
bool AnyObeys(const roster::v1::Election& election) {
  if (election.kind() == roster::v1::ELECTION_KIND_STATIC) return false;
  const auto& candidates = election.candidates();
  return candidates.empty() ||
         std::any_of(candidates.begin(), candidates.end(),
                     [](const Contender& one) {
                       return one.format() == roster::v1::NODE_FORMAT_ROSTER;
                     });
}

bool HasCandidate(const roster::v1::Election& election,
                  const std::string& name) {
  // Whose member it is, by its session, need not be what it goes by.
  const std::string tag = base::StrCat("-", name, "-latch-");
  const auto is = [&](const Contender& one) {
    return one.member() == name || one.data().text() == name ||
           absl::StrContains(one.node(), tag);
  };
  const auto& candidates = election.candidates();
  return (election.has_leader() && is(election.leader())) ||
         std::any_of(candidates.begin(), candidates.end(), is);
}

}  // namespace

std::vector<Column> ElectionColumns(bool wide) {
  std::vector<Column> columns = {
      {.header = "NAME", .max_width = wide ? 255 : 60},
      {.header = "LEADER", .max_width = wide ? 255 : 40},
      {.header = "CANDIDATES"},
  };
  if (wide) {
    columns.push_back({.header = "KIND"});
    columns.push_back({.header = "TOKEN"});
    columns.push_back({.header = "PATH", .max_width = 255});
  }
  columns.push_back({.header = "AGE", .ticking = true});
  return columns;
}

std::vector<Cell> ElectionRow(const roster::v1::Election& election, bool wide,
                              absl::Time now) {
  const bool led = election.has_leader();
  std::vector<Cell> row = {
      {NameOrPath(election)},
      led ? Cell{ContenderName(election.leader())}
          : Cell{"nobody", Color::kYellow},
      {base::StrCat(election.candidate_count())},
  };
  if (wide) {
    row.push_back({KindName(election.kind())});
    row.push_back({led ? base::StrCat(election.leader().fencing_token()) : ""});
    row.push_back({election.path()});
  }
  row.push_back({led ? Age(election.leader().create_time(), now) : ""});
  return row;
}

std::string LeaderDetail(const std::string& name,
                         const roster::v1::GetLeaderResponse& answer,
                         const roster::v1::Election* election, absl::Time now,
                         const RenderOptions& options) {
  const bool live = answer.source() == roster::v1::LEADER_SOURCE_LIVE;
  Fields fields(options);
  fields.Add("Election", name);
  if (answer.has_leader()) {
    const roster::v1::Leader& leader = answer.leader();
    fields.Add("Leader", leader.name().empty() ? leader.path() : leader.name());
    if (leader.has_create_time())
      fields.AddTime("Candidate since", leader.create_time(), now);
    if (leader.fencing_token() != 0)
      fields.Add("Token", base::StrCat(leader.fencing_token()));
  } else {
    fields.Add("Leader", "nobody", Color::kYellow);
  }
  fields.Add("Source", SourceText(answer, now),
             live ? Color::kNone : Color::kYellow);
  if (answer.has_designation()) {
    const roster::v1::Designation& designation = answer.designation();
    fields.Add("Designated", DesignationText(designation));
    fields.Add("By", designation.actor());
    fields.Add("Reason", designation.reason());
    if (designation.has_update_time())
      fields.AddTime("Designated at", designation.update_time(), now);
  }
  if (election == nullptr || election->candidates().empty())
    return fields.Take();
  Table table({{.header = "CANDIDATE", .max_width = 60},
               {.header = "NODE", .max_width = 90},
               {.header = "AGE"}});
  for (const Contender& candidate : election->candidates())
    table.AddRow({{ContenderName(candidate)},
                  {candidate.node()},
                  {Age(candidate.create_time(), now)}});
  return base::StrCat(fields.Take(), Section("Candidates", table, options));
}

std::vector<std::string> DesignationDoubts(
    const std::string& name, const roster::v1::Designation& designation,
    const roster::v1::Election* election) {
  if (election == nullptr)
    return {base::StrCat("there is no election '", name,
                         "' yet; the designation waits for it")};
  std::vector<std::string> doubts;
  if (!AnyObeys(*election))
    doubts.push_back(base::StrCat(
        "none of the candidates of '", name,
        "' obeys designations; only those of Roster's library do"));
  for (const std::string& leader : designation.leaders())
    if (!HasCandidate(*election, leader))
      doubts.push_back(base::StrCat("'", leader, "' is no candidate of '", name,
                                    "' at present"));
  return doubts;
}

std::string DesignationText(const roster::v1::Designation& designation) {
  std::string text = absl::StrJoin(designation.leaders(), ", ");
  if (designation.hand_back() == roster::v1::HAND_BACK_WHEN_LEADER_ENDS)
    return base::StrCat(text, "; hand back when the leader ends");
  text += "; hand back immediately";
  if (designation.settle().seconds() == 0 && designation.settle().nanos() == 0)
    return text;
  return base::StrCat(
      text, ", once there for ",
      HumanDuration(absl::Seconds(designation.settle().seconds()) +
                    absl::Nanoseconds(designation.settle().nanos())));
}

}  // namespace roster::cli
