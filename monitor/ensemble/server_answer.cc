#include "monitor/ensemble/server_answer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

constexpr size_t kVersion = 32;     // bytes
constexpr size_t kFirstLook = 512;  // bytes in which a refusal stands

std::optional<int64_t> Count(absl::string_view text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < 0) return std::nullopt;
  return value;
}

// ZooKeeper tells latencies in milliseconds, since 3.6 with fractions.
std::optional<absl::Duration> Milliseconds(absl::string_view text) {
  constexpr double kMost = 1e12;
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || !(value >= 0 && value < kMost))
    return std::nullopt;
  return absl::Milliseconds(value);
}

// "0x100000003".
std::optional<int64_t> Zxid(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "0x") || text.empty() || text.size() > 16 ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isxdigit))
    return std::nullopt;
  uint64_t bits = 0;
  std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  return static_cast<int64_t>(bits);
}

ZooKeeperRole Role(absl::string_view text) {
  for (const auto& [name, role] :
       {std::pair("leader", ZooKeeperRole::kLeader),
        std::pair("follower", ZooKeeperRole::kFollower),
        std::pair("observer", ZooKeeperRole::kObserver),
        std::pair("standalone", ZooKeeperRole::kStandalone),
        std::pair("read-only", ZooKeeperRole::kReadOnly)})
    if (text == name) return role;
  return ZooKeeperRole::kUnknown;
}

// "3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on ..." without the
// revision and what follows; "3.9.0-beta-1" stays.
std::string Version(absl::string_view text) {
  text = text.substr(0, text.find(','));
  const size_t dash = text.rfind('-');
  if (dash != absl::string_view::npos) {
    const absl::string_view last = text.substr(dash + 1);
    const bool revision = last.empty() || last.size() >= 7 || last[0] == '$';
    if (revision) text = text.substr(0, dash);
    while (absl::ConsumeSuffix(&text, "-")) {
    }
  }
  std::string version;
  for (const char c : text.substr(0, kVersion))
    if (absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_')
      version.push_back(c);
  return version;
}

template <typename T>
void Put(std::optional<T> value, std::optional<T>& field) {
  if (value.has_value()) field = value;
}

// Calls `visit` for every whole line, without its "\n" or "\r\n".
template <typename Visit>
void ForEachLine(absl::string_view answer, Visit visit) {
  for (size_t end = answer.find('\n'); end != absl::string_view::npos;
       end = answer.find('\n')) {
    visit(absl::StripSuffix(answer.substr(0, end), "\r"));
    answer.remove_prefix(end + 1);
  }
}

// What an answer without figures is.
AnswerKind WithoutFigures(absl::string_view answer) {
  if (answer.empty()) return AnswerKind::kEmpty;
  const absl::string_view begin = answer.substr(0, kFirstLook);
  if (absl::StrContains(begin, "not currently serving requests"))
    return AnswerKind::kNotServing;
  if (absl::StrContains(begin, "is not in the whitelist"))
    return AnswerKind::kNotAllowed;
  return AnswerKind::kUnreadable;
}

void ReadLatencies(absl::string_view text, ZooKeeperServer& server) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  if (parts.size() != 3) return;
  Put(Milliseconds(parts[0]), server.latency_min);
  Put(Milliseconds(parts[1]), server.latency_avg);
  Put(Milliseconds(parts[2]), server.latency_max);
}

std::string NotAllowed(std::string_view word) {
  return base::StrCat(word,
                      " is not in the whitelist: set "
                      "4lw.commands.whitelist=srvr,mntr in its zoo.cfg");
}

}  // namespace

AnswerKind ReadSrvr(std::string_view answer, ZooKeeperServer& server) {
  bool figures = false;
  ForEachLine(base::ToAbsl(answer), [&](absl::string_view line) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    const auto& [key, value] = field;
    if (key == "Zookeeper version") {
      server.version = Version(value);
    } else if (key == "Latency min/avg/max") {
      ReadLatencies(value, server);
    } else if (key == "Connections") {
      Put(Count(value), server.connections);
    } else if (key == "Outstanding") {
      Put(Count(value), server.outstanding);
    } else if (key == "Zxid") {
      Put(Zxid(value), server.zxid);
    } else if (key == "Node count") {
      Put(Count(value), server.znodes);
    } else if (key == "Mode" && Role(value) != ZooKeeperRole::kUnknown) {
      server.role = Role(value);
      figures = true;
    }
  });
  return figures ? AnswerKind::kFigures : WithoutFigures(base::ToAbsl(answer));
}

AnswerKind ReadMntr(std::string_view answer, ZooKeeperServer& server) {
  bool figures = false;
  ForEachLine(base::ToAbsl(answer), [&](absl::string_view line) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    const auto& [key, value] = field;
    if (key == "zk_version") {
      server.version = Version(value);
    } else if (key == "zk_min_latency") {
      Put(Milliseconds(value), server.latency_min);
    } else if (key == "zk_avg_latency") {
      Put(Milliseconds(value), server.latency_avg);
    } else if (key == "zk_max_latency") {
      Put(Milliseconds(value), server.latency_max);
    } else if (key == "zk_num_alive_connections") {
      Put(Count(value), server.connections);
    } else if (key == "zk_outstanding_requests") {
      Put(Count(value), server.outstanding);
    } else if (key == "zk_znode_count") {
      Put(Count(value), server.znodes);
    } else if (key == "zk_approximate_data_size") {
      Put(Count(value), server.data_bytes);
    } else if (key == "zk_server_state" &&
               Role(value) != ZooKeeperRole::kUnknown) {
      server.role = Role(value);
      figures = true;
    }
  });
  return figures ? AnswerKind::kFigures : WithoutFigures(base::ToAbsl(answer));
}

void Conclude(AnswerKind srvr, AnswerKind mntr, ZooKeeperServer& server) {
  using State = ZooKeeperServerState;
  const auto either = [&](AnswerKind kind) {
    return srvr == kind || mntr == kind;
  };
  server.problem.clear();
  if (either(AnswerKind::kFigures)) {
    server.state = State::kServing;
    if (srvr == AnswerKind::kNotAllowed)
      server.problem = base::StrCat("no zxid: ", NotAllowed("srvr"));
    else if (mntr == AnswerKind::kNotAllowed)
      server.problem = base::StrCat("no data size: ", NotAllowed("mntr"));
    return;
  }
  if (either(AnswerKind::kNotServing)) {
    server.state = State::kNotServing;
    server.problem = "not serving: it has no quorum, or is not in sync yet";
  } else if (either(AnswerKind::kNotAllowed)) {
    server.state = State::kNotAllowed;
    server.problem = NotAllowed("srvr");
  } else if (srvr == AnswerKind::kEmpty) {
    server.state = State::kNoAnswer;
    server.problem =
        "closes the connection without an answer; has this host too many "
        "connections (maxClientCnxns), or is it no ZooKeeper?";
  } else {
    server.state = State::kUnreadable;
    server.problem = "its answer is cut off, or not that of a ZooKeeper server";
  }
}

}  // namespace roster::monitor
