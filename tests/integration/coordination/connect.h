#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "coordination/client.h"
#include "gtest/gtest.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::coordination {

// When a test of what takes no waiting gives up; Patience() is for the others.
inline absl::Time Soon() {
  return absl::Now() + testing::Scaled(absl::Seconds(10));
}

// A client of a service that notices quickly that ZooKeeper is away.
inline std::unique_ptr<Client> Connect(const std::string& servers) {
  zk::SessionOptions options;
  options.servers = servers;
  options.session_timeout = absl::Seconds(4);
  auto client = Client::Connect(std::move(options));
  EXPECT_OK(client);
  return *std::move(client);
}

}  // namespace roster::coordination
