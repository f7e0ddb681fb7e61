#include "tests/support/zk_ensemble.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "tests/support/socket.h"

namespace roster::testing {
namespace {

// Different ports, none in use: three for each server.
std::vector<uint16_t> PickPorts(int count) {
  std::vector<uint16_t> ports;
  while (static_cast<int>(ports.size()) < count) {
    const uint16_t port = PickFreePort();
    if (std::find(ports.begin(), ports.end(), port) == ports.end())
      ports.push_back(port);
  }
  return ports;
}

}  // namespace

ZkEnsemble::ZkEnsemble(int size, ZkServerOptions options) {
  const std::vector<uint16_t> ports = PickPorts(3 * size);
  // Generous, in ticks: a follower that is slow because the machine is busy is
  // not the fault under test.
  options.extra_config.push_back("initLimit=50");
  options.extra_config.push_back("syncLimit=25");
  for (int i = 0; i < size; ++i)
    options.extra_config.push_back(
        absl::StrCat("server.", i + 1, "=127.0.0.1:", ports[3 * i], ":",
                     ports[3 * i + 1], ";127.0.0.1:", ports[3 * i + 2]));
  for (int i = 0; i < size; ++i) {
    options.ensemble_id = i + 1;
    options.port = ports[3 * i + 2];
    servers_.push_back(ZkServer::NotStarted(options));
  }
  const absl::Status status = StartAll();
  if (status.ok()) return;
  std::fprintf(stderr, "ZooKeeper ensemble for tests: %s\n",
               status.ToString().c_str());
  for (const auto& server : servers_)
    std::fprintf(stderr, "%s\n", server->Log().c_str());
  std::abort();
}

std::string ZkEnsemble::ConnectString(const std::string& chroot) const {
  return absl::StrCat(absl::StrJoin(servers_, ",",
                                    [](std::string* out, const auto& server) {
                                      out->append(server->ConnectString());
                                    }),
                      chroot);
}

int ZkEnsemble::Leader() const {
  for (int i = 0; i < size(); ++i) {
    // A stopped server refuses, a paused one lets the request time out.
    const absl::StatusOr<std::string> answer =
        servers_[i]->FourLetterWord("srvr", absl::Seconds(1));
    if (answer.ok() && absl::StrContains(*answer, "Mode: leader")) return i;
  }
  return -1;
}

absl::Status ZkEnsemble::StartAll() {
  // All at once: none serves before a majority runs.
  for (const auto& server : servers_) ROSTER_RETURN_IF_ERROR(server->Launch());
  for (const auto& server : servers_)
    ROSTER_RETURN_IF_ERROR(server->WaitUntilServing());
  return absl::OkStatus();
}

}  // namespace roster::testing
