#include "tests/integration/control/control_fixture.h"

#include <algorithm>

#include "base/strings.h"
#include "model/member_status.h"
#include "model/monitor_record.h"

namespace roster::monitor {

ControlStack::ControlStack(std::string servers, Options options)
    : events_(options.id, 100'000),
      table_({.cluster = "default",
              .members_path = "/clusterServer",
              .left_retention = options.left_retention,
              .lost_retention = options.lost_retention},
             events_),
      loop_("watch"),
      controller_(
          loop_, table_,
          {.store = {.cluster = "default",
                     .members_path = "/clusterServer",
                     .paths = model::ClusterPaths("/roster", "default"),
                     .own_places = {"/roster", "/clusterServer",
                                    kOtherMembersPath},
                     .monitor_id = options.id,
                     .controllers = options.controllers,
                     .log = {}},
           .session = {.servers = servers,
                       .session_timeout = options.session_timeout},
           .fence = [this](auto done) { watcher_->Fence(std::move(done)); }}) {
  table_.SetChangeListener([this](const MemberChange& change) {
    controller_.OnMemberChange(change);
  });
  table_.SetClusterListener(
      [this](const ClusterViewPtr&) { controller_.OnClusterChange(); });
  loop_.Start();
  loop_.RunAndWait([&] {
    session_ = std::make_unique<zk::Session>(
        loop_, zk::SessionOptions{.servers = std::move(servers),
                                  .session_timeout = options.session_timeout});
    watcher_ = std::make_unique<ClusterWatcher>(
        loop_, *session_, table_,
        ClusterWatcherOptions{
            .members_path = "/clusterServer",
            .paths = model::ClusterPaths("/roster", "default")});
    session_->Start();
  });
  controller_.Start(
      model::SerializeMonitorRecord({.id = options.id, .host = "here"}));
}

ControlStack::~ControlStack() {
  controller_.Close();
  loop_.RunAndWait([this] {
    watcher_.reset();
    session_.reset();
  });
}

std::string ControlStack::status(const std::string& name) const {
  const MemberPtr found = member(name);
  if (found == nullptr) return "";
  return std::string(model::MemberStatusName(found->status));
}

void ControlStack::InterruptWatching() {
  loop_.RunAndWait([this] { session_->InterruptConnection(); });
}

ControlTest::ControlTest(testing::ZkServer& server)
    : server_(server),
      chroot_(server.NewChroot("control")),
      probe_(server.ConnectString(chroot_)) {
  EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
}

std::unique_ptr<ControlStack> ControlTest::MakeStack(
    ControlStack::Options options) {
  auto stack = std::make_unique<ControlStack>(server_.ConnectString(chroot_),
                                              std::move(options));
  EXPECT_TRUE(testing::WaitUntil([&] { return stack->ready(); }, "synced"));
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return probe_.Exists("/roster/default/requests"); }, "prepared"));
  return stack;
}

void ControlTest::Join(const std::string& name, std::string_view record) {
  ASSERT_OK(probe_
                .Create(base::StrCat("/clusterServer/", name), record,
                        testing::NodeKind::kEphemeral)
                .status());
}

std::string ControlTest::Record(std::string_view state, int64_t applied_epoch,
                                std::string_view more) {
  return base::StrCat(R"({"v":1,"state":")", state, R"(","applied_epoch":)",
                      applied_epoch, more.empty() ? "" : ",", more, "}");
}

model::Order ControlTest::StoredOrder(const std::string& name) {
  const auto data = probe_.Get(base::StrCat("/roster/default/control/", name));
  if (!data.ok()) return {};
  const auto order = model::ParseOrder(*data);
  EXPECT_OK(order.status());
  return order.value_or(model::Order{});
}

std::vector<model::AuditEntry> ControlTest::Audit() {
  std::vector<model::AuditEntry> entries;
  const auto names = probe_.Children("/roster/default/audit");
  if (!names.ok()) return entries;
  for (const std::string& name : *names) {
    const auto data = probe_.Get(base::StrCat("/roster/default/audit/", name));
    if (!data.ok()) continue;
    const auto entry = model::ParseAuditEntry(*data);
    EXPECT_OK(entry.status());
    if (entry.ok()) entries.push_back(*entry);
  }
  return entries;
}

TakeOfflineRequest ControlTest::Drain(std::vector<std::string> names,
                                      std::string owner) {
  TakeOfflineRequest request;
  request.meta.actor.name = owner;
  request.meta.content =
      base::StrCat("drain ", names.size(), names.empty() ? "" : names.front());
  request.meta.deadline = absl::Now() + testing::Scaled(absl::Seconds(10));
  request.targets.names = std::move(names);
  request.terms.owner = std::move(owner);
  request.terms.reason = "kernel upgrade";
  return request;
}

BringOnlineRequest ControlTest::Release(std::vector<std::string> names,
                                        std::string owner) {
  BringOnlineRequest request;
  request.meta.actor.name = owner;
  request.meta.content = base::StrCat("release ", names.size());
  request.meta.deadline = absl::Now() + testing::Scaled(absl::Seconds(10));
  request.targets.names = std::move(names);
  request.owner = std::move(owner);
  return request;
}

}  // namespace roster::monitor
