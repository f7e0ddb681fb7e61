// The C interface, used from C99 on a real ZooKeeper; and what only C++ can do
// to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "absl/strings/str_split.h"
#include "base/version.h"
#include "roster/registrar.h"
#include "tests/integration/registrar/c/service.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::registrar {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

class CInterfaceTest : public RegistrarTest {
 protected:
  std::string Servers() { return server_.ConnectString(chroot_); }
  service* Start() {
    roster_error error;
    service* started = service_start(Servers().c_str(), kName, &error);
    if (started == nullptr) ADD_FAILURE() << error.message;
    return started;
  }
  static roster_status StatusOf(roster_registrar* registrar) {
    roster_status status = {};
    status.size = sizeof status;
    EXPECT_EQ(roster_registrar_status(registrar, &status), ROSTER_OK);
    return status;
  }
  roster_options Plain() {
    roster_options options = {};
    options.size = sizeof options;
    servers_ = Servers();
    options.servers = servers_.c_str();
    options.name = kName;
    options.session_timeout_ms = 4000;
    return options;
  }
  std::string servers_;
};

TEST_F(CInterfaceTest, RegistersAndReports) {
  service* self = Start();
  roster_registrar* registrar = service_registrar(self);
  EVENTUALLY_THAT(State(), Eq("STARTING"));
  EXPECT_EQ(Record()->service, "c-service");
  EXPECT_EQ(Record()->version, "1.2.3");
  EXPECT_THAT(Record()->endpoints, ElementsAre(Pair("http", "127.0.0.1:80")));
  EXPECT_THAT(Record()->labels,
              ElementsAre(Pair("tier", "gold"), Pair("zone", "a")));

  EXPECT_EQ(roster_registrar_set_state(registrar, ROSTER_STATE_DEGRADED,
                                       "half of the disks"),
            ROSTER_OK);
  roster_registrar_set_gauge(registrar, "queue_depth", 42);
  roster_registrar_set_gauge(registrar, "gone", 1);
  roster_registrar_remove_gauge(registrar, "gone");
  roster_registrar_set_label(registrar, "tier", nullptr);
  roster_registrar_set_endpoint(registrar, "grpc", "127.0.0.1:81");
  EVENTUALLY_THAT(State(), Eq("DEGRADED"));
  EVENTUALLY_THAT(Record()->gauges, ElementsAre(Pair("queue_depth", 42)));
  EVENTUALLY_THAT(Record()->labels, ElementsAre(Pair("zone", "a")));
  EVENTUALLY_THAT(Record()->endpoints, SizeIs(2));
  EXPECT_EQ(Record()->state_reason, "half of the disks");

  const roster_status status = StatusOf(registrar);
  EXPECT_EQ(status.size, sizeof status);
  EXPECT_EQ(status.registered, 1);
  EXPECT_EQ(status.reason.code, ROSTER_OK);
  EXPECT_EQ(status.connection, ROSTER_CONNECTION_CONNECTED);
  EXPECT_EQ(status.czxid, Czxid());
  EXPECT_EQ(status.session_id, Owner());
  EXPECT_EQ(status.reported_state, ROSTER_STATE_DEGRADED);
  EXPECT_EQ(status.drain_deadline_ms, INT64_MAX);
  EXPECT_EQ(status.update_interval_ms, 20);
  EXPECT_EQ(status.registrations, 1u);
  EXPECT_GT(service_seen(self).statuses, 0);
  EXPECT_GT(service_seen(self).lines, 0);
  EXPECT_EQ(service_stop(self), ROSTER_OK);
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(CInterfaceTest, ReportsTasksFromStartToEnd) {
  service* self = Start();
  roster_registrar* registrar = service_registrar(self);
  roster_task* good =
      roster_task_start(registrar, "reindex", 1000, "documents", 60'000);
  roster_task* bad = roster_task_start(registrar, "compact", -1, nullptr, 0);
  roster_task* left = roster_task_start(registrar, "scan", 5, "files", 0);
  for (int i = 0; i < 400; ++i) roster_task_advance(good, 1);
  roster_task_set_message(good, "half way");
  EVENTUALLY(Record() && Record()->tasks.size() == 3 &&
             Record()->tasks[0].done == 400);
  const model::Task task = Record()->tasks[0];
  EXPECT_EQ(task.name, "reindex");
  EXPECT_EQ(task.total, 1000);
  EXPECT_EQ(task.unit, "documents");
  EXPECT_EQ(task.message, "half way");
  EXPECT_EQ(task.stall_after, absl::Minutes(1));
  EXPECT_FALSE(Record()->tasks[1].total);
  EXPECT_EQ(Record()->tasks[1].stall_after, model::kDefaultStallAfter);

  roster_task_set_total(good, 2000);
  roster_task_set_done(good, 2000);
  roster_task_finish(good, nullptr);
  roster_task_fail(bad, "disk full");
  roster_task_free(left);  // while it runs
  const auto ended = [&](const std::string& name) {
    const auto record = Record();
    for (const model::Task& task : record->tasks)
      if (task.name == name)
        return std::string(model::TaskStateName(task.state)) + ":" +
               task.message;
    return std::string();
  };
  EVENTUALLY_THAT(ended("reindex"), Eq("SUCCEEDED:half way"));
  EVENTUALLY_THAT(ended("compact"), Eq("FAILED:disk full"));
  EVENTUALLY_THAT(ended("scan"), Eq("CANCELLED:"));
  roster_task_free(good);
  roster_task_free(bad);
  service_stop(self);
}

TEST_F(CInterfaceTest, IsToldOfADrainAndOfItsEnd) {
  service* self = Start();
  roster_registrar_set_state(service_registrar(self), ROSTER_STATE_UP, nullptr);
  EVENTUALLY_THAT(State(), Eq("UP"));

  model::Order order;
  order.epoch = 7;
  order.holds.push_back({.id = "h-1",
                         .owner = "ops",
                         .reason = "kernel",
                         .ticket = "OPS-12",
                         .deadline = absl::FromUnixMillis(4'000'000'000'000),
                         .restart = true});
  WriteOrder(order);
  EVENTUALLY_THAT(State(), Eq("DRAINING"));
  EVENTUALLY_THAT(service_seen(self).drains, Eq(1));
  const seen told = service_seen(self);
  EXPECT_EQ(told.epoch, 7);
  EXPECT_EQ(told.hold_count, 1u);
  EXPECT_STREQ(told.owner, "ops");
  EXPECT_STREQ(told.reason, "kernel");
  EXPECT_STREQ(told.ticket, "OPS-12");
  EXPECT_EQ(told.mode, ROSTER_HOLD_DRAIN);
  EXPECT_EQ(told.restart, 1);
  EXPECT_EQ(told.deadline_ms, 4'000'000'000'000);
  roster_status status = StatusOf(service_registrar(self));
  EXPECT_EQ(status.held, 1);
  EXPECT_EQ(status.applied_epoch, 7);
  EXPECT_EQ(status.drain_deadline_ms, 4'000'000'000'000);

  // What would wait for the thread that asks is refused.
  EXPECT_EQ(told.leave_inside, ROSTER_FAILED_PRECONDITION);
  EXPECT_EQ(told.destroy_inside, ROSTER_FAILED_PRECONDITION);
  EVENTUALLY_THAT(Record()->gauges, ElementsAre(Pair("drains", 1)));

  EXPECT_EQ(service_finish_drain(self), ROSTER_OK);
  EVENTUALLY_THAT(State(), Eq("DRAINED"));
  EVENTUALLY_THAT(service_seen(self).last_state, Eq(ROSTER_STATE_DRAINED));
  WriteOrder(8, false);
  EVENTUALLY_THAT(State(), Eq("UP"));
  EVENTUALLY_THAT(service_seen(self).onlines, Eq(1));
  service_stop(self);
}

TEST_F(CInterfaceTest, IsHeldFromTheStart) {
  WriteOrder(3, true);
  service* self = Start();
  EVENTUALLY_THAT(State(), Eq("DRAINING"));
  EXPECT_EQ(service_seen(self).drains, 1);
  EXPECT_EQ(service_seen(self).restart, 0);
  EXPECT_EQ(service_finish_drain(self), ROSTER_OK);
  EVENTUALLY_THAT(State(), Eq("DRAINED"));
  service_stop(self);
}

TEST_F(CInterfaceTest, HasAnAnswerToBadInput) {
  const char* wrong = answer_to_bad_input(Servers().c_str());
  EXPECT_EQ(wrong, nullptr) << wrong;
}

// The library's descriptors run out at another place with each limit.
TEST_F(CInterfaceTest, RefusesOrWaitsWhenDescriptorsRunOutButNeverDies) {
  int refused = 0;
  for (int limit = 0; limit <= 12; ++limit) {
    SCOPED_TRACE(limit);
    auto process = testing::Subprocess::Start(
        {.argv = {FEW_DESCRIPTORS, Servers(), std::to_string(limit)}});
    ASSERT_TRUE(process.ok()) << process.status();
    const auto end = (*process)->Wait(absl::Seconds(20));
    ASSERT_TRUE(end.ok()) << end.status() << (*process)->Stderr();
    EXPECT_EQ(*end, testing::ExitStatus()) << (*process)->Stderr();
    const std::string said = (*process)->Stdout();
    if (said == "registered\n") continue;
    EXPECT_EQ(said,
              "refused: RESOURCE_EXHAUSTED cannot make an event loop: "
              "Too many open files\n");
    EXPECT_EQ(++refused, limit + 1);  // the lower limits, and no others
  }
  EXPECT_THAT(refused, AllOf(Ge(4), Le(6)));
}

TEST_F(CInterfaceTest, HandlesMayOutliveTheirRegistrar) {
  const char* wrong = use_handles_afterwards(Servers().c_str());
  EXPECT_EQ(wrong, nullptr) << wrong;
}

TEST_F(CInterfaceTest, ZooKeeperThatIsAwayIsNoError) {
  roster_options options = Plain();
  options.servers = "127.0.0.1:1";
  roster_registrar* registrar = roster_registrar_create(&options, nullptr);
  ASSERT_NE(registrar, nullptr);
  const roster_status status = StatusOf(registrar);
  EXPECT_EQ(status.registered, 0);
  EXPECT_EQ(status.reason.code, ROSTER_UNAVAILABLE);
  EXPECT_THAT(status.reason.message, HasSubstr("ZooKeeper"));
  EXPECT_EQ(status.applied_epoch, -1);
  EXPECT_EQ(status.written_state, ROSTER_STATE_NONE);
  roster_error error;
  EXPECT_NE(roster_registrar_leave(registrar, 10, nullptr, &error), ROSTER_OK);
  EXPECT_STRNE(error.message, "");
  EXPECT_EQ(roster_registrar_destroy(registrar), ROSTER_OK);
}

TEST_F(CInterfaceTest, AProgramOfANewerHeaderIsServedIfItAsksNothingNew) {
  struct Newer {
    roster_options known;
    const char* unknown;
  } newer = {Plain(), nullptr};
  newer.known.size = sizeof newer;
  roster_registrar* registrar = roster_registrar_create(&newer.known, nullptr);
  ASSERT_NE(registrar, nullptr);
  roster_registrar_destroy(registrar);

  newer.unknown = "wanted";
  roster_error error;
  EXPECT_EQ(roster_registrar_create(&newer.known, &error), nullptr);
  EXPECT_EQ(error.code, ROSTER_INVALID_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("too old"));
}

TEST_F(CInterfaceTest, AStatusIsFilledAsFarAsItReaches) {
  const roster_options options = Plain();
  roster_registrar* registrar = roster_registrar_create(&options, nullptr);
  roster_status status;
  std::memset(&status, 0x5a, sizeof status);
  status.size = offsetof(roster_status, since_ms);
  EXPECT_EQ(roster_registrar_status(registrar, &status), ROSTER_OK);
  EXPECT_EQ(status.size, offsetof(roster_status, since_ms));
  EXPECT_EQ(status.since_ms, 0x5a5a5a5a5a5a5a5a);

  struct Newer {
    roster_status known;
    int64_t unknown;
  } newer = {{}, 99};
  newer.known.size = sizeof newer;
  EXPECT_EQ(roster_registrar_status(registrar, &newer.known), ROSTER_OK);
  EXPECT_EQ(newer.known.size, sizeof(roster_status));
  EXPECT_EQ(newer.unknown, 99);
  roster_registrar_destroy(registrar);
}

TEST_F(CInterfaceTest, SwallowsWhatACallbackThrows) {
  roster_options options = Plain();
  options.on_status = [](void*, const roster_status*) {
    throw std::runtime_error("from on_status");
  };
  options.log = [](void*, roster_log_level, const char*) { throw 1; };
  roster_registrar* registrar = roster_registrar_create(&options, nullptr);
  EVENTUALLY_THAT(State(), Eq("UP"));
  EXPECT_EQ(roster_registrar_destroy(registrar), ROSTER_OK);
}

TEST_F(CInterfaceTest, SignalsOfTheServiceStayWithItsOwnThreads) {
  const roster_options options = Plain();
  roster_registrar* registrar = roster_registrar_create(&options, nullptr);
  EVENTUALLY_THAT(State(), Eq("UP"));
  bool found = false;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    if (testing::ReadFile(task.path() / "comm") != "roster\n") continue;
    found = true;
    const std::string status = testing::ReadFile(task.path() / "status");
    const size_t line = status.find("SigBlk:\t");
    ASSERT_NE(line, std::string::npos);
    const uint64_t blocked = std::stoull(status.substr(line + 8), nullptr, 16);
    EXPECT_TRUE(blocked >> (SIGTERM - 1) & 1);
    EXPECT_TRUE(blocked >> (SIGCHLD - 1) & 1);
    EXPECT_FALSE(blocked >> (SIGSEGV - 1) & 1);
  }
  EXPECT_TRUE(found);
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  EXPECT_FALSE(sigismember(&mine, SIGTERM));
  roster_registrar_destroy(registrar);
}

TEST(CLibraryTest, TellsItsVersion) { EXPECT_EQ(roster_version(), kVersion); }

TEST(CLibraryTest, ShowsNothingButItsInterface) {
  const auto listed = testing::RunCommand(
      {"nm", "--dynamic", "--defined-only", "--format=posix", LIBROSTER});
  ASSERT_OK(listed);
  ASSERT_EQ(listed->status.code, 0) << listed->err;
  int functions = 0;
  for (const auto line : absl::StrSplit(listed->out, '\n', absl::SkipEmpty())) {
    const std::string symbol(line.substr(0, line.find(' ')));
    if (symbol == "ROSTER_0") continue;  // the name of the version
    EXPECT_THAT(symbol, StartsWith("roster_"));
    EXPECT_THAT(symbol, HasSubstr("@@ROSTER_0"));
    ++functions;
  }
  EXPECT_GE(functions, 20);
}

}  // namespace
}  // namespace roster::registrar
