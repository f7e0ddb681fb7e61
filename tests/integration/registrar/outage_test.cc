// Servers that are away, full, frozen, or forbid things.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_ensemble.h"

namespace roster::registrar {
namespace {

using ::roster::testing::ExitStatus;
using ::roster::testing::Scaled;
using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::roster::testing::ZkEnsemble;
using ::roster::testing::ZkProbe;
using ::roster::testing::ZkServer;
using ::testing::Eq;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Lt;
using ::testing::Not;

using OutageTest = RegistrarTest;

absl::Duration Since(std::chrono::steady_clock::time_point start) {
  return absl::FromChrono(std::chrono::steady_clock::now() - start);
}

TEST(FirstStartTest, F1_RegistersOnceZooKeeperComesUp) {
  const auto server = ZkServer::NotStarted();
  RegistrarOptions options;
  options.servers = server->ConnectString();
  options.name = "web-01";
  const auto start = std::chrono::steady_clock::now();
  auto registrar = Registrar::Create(options);
  EXPECT_THAT(Since(start), Lt(Scaled(absl::Milliseconds(500))));
  ASSERT_OK(registrar);
  (*registrar)->SetGauge("depth", 7);
  EXPECT_FALSE((*registrar)->status().registered);
  EXPECT_THAT((*registrar)->status().reason,
              StatusIs(absl::StatusCode::kUnavailable));

  ASSERT_OK(server->Start());
  options.servers = server->ConnectString();
  EVENTUALLY((*registrar)->status().registered);
  ZkProbe probe(server->ConnectString());
  EXPECT_THAT(probe.Get("/clusterServer/web-01"),
              testing::IsOkAndHolds(HasSubstr("\"depth\":7")));
}

class OwnServer {
 protected:
  ZkServer own_server_;
};
class OwnServerTest : private OwnServer, public RegistrarTest {
 protected:
  OwnServerTest() : RegistrarTest(own_server_) {}
  using OwnServer::own_server_;
};

TEST_F(OwnServerTest, F15_LeavingAFrozenServerTakesAtMostFiveSeconds) {
  const auto process = StartMember(absl::Seconds(60), "leave");
  EVENTUALLY(State() == "UP");
  own_server_.Pause();
  const auto start = std::chrono::steady_clock::now();
  process->Kill(SIGTERM);

  EXPECT_THAT(process->Wait(absl::Seconds(6)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}));
  EXPECT_THAT(Since(start), Le(Scaled(absl::Seconds(5))));
  own_server_.Resume();
}

TEST_F(OwnServerTest, LeaveKeepsToTheCallersTimeout) {
  const auto registrar = MakeRegistered();
  own_server_.Pause();
  const auto start = std::chrono::steady_clock::now();

  EXPECT_THAT(registrar->Leave(absl::Milliseconds(200)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Since(start), Le(Scaled(absl::Milliseconds(3500))));
  own_server_.Resume();
}

TEST_F(OwnServerTest, SurvivesARestartOfTheServer) {
  RegistrarOptions options = Options();
  options.session_timeout = absl::Seconds(30);
  const auto registrar = MakeRegistered(std::move(options));
  const int64_t czxid = Czxid();
  own_server_.Kill9();
  registrar->SetGauge("depth", 7);
  ASSERT_OK(own_server_.Start());

  EVENTUALLY(Record() && Record()->gauges["depth"] == 7);
  EXPECT_EQ(Czxid(), czxid);
}

// A file system of its own for the data of a server.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted_ = mount("roster-test", path_.c_str(), "tmpfs", 0, "size=4m") == 0;
    error_ = errno;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  int error() const { return error_; }
  void Fill() {
    std::ofstream file(path_ / "ballast", std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), block.size()) && file.flush()) {
    }
  }
  void Free() { std::filesystem::remove(path_ / "ballast"); }

 private:
  const std::filesystem::path path_;
  bool mounted_ = false;
  int error_ = 0;
};

TEST(FullDiskTest, F18_ServerWithoutDiskSpaceCostsTimeButNoUpdate) {
  const auto server = ZkServer::NotStarted(
      {.extra_config = {"preAllocSize=64", "snapCount=1000000"}});
  SmallDisk disk(server->DataDir());
  if (!disk.mounted())
    GTEST_SKIP() << "NOT TESTED: needs the right to mount a tmpfs: "
                 << std::strerror(disk.error());
  ASSERT_OK(server->Start());
  LogLines log;
  RegistrarOptions options;
  options.servers = server->ConnectString();
  options.name = "web-01";
  options.session_timeout = absl::Seconds(60);
  options.min_update_interval = absl::Milliseconds(5);
  options.log = log.Sink();
  auto registrar = *Registrar::Create(std::move(options));
  EVENTUALLY(registrar->status().registered);

  // ZooKeeper stops when it cannot write its log.
  disk.Fill();
  int value = 0;
  EVENTUALLY_THAT(
      (registrar->SetGauge("depth", ++value), registrar->status().connection),
      Eq(zk::ConnectionState::kSuspended));
  registrar->SetGauge("depth", ++value);
  disk.Free();
  ASSERT_OK(server->Restart());

  ZkProbe probe(server->ConnectString());
  EVENTUALLY_THAT(
      probe.Get("/clusterServer/web-01"),
      testing::IsOkAndHolds(HasSubstr(absl::StrCat("\"depth\":", value))));
  registrar.reset();
  server->Stop();
}

// The server that is left of an ensemble serves only clients that are content
// with reading what may be old.
TEST(ReadOnlyMinorityTest, F18_IsSaidNotSpunOnAndEndsWithTheMajoritysReturn) {
  ZkEnsemble ensemble(3, {.jvm_flags = {"-Dreadonlymode.enabled=true"}});
  TcpProxy proxy(ensemble.server(0).port());
  RegistrarOptions options;
  options.servers = proxy.ConnectString();
  options.name = "web-01";
  options.session_timeout = absl::Seconds(4);
  options.min_update_interval = absl::Milliseconds(20);
  const auto registrar = *Registrar::Create(std::move(options));
  EVENTUALLY(registrar->status().registered);

  ensemble.server(1).Kill9();
  ensemble.server(2).Kill9();
  EVENTUALLY_THAT(ensemble.server(0).FourLetterWord("srvr"),
                  testing::IsOkAndHolds(HasSubstr("Mode: read-only")));
  EVENTUALLY_THAT(registrar->status().connection,
                  Eq(zk::ConnectionState::kLost));
  EXPECT_FALSE(registrar->status().registered);
  EXPECT_THAT(registrar->status().reason,
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(registrar->status().reason.message(), Not(IsEmpty()));
  registrar->SetGauge("depth", 7);
  // It keeps trying, but not as fast as it is turned away.
  const int tries = proxy.accepted_connections();
  const auto start = std::chrono::steady_clock::now();
  EVENTUALLY(proxy.accepted_connections() > tries + 3);
  EXPECT_THAT(Since(start), Gt(absl::Milliseconds(500)));

  ASSERT_OK(ensemble.StartAll());
  EVENTUALLY(registrar->status().registered);
  ZkProbe probe(ensemble.server(0).ConnectString());
  EVENTUALLY_THAT(probe.Get("/clusterServer/web-01"),
                  testing::IsOkAndHolds(HasSubstr("\"depth\":7")));
}

TEST_F(OutageTest, F19_MissingParentIsCreatedWithItsParents) {
  RegistrarOptions options = Options();
  options.members_path = "/a/b/c";
  const auto registrar = MakeRegistered(std::move(options));

  EXPECT_TRUE(probe_.Exists("/a/b/c/web-01"));
}

TEST_F(OutageTest, F19_ParentDeletedUnderLoadIsCreatedAgain) {
  const auto registrar = MakeRegistered();
  std::atomic<bool> done = false;
  std::atomic<int> value = 0;
  std::thread load([&] {
    while (!done) registrar->SetGauge("depth", ++value);
  });
  for (int i = 0; i < 5; ++i) {  // the pauses in between grow
    const int64_t czxid = Czxid();
    // The member may come back between the steps of the deletion.
    testing::WaitUntil([&] { return probe_.DeleteTree("/clusterServer").ok(); },
                       "deletion");
    const bool back = static_cast<bool>(
        testing::WaitUntil([&] { return Czxid() > czxid; }, "it is back"));
    EXPECT_TRUE(back);
  }
  done = true;
  load.join();

  EVENTUALLY(Record() && Record()->gauges["depth"] == value);
}

TEST_F(OutageTest, F20_AclThatRefusesCreationIsReportedNotSpunOn) {
  ASSERT_OK(probe_.CreateWithParents("/clusterServer"));
  ASSERT_OK(probe_.MakeReadOnly("/clusterServer"));
  TcpProxy proxy(server_.port());
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  const auto registrar = Make(std::move(options));

  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kPermissionDenied));
  // A few tries, whose pauses grow from 0.1 s on.
  const uint64_t bytes = proxy.bytes_to_server();
  const auto start = std::chrono::steady_clock::now();
  EVENTUALLY(proxy.bytes_to_server() > bytes + 1200);
  const double rate = static_cast<double>(proxy.bytes_to_server() - bytes) /
                      absl::ToDoubleSeconds(Since(start));
  EXPECT_THAT(rate, Lt(10'000));
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "cannot register"), 1);

  ASSERT_OK(probe_.Delete("/clusterServer"));
  EVENTUALLY(registrar->status().registered);
}

TEST_F(OutageTest, F20_AclThatRefusesWritesIsReportedNotSpunOn) {
  const auto registrar = MakeRegistered();
  ASSERT_OK(probe_.MakeReadOnly(kPath));
  registrar->SetState(model::ReportedState::kDegraded);

  EVENTUALLY_THAT(registrar->status().write_error,
                  StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_TRUE(registrar->status().registered);
  EXPECT_EQ(State(), "UP");
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "cannot write"), 1);

  ASSERT_OK(probe_.Delete(kPath));
  EVENTUALLY(State() == "DEGRADED");
  EVENTUALLY_THAT(registrar->status().write_error, testing::IsOk());
}

TEST_F(OutageTest, CredentialsKeepStrangersFromWritingTheNode) {
  RegistrarOptions options = Options();
  options.digest_credentials = "operator:secret";
  const auto registrar = MakeRegistered(std::move(options));

  // With credentials only their owner may change the node.
  EXPECT_THAT(probe_.Set(kPath, "graffiti"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  registrar->SetState(model::ReportedState::kDegraded);
  EVENTUALLY(State() == "DEGRADED");
}

}  // namespace
}  // namespace roster::registrar
