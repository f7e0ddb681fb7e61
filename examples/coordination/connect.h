#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"

namespace roster::examples {

// Exit codes of the examples, beside those of the commands that they run.
inline constexpr int kUsage = 2;
inline constexpr int kNotHad = 75;  // what was asked for was not had in time
inline constexpr int kLost = 76;    // what was held went while in use

// Says on stderr what went wrong, and returns `code`.
inline int Fail(int code, const std::string& what, const absl::Status& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.ToString().c_str());
  return code;
}

// A client of the servers; ends the program if they cannot be such.
inline std::unique_ptr<coordination::Client> ConnectOrExit(
    const std::string& servers) {
  zk::SessionOptions options;
  options.servers = servers;
  options.log = base::StderrLogSink(base::LogLevel::kError);
  auto client = coordination::Client::Connect(std::move(options));
  if (!client.ok()) std::exit(Fail(kUsage, servers, client.status()));
  return *std::move(client);
}

// For an answer of ZooKeeper, not for others to let go of something.
inline absl::Time Soon() { return absl::Now() + absl::Seconds(10); }

}  // namespace roster::examples
