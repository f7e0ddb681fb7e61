// Joining and leaving a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {
namespace {

using ::roster::testing::ExitStatus;
using ::roster::testing::StatusIs;
using ::roster::testing::Subprocess;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Key;
using ::testing::Le;
using ::testing::Pair;
using ::testing::SizeIs;

using LifecycleTest = RegistrarTest;

class Stopwatch {
 public:
  absl::Duration elapsed() const {
    return absl::FromChrono(std::chrono::steady_clock::now() - start_);
  }

 private:
  const std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
};

TEST_F(LifecycleTest, JoinsWithItsWholeRecord) {
  RegistrarOptions options = Options();
  options.version = "1.4.2";
  options.labels = {{"zone", "a"}};
  options.endpoints = {{"grpc", "10.0.0.7:50051"}};
  const auto registrar = MakeRegistered(std::move(options));

  const auto record = Record();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->service, "web");
  EXPECT_EQ(record->version, "1.4.2");
  EXPECT_EQ(record->state, model::ReportedState::kUp);
  EXPECT_THAT(record->labels, ElementsAre(Pair("zone", "a")));
  EXPECT_THAT(record->endpoints, ElementsAre(Pair("grpc", "10.0.0.7:50051")));
  EXPECT_THAT(record->incarnation, SizeIs(36));
  EXPECT_EQ(record->writer.pid, getpid());
  EXPECT_EQ(record->applied_epoch, 0);  // it obeys orders; there is none yet

  const RegistrarStatus status = registrar->status();
  EXPECT_EQ(status.path, kPath);
  EXPECT_OK(status.reason);
  EXPECT_EQ(status.session_id, Owner());
  EXPECT_EQ(status.czxid, Czxid());
  EXPECT_EQ(status.registrations, 1);
  EXPECT_EQ(status.writes, 1);
}

TEST_F(LifecycleTest, TakesTheHostNameByDefault) {
  RegistrarOptions options = Options();
  options.name.clear();
  const auto registrar = MakeRegistered(std::move(options));

  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_TRUE(probe_.Exists(absl::StrCat("/clusterServer/", host)));
}

TEST_F(LifecycleTest, SaysLeavingBeforeItGoes) {
  RegistrarOptions options = Options();
  options.leave_linger = absl::Seconds(1);
  const auto registrar = MakeRegistered(std::move(options));

  absl::Status left;
  std::thread leaver([&] { left = registrar->Leave(absl::Seconds(5), "bye"); });
  const bool said = static_cast<bool>(testing::WaitUntil(
      [&] { return State() == "LEAVING"; }, "it says LEAVING"));
  leaver.join();

  EXPECT_TRUE(said);
  EXPECT_OK(left);
  EXPECT_FALSE(probe_.Exists(kPath));
  EXPECT_FALSE(registrar->status().registered);
  EXPECT_THAT(registrar->status().reason,
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(LifecycleTest, DestructionIsACleanLeave) {
  auto registrar = MakeRegistered();
  const Stopwatch watch;
  registrar.reset();

  EXPECT_FALSE(probe_.Exists(kPath));
  EXPECT_THAT(watch.elapsed(), Le(testing::Scaled(absl::Seconds(1))));
}

TEST_F(LifecycleTest, AfterLeavingNothingHappensAnyMore) {
  const auto registrar = MakeRegistered();
  Task task = registrar->StartTask("t");
  EXPECT_OK(registrar->Leave());

  registrar->SetState(model::ReportedState::kDegraded);
  registrar->SetGauge("depth", 1);
  task.Advance();
  EXPECT_OK(registrar->Leave());

  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(LifecycleTest, ManyThreadsMayLeaveAtOnce) {
  const auto registrar = MakeRegistered();
  std::vector<std::thread> threads;
  std::atomic<int> ok = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { ok += registrar->Leave().ok(); });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(ok, 8);
}

TEST_F(LifecycleTest, LeavesQuicklyWhenItNeverConnected) {
  RegistrarOptions options = Options();
  options.servers = "127.0.0.1:1";
  const Stopwatch watch;
  Make(std::move(options)).reset();

  EXPECT_THAT(watch.elapsed(), Le(testing::Scaled(absl::Seconds(1))));
}

TEST_F(LifecycleTest, CallbacksThatThrowAreContained) {
  RegistrarOptions options = Options();
  std::atomic<int> calls = 0;
  options.on_status = [&](const RegistrarStatus&) {
    ++calls;
    throw std::runtime_error("from the service");
  };
  options.log = [sink = log_.Sink()](base::LogLevel level,
                                     std::string_view line) {
    sink(level, line);
    throw 42;
  };
  const auto registrar = MakeRegistered(std::move(options));

  EVENTUALLY_THAT(
      log_.Count(base::LogLevel::kError, "on_status threw: from the service"),
      Ge(1u));
  EXPECT_THAT(calls, Ge(1));
  EXPECT_EQ(State(), "UP");
}

TEST_F(LifecycleTest, LeavingFromTheCallbackIsRefusedNotADeadlock) {
  RegistrarOptions options = Options();
  std::atomic<Registrar*> self = nullptr;
  std::atomic<absl::StatusCode> code = absl::StatusCode::kOk;
  options.on_status = [&](const RegistrarStatus&) {
    if (Registrar* registrar = self) code = registrar->Leave().code();
  };
  const auto registrar = MakeRegistered(std::move(options));
  self = registrar.get();

  registrar->SetState(model::ReportedState::kDegraded);
  EVENTUALLY_THAT(code.load(),
                  ::testing::Eq(absl::StatusCode::kFailedPrecondition));
  self = nullptr;
}

TEST_F(LifecycleTest, RunsOneThread) {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                         std::filesystem::directory_iterator());
  };
  probe_.Exists("/");  // the probe has a thread of its own
  const auto before = threads();
  const auto registrar = MakeRegistered();

  EVENTUALLY_THAT(threads(), ::testing::Eq(before + 1));
}

TEST_F(LifecycleTest, ReportsTheMachine) {
  RegistrarOptions options = Options();
  options.host_gauges = true;
  options.host_gauges_interval = absl::Seconds(1);
  const auto registrar = MakeRegistered(std::move(options));

  EVENTUALLY_THAT(Record()->gauges,
                  IsSupersetOf({Key("cpu_ratio"), Key("memory_used_ratio"),
                                Key("memory_used_bytes"), Key("load1"),
                                Key("disk_used_ratio"), Key("open_fds")}));
}

// F15: the process ends, whatever ends it, and nobody waits for ever.
TEST_F(LifecycleTest, F15_ExitWithAStaticRegistrarLeavesCleanly) {
  const auto process = StartMember(absl::Seconds(10), "exit");
  EVENTUALLY(State() == "UP");
  process->Kill(SIGTERM);

  EXPECT_THAT(process->Wait(absl::Seconds(5)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(LifecycleTest, F15_SignalsDoNotDisturbTheLeave) {
  const auto process = StartMember(absl::Seconds(10), "storm");
  EVENTUALLY(State() == "UP");
  process->Kill(SIGTERM);

  EXPECT_THAT(process->Wait(absl::Seconds(5)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_FALSE(probe_.Exists(kPath));
}

class FileIndexerTest : public RegistrarTest {
 protected:
  std::unique_ptr<Subprocess> Start(std::vector<std::string> more) {
    std::vector<std::string> argv = {
        FILE_INDEXER, "--zookeeper", server_.ConnectString(chroot_),
        "--name",     kName,         "--label",
        "zone=a"};
    argv.insert(argv.end(), more.begin(), more.end());
    return *Subprocess::Start({.argv = argv});
  }
  void WriteFiles(int count) {
    for (int i = 0; i < count; ++i)
      testing::WriteFile(dir_.File(absl::StrCat("f", i)),
                         absl::StrCat("alpha beta word", i % 2));
  }

  testing::TempDir dir_;
};

TEST_F(FileIndexerTest, ReportsTheWorkThatItDoes) {
  WriteFiles(40);
  const auto process = Start({"--pace", "20", "--passes", "1", dir_.path()});

  EVENTUALLY(Record().has_value());
  const auto record = *Record();
  EXPECT_EQ(record.service, "file-indexer");
  EXPECT_THAT(record.labels, Contains(Pair("zone", "a")));
  EVENTUALLY(Record() && !Record()->tasks.empty() &&
             Record()->tasks[0].done > 0);
  EXPECT_EQ(Record()->tasks[0].total, 40);
  EXPECT_EQ(Record()->tasks[0].unit, "files");
  EVENTUALLY(Record() && Record()->gauges["index_words"] == 4);
  EVENTUALLY(Record() && Record()->gauges["duplicate_files"] > 0);

  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_FALSE(probe_.Exists(kPath));
  EXPECT_THAT(process->Stderr(),
              HasSubstr("pass 1: 40 files, 4 words, 38 duplicates"));
}

TEST_F(FileIndexerTest, FinishesTheFilesItHasTakenAndGoesOnWhenReleased) {
  WriteFiles(150);
  const auto process =
      Start({"--pace", "50", "--batch", "40", "--passes", "1", dir_.path()});
  EVENTUALLY(Record() && !Record()->tasks.empty() &&
             Record()->tasks[0].done > 0);

  WriteOrder(1, /*held=*/true);
  EVENTUALLY(State() == "DRAINED");
  const model::Task drained = Record()->tasks.at(0);
  EXPECT_EQ(drained.state, model::TaskState::kSucceeded);
  EXPECT_THAT(drained.done, AnyOf(40, 80, 120));  // whole batches
  EXPECT_EQ(drained.total, drained.done);
  EXPECT_THAT(drained.message,
              HasSubstr(absl::StrCat(150 - drained.done, " left for later")));

  WriteOrder(2, /*held=*/false);
  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  // All files, and each once.
  EXPECT_THAT(process->Stderr(), HasSubstr("pass 1: 150 files"));
}

TEST_F(FileIndexerTest, F63_ImmediateAndOverdueOrdersStopAfterTheFileInHand) {
  WriteFiles(100);
  int64_t epoch = 0;
  for (const bool immediate : {true, false}) {
    model::Hold hold = {.id = "h-1", .owner = "ops"};
    if (immediate)
      hold.mode = model::HoldMode::kImmediate;
    else
      hold.deadline = absl::Now() - absl::Seconds(1);
    WriteOrder(++epoch, /*held=*/false);
    const auto process = Start({"--pace", "5", dir_.path()});
    EVENTUALLY(State() == "UP" && !Record()->tasks.empty());

    WriteOrder({.epoch = ++epoch, .holds = {hold}});
    EVENTUALLY(State() == "DRAINED");  // a batch would take 20 s
    process->Kill(SIGTERM);
    ASSERT_OK(process->Wait(absl::Seconds(5)));
  }
}

TEST_F(FileIndexerTest, EndsForARestartOnceAndIsHeldAfterwards) {
  WriteFiles(100);
  const std::vector<std::string> argv = {
      "--pace", "50", "--batch", "5", "--exit-when-drained", dir_.path()};
  auto process = Start(argv);
  EVENTUALLY(State() == "UP");
  const std::string first = Record()->incarnation;
  model::Hold hold = {.id = "h-1", .owner = "rolling", .restart = true};
  WriteOrder({.epoch = 1, .holds = {hold}});
  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_FALSE(probe_.Exists(kPath));

  process = Start(argv);  // as a supervisor would
  EVENTUALLY(State() == "DRAINED");
  EXPECT_NE(Record()->incarnation, first);
  WriteOrder({.epoch = 2});
  EVENTUALLY(State() == "UP");
  EVENTUALLY(Record() && Record()->gauges["index_files"] > 0);
  EXPECT_TRUE(process->Running());
}

TEST_F(FileIndexerTest, HoldThatIsNoRestartDoesNotEndIt) {
  WriteFiles(3);
  const auto process =
      Start({"--pace", "100", "--exit-when-drained", dir_.path()});
  EVENTUALLY(State() == "UP");

  WriteOrder(1, /*held=*/true);
  EVENTUALLY(State() == "DRAINED");
  WriteOrder(2, /*held=*/false);
  EVENTUALLY(State() == "UP");
  EVENTUALLY(Record() && Record()->gauges["passes"] > 1);
}

TEST_F(FileIndexerTest, SigtermIsACleanLeave) {
  WriteFiles(100);
  const auto process = Start({"--pace", "10", dir_.path()});
  EVENTUALLY(State() == "UP");
  process->Kill(SIGTERM);

  EXPECT_THAT(process->Wait(absl::Seconds(5)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_FALSE(probe_.Exists(kPath));
}

// Another language, the same contract.
TEST_F(LifecycleTest, PythonMemberJoinsReportsReturnsAndLeaves) {
  const testing::TempDir dir;
  for (int i = 0; i < 2000; ++i)
    testing::WriteFile(dir.File(absl::StrCat("f", i)), "alpha");
  const auto process = *Subprocess::Start(
      {.argv = {"/usr/bin/python3", MEMBERSHIP_PY, kName, dir.path(),
                "--zookeeper", server_.ConnectString(chroot_)}});
  ASSERT_TRUE(testing::WaitUntil(
      [&] {
        const auto record = Record();
        return record && !record->tasks.empty() && record->tasks[0].done > 0;
      },
      "it reports progress"))
      << process->Stderr();
  EXPECT_EQ(Record()->state, model::ReportedState::kUp);
  EXPECT_FALSE(Record()->applied_epoch.has_value());

  const int64_t first = Czxid();
  ASSERT_OK(probe_.ExpireSession(Owner()));
  EVENTUALLY(Czxid() > first);

  process->Kill(SIGTERM);
  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}))
      << process->Stderr();
  EXPECT_FALSE(probe_.Exists(kPath));
}

}  // namespace
}  // namespace roster::registrar
