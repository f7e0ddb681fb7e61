#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/loop.h"
#include "gtest/gtest.h"
#include "model/audit_entry.h"
#include "model/order.h"
#include "monitor/control/controller.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/event_log.h"
#include "monitor/watch/cluster_watcher.h"
#include "tests/support/answer.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"
#include "zk/session.h"

namespace roster::monitor {

// Where the members of another cluster of the same rosterd register.
inline constexpr char kOtherMembersPath[] = "/otherServer";

// ControlStack is what rosterd has for one cluster, without gRPC and HTTP:
// table, watcher and controller on real sessions. Several of them on one
// ZooKeeper are several rosterds.
class ControlStack {
 public:
  struct Options {
    std::string id = "monitor-1";
    absl::Duration session_timeout = absl::Seconds(4);
    std::vector<std::string> controllers;
    absl::Duration left_retention = absl::Hours(1);
    absl::Duration lost_retention = absl::Hours(1);
  };

  ControlStack(std::string servers, Options options);
  explicit ControlStack(std::string servers)
      : ControlStack(std::move(servers), Options()) {}
  ~ControlStack();

  ClusterViewPtr view() const { return table_.view(); }
  MemberPtr member(const std::string& name) const {
    return view()->members.Find(name);
  }
  // "UP", or "" for nobody.
  std::string status(const std::string& name) const;
  bool ready() const { return view()->connected && view()->synced; }
  bool leading() const { return controller_.leading(); }
  EventLog& events() { return events_; }
  Controller& controller() { return controller_; }
  // Drops the connections as a network fault would: of the watching session.
  void InterruptWatching();

  // Asks and waits for the answer.
  template <typename Result, typename Request>
  absl::StatusOr<Result> Ask(void (Controller::*call)(Request,
                                                      Controller::Done<Result>),
                             Request request) {
    return testing::AnswerOf<Result>([&](auto done) {
      (controller_.*call)(std::move(request), std::move(done));
    });
  }

  absl::StatusOr<TakeOfflineResult> TakeOffline(TakeOfflineRequest request) {
    return Ask<TakeOfflineResult>(&Controller::TakeOffline, std::move(request));
  }
  absl::StatusOr<BringOnlineResult> BringOnline(BringOnlineRequest request) {
    return Ask<BringOnlineResult>(&Controller::BringOnline, std::move(request));
  }

 private:
  EventLog events_;
  ClusterTable table_;
  base::Loop loop_;
  std::unique_ptr<zk::Session> session_;     // confined to loop_
  std::unique_ptr<ClusterWatcher> watcher_;  // confined to loop_
  Controller controller_;
};

// ControlTest gives each test a chroot of its own on a server, and an
// independent witness of what is there.
class ControlTest : public ::testing::Test {
 protected:
  ControlTest() : ControlTest(testing::ZkServer::Shared()) {}
  explicit ControlTest(testing::ZkServer& server);

  // A stack that is ready, and elected if it is the first.
  std::unique_ptr<ControlStack> MakeStack(ControlStack::Options options = {});

  // An ephemeral node as a program without our library would make it; goes
  // with the probe's session.
  void Join(const std::string& name, std::string_view record = "{}");
  // A record that speaks control.
  static std::string Record(std::string_view state, int64_t applied_epoch,
                            std::string_view more = "");

  model::Order StoredOrder(const std::string& name);
  // Newest last.
  std::vector<model::AuditEntry> Audit();

  static TakeOfflineRequest Drain(std::vector<std::string> names,
                                  std::string owner = "ops");
  static BringOnlineRequest Release(std::vector<std::string> names,
                                    std::string owner = "ops");

  testing::ZkServer& server_;
  const std::string chroot_;
  testing::ZkProbe probe_;
};

}  // namespace roster::monitor
