#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "tests/support/eventually.h"
#include "zk/session.h"

namespace roster::testing {

// A node with data of its own, to be kept.
struct OwnedNode {
  std::string data;
  zk::Stat stat;
};

// SessionDriver lets a test thread drive a Session on a loop of its own:
// requests wait for their answers, states and watch events are written down.
//
// Thread-safety: thread-safe, for the test's threads; not for its loop.
class SessionDriver {
 public:
  explicit SessionDriver(zk::SessionOptions options) : loop_("test-session") {
    loop_.Start();
    loop_.RunAndWait([this, options = std::move(options)]() mutable {
      session_ = std::make_unique<zk::Session>(loop_, std::move(options));
      session_->AddListener([this](const zk::ConnectionInfo& info) {
        base::MutexLock lock(&mu_);
        states_.push_back(info);
      });
      watcher_ = session_->AddWatcher([this](const zk::WatchEvent& event) {
        base::MutexLock lock(&mu_);
        events_.emplace_back(event.type, std::string(event.path));
      });
      session_->Start();
    });
  }
  ~SessionDriver() { Destroy(); }

  void Destroy() {
    loop_.RunAndWait([this] { session_.reset(); });
  }

  base::Loop& loop() { return loop_; }
  // On the loop only.
  zk::Session& session() { return *session_; }
  zk::WatcherId watcher() const { return watcher_; }

  // Runs `task` on the loop and waits for it.
  void OnLoop(std::function<void(zk::Session&)> task) {
    loop_.RunAndWait([this, &task] { task(*session_); });
  }

  zk::ConnectionInfo info() {
    zk::ConnectionInfo info;
    OnLoop([&](zk::Session& session) { info = session.info(); });
    return info;
  }
  bool connected() { return info().state == zk::ConnectionState::kConnected; }
  bool WaitConnected() {
    return WaitUntil([this] { return connected(); }, "connected");
  }
  // Every state announced so far.
  std::vector<zk::ConnectionInfo> states() {
    base::MutexLock lock(&mu_);
    return states_;
  }
  bool Saw(zk::ConnectionState state) {
    for (const zk::ConnectionInfo& info : states())
      if (info.state == state) return true;
    return false;
  }
  using Event = std::pair<zk::WatchEventType, std::string>;
  std::vector<Event> events() {
    base::MutexLock lock(&mu_);
    return events_;
  }

  absl::StatusOr<OwnedNode> Get(const std::string& path, bool watch = false) {
    return Ask<OwnedNode>([&](zk::Session& session, auto done) {
      session.Get(path, watch ? watcher_ : 0,
                  [done](absl::StatusOr<zk::Node> node) {
                    if (!node.ok()) return done(node.status());
                    done(OwnedNode{std::string(node->data), node->stat});
                  });
    });
  }
  absl::StatusOr<zk::Stat> Exists(const std::string& path, bool watch = false) {
    return Ask<zk::Stat>([&](zk::Session& session, auto done) {
      session.Exists(path, watch ? watcher_ : 0, done);
    });
  }
  absl::StatusOr<zk::Children> GetChildren(const std::string& path,
                                           bool watch = false) {
    return Ask<zk::Children>([&](zk::Session& session, auto done) {
      session.GetChildren(path, watch ? watcher_ : 0, done);
    });
  }
  absl::StatusOr<zk::Created> Create(
      const std::string& path, std::string_view data,
      zk::CreateMode mode = zk::CreateMode::kPersistent) {
    return Ask<zk::Created>([&](zk::Session& session, auto done) {
      session.Create(path, data, mode, done);
    });
  }
  absl::StatusOr<zk::Stat> Set(const std::string& path, std::string_view data,
                               int32_t version = zk::kAnyVersion) {
    return Ask<zk::Stat>([&](zk::Session& session, auto done) {
      session.Set(path, data, version, done);
    });
  }
  absl::Status Delete(const std::string& path,
                      int32_t version = zk::kAnyVersion) {
    return Do([&](zk::Session& session, auto done) {
      session.Delete(path, version, done);
    });
  }
  absl::Status CreateWithParents(const std::string& path) {
    return Do([&](zk::Session& session, auto done) {
      session.CreateWithParents(path, done);
    });
  }
  absl::Status Multi(std::vector<zk::Op> ops) {
    return Do([&](zk::Session& session, auto done) {
      session.Multi(std::move(ops), done);
    });
  }
  absl::Status Sync(const std::string& path) {
    return Do(
        [&](zk::Session& session, auto done) { session.Sync(path, done); });
  }

 private:
  template <typename T>
  struct Answer {
    base::Mutex mu;
    std::optional<absl::StatusOr<T>> value ABSL_GUARDED_BY(mu);

    bool there() {
      base::MutexLock lock(&mu);
      return value.has_value();
    }
    absl::StatusOr<T> take() {
      base::MutexLock lock(&mu);
      if (!value) return absl::DeadlineExceededError("no answer");
      return *std::move(value);
    }
  };

  template <typename T, typename Call>
  absl::StatusOr<T> Ask(const Call& call) {
    auto answer = std::make_shared<Answer<T>>();
    OnLoop([&](zk::Session& session) {
      call(session, [answer](absl::StatusOr<T> result) {
        base::MutexLock lock(&answer->mu);
        EXPECT_FALSE(answer->value.has_value()) << "answered twice";
        answer->value = std::move(result);
      });
      EXPECT_FALSE(answer->there()) << "answered from inside the call";
    });
    EXPECT_TRUE(WaitUntil([&] { return answer->there(); }, "an answer"));
    return answer->take();
  }
  template <typename Call>
  absl::Status Do(const Call& call) {
    return Ask<int>([&](zk::Session& session, auto done) {
             call(session, [done](absl::Status status) {
               if (!status.ok()) return done(status);
               done(0);
             });
           })
        .status();
  }

  base::Mutex mu_;
  std::vector<zk::ConnectionInfo> states_ ABSL_GUARDED_BY(mu_);
  std::vector<Event> events_ ABSL_GUARDED_BY(mu_);
  base::Loop loop_;
  std::unique_ptr<zk::Session> session_;
  zk::WatcherId watcher_ = 0;
};

}  // namespace roster::testing
