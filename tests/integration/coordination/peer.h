#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "coordination/client.h"
#include "coordination/grant.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"

namespace roster::coordination {

// When a test gives up waiting.
inline absl::Time Patience(absl::Duration patience = absl::Seconds(20)) {
  return absl::Now() + testing::Scaled(patience);
}

// Peer stands for one process of the cluster: a client with a session of its
// own.
class Peer {
 public:
  explicit Peer(const std::string& servers,
                absl::Duration session_timeout = absl::Seconds(10)) {
    zk::SessionOptions options;
    options.servers = servers;
    options.session_timeout = session_timeout;
    client_ = *Client::Connect(std::move(options));
  }

  operator Client&() { return *client_; }
  Client& client() { return *client_; }

  zk::ConnectionInfo info() {
    zk::ConnectionInfo info;
    client_->loop().RunAndWait([&] { info = client_->session().info(); });
    return info;
  }
  bool WaitConnected() {
    return testing::WaitUntil(
        [this] { return info().state == zk::ConnectionState::kConnected; });
  }
  // Ends the session on the server, as an expiry would, and lets the client
  // learn of it.
  void Expire(testing::ZkProbe& probe) {
    EXPECT_OK(probe.ExpireSession(info().session_id));
  }
  // Holds the loop up until Resume(): the process is paused, heartbeats
  // included.
  void Pause() {
    auto gate = gate_ = std::make_shared<Gate>();
    client_->loop().Post([gate] {
      base::MutexLock lock(&gate->mu);
      while (!gate->open) gate->opened.Wait(&gate->mu);
    });
  }
  void Resume() {
    base::MutexLock lock(&gate_->mu);
    gate_->open = true;
    gate_->opened.NotifyAll();
  }

 private:
  struct Gate {
    base::Mutex mu;
    base::CondVar opened;
    bool open ABSL_GUARDED_BY(mu) = false;
  };

  std::unique_ptr<Client> client_;
  std::shared_ptr<Gate> gate_;
};

// Writes down what a grant's holder is told.
class GrantLog {
 public:
  GrantCallback callback() {
    return [this](const Grant&, GrantState state) {
      base::MutexLock lock(&mu_);
      states_.push_back(state);
    };
  }
  std::vector<GrantState> states() const {
    base::MutexLock lock(&mu_);
    return states_;
  }

 private:
  mutable base::Mutex mu_;
  std::vector<GrantState> states_ ABSL_GUARDED_BY(mu_);
};

// Counts in a znode without comparing versions: two that do it at once lose
// one. A witness of mutual exclusion that any language can be.
inline void CountUp(testing::ZkProbe& probe, const std::string& path) {
  const auto value = probe.Get(path);
  ASSERT_OK(value);
  ASSERT_OK(probe.Set(path, std::to_string(std::stoi(*value) + 1)));
}

}  // namespace roster::coordination
