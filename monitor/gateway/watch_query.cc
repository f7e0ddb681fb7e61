#include "monitor/gateway/watch_query.h"

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/http/http_query.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/request_checks.h"

namespace roster::monitor {
namespace {

// What a browser repeats after a cut.
constexpr std::string_view kLastIdHeader = "Last-Event-ID";

absl::Status ReadWhat(const std::string& what, WatchQuery& query) {
  query.members = false;
  for (const absl::string_view one : absl::StrSplit(what, ',')) {
    if (one == "members") {
      query.members = true;
    } else if (one == "events") {
      query.events = true;
    } else if (one == "operations") {
      query.operations = true;
    } else {
      return BadField("what", "is some of members,events,operations, not '" +
                                  Shown(std::string(one)) + "'");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string WatchQuery::Kind() const {
  return base::StrCat(members ? "m" : "", events ? "e" : "",
                      operations ? "o" : "");
}

absl::StatusOr<WatchQuery> ParseWatchQuery(const HttpRequest& request) {
  WatchQuery query;
  ROSTER_ASSIGN_OR_RETURN(const HttpQuery parameters,
                          ParseHttpQuery(request.query));
  std::set<std::string_view> given;
  for (const auto& [name, value] : parameters) {
    if (!given.insert(name).second)
      return BadField(Shown(name), "is given twice");
    if (name == "cluster") {
      query.cluster = value;
    } else if (name == "member") {
      query.member = value;
    } else if (name == "selector") {
      ROSTER_ASSIGN_OR_RETURN(query.selector, ParseSelector(value));
    } else if (name == "what") {
      ROSTER_RETURN_IF_ERROR(ReadWhat(value, query));
    } else if (name == "from_oldest") {
      const std::optional<bool> flag = FlagValue(value);
      if (!flag) return BadField(name, "is true or false");
      query.from_oldest = *flag;
    } else if (name == "last_event_id") {
      query.last_id = value;
    } else {
      return BadField(Shown(name), "there is no such parameter");
    }
  }
  if (const std::string_view id = request.Header(kLastIdHeader); !id.empty())
    query.last_id = base::ToValidUtf8(id);
  return query;
}

}  // namespace roster::monitor
