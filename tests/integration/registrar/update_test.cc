// What the service says arrives: the last value always, others merged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::TcpProxy;
using ::testing::Eq;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Lt;
using ::testing::SizeIs;

using UpdateTest = RegistrarTest;

TEST_F(UpdateTest, F8_WhatIsSetWhileDisconnectedIsWrittenOnReconnect) {
  TcpProxy proxy(server_.port());
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  options.session_timeout = absl::Seconds(30);
  const auto registrar = MakeRegistered(std::move(options));
  const int64_t czxid = Czxid();
  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY_THAT(registrar->status().connection,
                  Eq(zk::ConnectionState::kSuspended));

  for (int i = 1; i <= 100; ++i) {
    registrar->SetState(i % 2 == 0 ? model::ReportedState::kDegraded
                                   : model::ReportedState::kUp);
    registrar->SetGauge("depth", i);
  }
  EXPECT_TRUE(registrar->status().registered);  // the session lives
  proxy.Refuse(false);

  EVENTUALLY(State() == "DEGRADED");
  EXPECT_EQ(Record()->gauges["depth"], 100);
  EXPECT_EQ(Czxid(), czxid);
  EXPECT_THAT(registrar->status().writes, Le(3u));
}

TEST_F(UpdateTest, F9_ThousandsOfSetsBecomeFewWritesAndTheLastValue) {
  RegistrarOptions options = Options();
  options.min_update_interval = absl::Milliseconds(100);
  const auto registrar = MakeRegistered(std::move(options));
  const auto start = std::chrono::steady_clock::now();

  for (int i = 1; i <= 20'000; ++i) registrar->SetGauge("depth", i);
  EVENTUALLY(Record()->gauges["depth"] == 20'000);

  const double intervals =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start) /
      std::chrono::milliseconds(100);
  EVENTUALLY_THAT(registrar->status().coalesced, Gt(19'000u));
  EXPECT_THAT(static_cast<double>(registrar->status().writes),
              Le(3 + intervals));
}

TEST_F(UpdateTest, StateChangesDoNotWaitForTheIntervalAndTakeTheRestAlong) {
  RegistrarOptions options = Options();
  options.min_update_interval = absl::Hours(1);
  const auto registrar = MakeRegistered(std::move(options));

  registrar->SetGauge("depth", 1);  // would wait for an hour
  registrar->SetState(model::ReportedState::kDegraded);
  EVENTUALLY(State() == "DEGRADED");
  EXPECT_EQ(Record()->gauges["depth"], 1);
  registrar->SetState(model::ReportedState::kUp);
  EVENTUALLY(State() == "UP");
}

TEST_F(UpdateTest, F11_HostileContentNeitherHarmsTheNodeNorStopsUpdates) {
  RegistrarOptions options = Options();
  options.max_record_bytes = 2048;
  const auto registrar = MakeRegistered(std::move(options));
  const std::vector<std::string> texts = {std::string("a\0b", 3),
                                          "\xFF\xFE caf\xC3",
                                          "",
                                          "0",
                                          std::string(64 * 1024, 'x'),
                                          std::string(64 * 1024 + 1, 'x'),
                                          std::string(1 << 20, 'x')};

  int step = 0;
  for (const std::string& text : texts) {
    SCOPED_TRACE(::testing::PrintToString(text.substr(0, 20)));
    registrar->SetState(model::ReportedState::kUp, text);
    registrar->SetLabel("label", text);
    registrar->SetGauge(text, std::numeric_limits<double>::max());
    Task task = registrar->StartTask(text, 10, text);
    task.SetMessage(text);
    registrar->SetEndpoint("step", absl::StrCat(++step));
    EVENTUALLY(Record()->endpoints["step"] == absl::StrCat(step));
    EXPECT_THAT(probe_.Get(kPath)->size(), Le(2048u));
  }
  EXPECT_EQ(registrar->status().registrations, 1);
}

TEST_F(UpdateTest, F11_RecordOverTheLimitIsCutAndSaysSo) {
  const auto registrar = MakeRegistered();
  std::vector<Task> tasks;
  for (int i = 0; i < 60; ++i) {
    tasks.push_back(registrar->StartTask("t", 10, "documents"));
    tasks.back().SetMessage(std::string(500, 'm'));
  }
  EVENTUALLY_THAT(registrar->status().record_warning,
                  HasSubstr("over 4096 bytes"));
  registrar->SetState(model::ReportedState::kDegraded);
  EVENTUALLY(State() == "DEGRADED");
  EXPECT_EQ(log_.Count(base::LogLevel::kWarning, "record over"), 1);

  tasks.clear();
  registrar->SetGauge("depth", 1);
  EVENTUALLY(Record()->gauges["depth"] == 1);
  EVENTUALLY(Record()->tasks.size() < 10);
}

TEST_F(UpdateTest, F12_EveryLegalNameIsAMember) {
  for (const std::string& name :
       {std::string("a"), std::string("Web-01"), std::string("WEB-01"),
        std::string("web 01"), std::string("[2001:db8::1]:7000"),
        std::string("host#2"), std::string("caf\xC3\xA9"),
        std::string("!\"$%&'()*+,;<=>?@[\\]^`{|}~"), std::string(253, 'n'),
        std::string(255, 'n')}) {
    RegistrarOptions options = Options();
    options.name = name;
    const auto registrar = MakeRegistered(std::move(options));
    EXPECT_TRUE(Record("/clusterServer/" + name).has_value()) << name;
  }
}

TEST_F(UpdateTest, F12_NamesThatDifferInCaseAreTwoMembers) {
  RegistrarOptions options = Options();
  options.name = "WEB-01";
  const auto upper = MakeRegistered(std::move(options));
  const auto lower = MakeRegistered();

  EXPECT_THAT(*probe_.Children("/clusterServer"), SizeIs(2));
}

TEST_F(UpdateTest, F16_SixteenThreadsSetAtOnce) {
  const auto registrar = MakeRegistered();
  constexpr int kThreads = 16;
  constexpr int kCalls = 10'000 / kThreads;

  std::vector<std::thread> threads;
  Task shared = registrar->StartTask("shared");
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Task own = registrar->StartTask(absl::StrCat("own", t));
      for (int i = 1; i <= kCalls; ++i) {
        registrar->SetGauge(absl::StrCat("g", t), i);
        registrar->SetLabel("last", absl::StrCat(t));
        registrar->SetState(i % 2 == 0 ? model::ReportedState::kUp
                                       : model::ReportedState::kDegraded);
        own.SetDone(i);
        shared.Advance();
        registrar->status();
      }
      own.Finish();
    });
  }
  for (std::thread& thread : threads) thread.join();
  registrar->SetState(model::ReportedState::kUp, "all done");

  EVENTUALLY(Record()->state_reason == "all done");
  const auto record = *Record();
  for (int t = 0; t < kThreads; ++t)
    EXPECT_EQ(record.gauges.at(absl::StrCat("g", t)), kCalls);
  ASSERT_FALSE(record.tasks.empty());
  EXPECT_EQ(record.tasks[0].done, kThreads * kCalls);
}

TEST_F(UpdateTest, SettersDoNotWaitForAServerThatIsStuck) {
  TcpProxy proxy(server_.port());
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  const auto registrar = MakeRegistered(std::move(options));
  proxy.Blackhole(true);

  const auto start = std::chrono::steady_clock::now();
  for (int i = 1; i <= 10'000; ++i) {
    registrar->SetGauge("depth", i);
    registrar->SetState(i % 2 == 0 ? model::ReportedState::kUp
                                   : model::ReportedState::kDegraded);
  }
  // A microsecond each, and room for a busy machine and sanitizers.
  EXPECT_THAT(std::chrono::steady_clock::now() - start,
              Lt(absl::ToChronoNanoseconds(testing::Scaled(absl::Seconds(1)))));
  proxy.Blackhole(false);

  EVENTUALLY(Record() && Record()->gauges["depth"] == 10'000);
}

TEST_F(UpdateTest, TasksEndAsTheirHandlesDo) {
  const auto registrar = MakeRegistered();
  const auto state_of = [&](std::string_view name) -> std::string {
    const auto record = Record();
    for (const model::Task& task : record->tasks)
      if (task.name == name)
        return std::string(model::TaskStateName(task.state));
    return "none";
  };

  Task finished = registrar->StartTask("finished", 10, "files");
  finished.Advance(10);
  finished.Finish("well done");
  registrar->StartTask("failed").Fail("disk full");
  { Task destroyed = registrar->StartTask("destroyed"); }
  EXPECT_THROW(
      {
        Task thrown = registrar->StartTask("thrown");
        throw std::runtime_error("as work does");
      },
      std::runtime_error);
  Task moved = registrar->StartTask("moved");
  Task running = std::move(moved);
  running.SetDone(3);

  EVENTUALLY_THAT(state_of("moved"), Eq("RUNNING"));
  EXPECT_EQ(state_of("finished"), "SUCCEEDED");
  EXPECT_EQ(state_of("failed"), "FAILED");
  EXPECT_EQ(state_of("destroyed"), "CANCELLED");
  EXPECT_EQ(state_of("thrown"), "FAILED");
}

}  // namespace
}  // namespace roster::registrar
