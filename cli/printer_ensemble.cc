#include "cli/printer_ensemble.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/strings.h"
#include "cli/fields.h"
#include "cli/printer_table.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::ZooKeeperServer;

// "NOT_SERVING" becomes "not serving".
std::string Words(std::string name, std::string_view prefix) {
  if (name.starts_with(prefix)) name = name.substr(prefix.size());
  absl::AsciiStrToLower(&name);
  return absl::StrReplaceAll(name, {{"_", " "}});
}

// The role of one that serves, else how it was found.
Cell RoleCell(const ZooKeeperServer& server) {
  if (server.role() == v1::ZOO_KEEPER_ROLE_READ_ONLY)
    return {"read-only", Color::kYellow};
  if (server.role() != v1::ZOO_KEEPER_ROLE_UNSPECIFIED)
    return {Words(v1::ZooKeeperRole_Name(server.role()), "ZOO_KEEPER_ROLE_"),
            Color::kGreen};
  switch (server.state()) {
    case v1::ZOO_KEEPER_SERVER_STATE_UNSPECIFIED:
      return {"not asked yet", Color::kDim};
    case v1::ZOO_KEEPER_SERVER_STATE_NOT_ALLOWED:
      return {"not allowed", Color::kYellow};
    default:
      return {Words(v1::ZooKeeperServerState_Name(server.state()),
                    "ZOO_KEEPER_SERVER_STATE_"),
              Color::kRed};
  }
}

double Milliseconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) * 1e3 +
         static_cast<double>(duration.nanos()) / 1e6;
}

// "0/0.4/12ms", as ZooKeeper writes it.
std::string Latency(const ZooKeeperServer& server) {
  if (!server.has_latency_avg()) return "";
  return absl::StrCat(Milliseconds(server.latency_min()), "/",
                      Milliseconds(server.latency_avg()), "/",
                      Milliseconds(server.latency_max()), "ms");
}

std::string Number(bool known, int64_t value) {
  return known ? absl::StrCat(value) : "";
}

}  // namespace

std::string EnsembleReport(const roster::v1::ZooKeeperEnsemble& ensemble,
                           absl::Time now, const RenderOptions& options) {
  if (ensemble.servers().empty()) return "";
  Table table({{.header = "SERVER", .max_width = 63},
               {.header = "ROLE"},
               {.header = "VERSION"},
               {.header = "MIN/AVG/MAX"},
               {.header = "CONNECTIONS"},
               {.header = "OUTSTANDING"},
               {.header = "ZNODES"},
               {.header = "DATA"},
               {.header = "ZXID"},
               {.header = "ASKED", .ticking = true}});
  std::string problems;
  for (const ZooKeeperServer& server : ensemble.servers()) {
    table.AddRow(
        {{server.address()},
         RoleCell(server),
         {server.version()},
         {Latency(server)},
         {Number(server.has_connections(), server.connections())},
         {Number(server.has_outstanding_requests(),
                 server.outstanding_requests()),
          server.outstanding_requests() > 0 ? Color::kYellow : Color::kNone},
         {Number(server.has_znodes(), server.znodes())},
         {server.has_data_bytes()
              ? HumanAmount(static_cast<double>(server.data_bytes()), "bytes")
              : ""},
         {server.has_zxid() ? absl::StrCat("0x", absl::Hex(server.zxid()))
                            : ""},
         {server.has_asked_at() ? Age(server.asked_at(), now) : ""}});
    if (!server.problem().empty())
      problems += base::StrCat("  ", Visible(server.address()), ": ",
                               Visible(server.problem()), "\n");
  }
  return base::StrCat(Section("ZooKeeper servers", table, options), problems);
}

}  // namespace roster::cli
