// Whose node is it? Restarts, duplicates, and nodes in the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "registrar/host_identity.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::Direction;
using ::roster::testing::NodeKind;
using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::roster::testing::WaitUntil;
using ::roster::testing::ZkProbe;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;

// What a node must be re-created within, after whatever removed it.
const absl::Duration kPromptly = testing::Scaled(absl::Seconds(1));

class ConflictTest : public RegistrarTest {
 protected:
  // A record as a process of this host wrote it that is dead by now.
  std::string RecordOfDeadProcess() {
    model::MemberRecord record;
    record.incarnation = NewIncarnation();
    record.writer = ThisWriter();
    record.writer.pid_started = "1";  // this pid, in an earlier life
    return *model::SerializeMemberRecord(record);
  }
  std::string RecordOfAnotherHost() {
    model::MemberRecord record;
    record.incarnation = NewIncarnation();
    record.writer = {.host_id = "elsewhere", .pid = 77, .pid_started = "1"};
    return *model::SerializeMemberRecord(record);
  }
  // The name is taken by `data`, in a session of `other`.
  void Occupy(ZkProbe& other, const std::string& data) {
    ASSERT_OK(other.CreateWithParents("/clusterServer"));
    ASSERT_OK(other.Create(kPath, data, NodeKind::kEphemeral));
  }
};

TEST_F(ConflictTest, F2_CutAfterCreateLeavesOneNodeOfTheSession) {
  ASSERT_OK(probe_.CreateWithParents("/clusterServer"));
  TcpProxy proxy(server_.port());
  proxy.CutBeforeReply(kPath);  // the first to name it is the create
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  const auto registrar = MakeRegistered(std::move(options));

  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  EXPECT_THAT(probe_.Children("/clusterServer"),
              testing::IsOkAndHolds(ElementsAre(kName)));
  EXPECT_EQ(Owner(), registrar->status().session_id);
  EXPECT_EQ(registrar->status().registrations, 1);
}

// The cut at each of many places of the conversation.
TEST_F(ConflictTest, F2_CutAnywhereLeavesOneNodeOfTheSession) {
  for (int bytes = 20; bytes < 1000; bytes += 70) {
    TcpProxy proxy(server_.port());
    proxy.CutAfterClientBytes(bytes);
    RegistrarOptions options = Options();
    options.servers = proxy.ConnectString(chroot_);
    const auto registrar = MakeRegistered(std::move(options));
    registrar->SetGauge("bytes", bytes);

    EVENTUALLY(Record() && Record()->gauges["bytes"] == bytes);
    EXPECT_THAT(probe_.Children("/clusterServer"),
                testing::IsOkAndHolds(ElementsAre(kName)));
    EXPECT_EQ(Owner(), registrar->status().session_id);
  }
}

TEST_F(ConflictTest, F3_KilledAndRestartedIsUpAtOnceAndStaysUp) {
  auto process = StartMember(absl::Seconds(30));
  EVENTUALLY(State() == "UP");
  const int64_t first = Czxid();
  const int64_t first_session = Owner();

  process->Kill(SIGKILL);
  ASSERT_OK(process->Wait(absl::Seconds(5)));
  EXPECT_EQ(Czxid(), first);  // the dead one's node is still there
  process = StartMember(absl::Seconds(30));
  EXPECT_TRUE(WaitUntil([&] { return Czxid() > first; }, "it is replaced",
                        absl::Seconds(1)));
  const int64_t second = Czxid();
  ASSERT_OK(probe_.ExpireSession(first_session));

  EXPECT_EQ(Czxid(), second);
  EXPECT_NE(Owner(), first_session);
  EXPECT_EQ(State(), "UP");
}

TEST_F(ConflictTest, F3_ReplacesInOneStep) {
  ZkProbe dead(server_.ConnectString(chroot_));
  Occupy(dead, RecordOfDeadProcess());
  const auto before = *probe_.Stat("/clusterServer");
  const auto registrar = MakeRegistered();

  const auto after = *probe_.Stat("/clusterServer");
  const auto node = *probe_.Stat(kPath);
  // Delete and create are one transaction: the same zxid.
  EXPECT_EQ(after.cversion, before.cversion + 2);
  EXPECT_EQ(after.pzxid, node.czxid);
  EXPECT_EQ(node.ephemeral_owner, registrar->status().session_id);
}

// The dead predecessor's session ends at each of many moments of the
// re-creation.
TEST_F(ConflictTest, F4_OldSessionExpiresDuringRecreation) {
  for (uint64_t bytes = 50; bytes < 900; bytes += 50) {
    ZkProbe dead(server_.ConnectString(chroot_));
    Occupy(dead, RecordOfDeadProcess());
    TcpProxy proxy(server_.port());
    proxy.Delay(absl::Milliseconds(2));
    RegistrarOptions options = Options();
    options.servers = proxy.ConnectString(chroot_);
    const auto registrar = Make(std::move(options));
    ASSERT_TRUE(WaitUntil(
        [&] {
          return proxy.bytes_to_server() >= bytes ||
                 registrar->status().registered;
        },
        "it got so far"));
    ASSERT_OK(probe_.ExpireSession(dead.session_id()));

    EXPECT_TRUE(WaitUntil(
        [&] {
          return registrar->status().registered &&
                 Owner() == registrar->status().session_id;
        },
        "it is registered", absl::Seconds(1)))
        << bytes << " " << registrar->status().reason;
  }
}

TEST_F(ConflictTest, F5_RecreatesNodeDeletedByOperator) {
  const auto registrar = MakeRegistered();
  registrar->SetState(model::ReportedState::kDegraded, "slow disk");
  EVENTUALLY(State() == "DEGRADED");

  const int64_t czxid = Czxid();
  ASSERT_OK(probe_.Delete(kPath));
  EXPECT_TRUE(WaitUntil([&] { return Czxid() > czxid; }, "it is there again",
                        absl::Seconds(1)));
  EXPECT_EQ(State(), "DEGRADED");
  EVENTUALLY_THAT(registrar->status().czxid, Eq(Czxid()));
  EXPECT_EQ(registrar->status().registrations, 2);
}

TEST_F(ConflictTest, F5_NodeDeletedAgainAndAgainComesBackAfterGrowingPauses) {
  const auto registrar = MakeRegistered();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    const int64_t czxid = Czxid();
    ASSERT_OK(probe_.Delete(kPath));
    EVENTUALLY(Czxid() > czxid);
  }

  // At least a tenth each of 0.2, 0.4, 0.8, 1.6 and 3.2 s.
  EXPECT_THAT(absl::FromChrono(std::chrono::steady_clock::now() - start),
              Ge(absl::Milliseconds(620)));
  EVENTUALLY_THAT(registrar->status().registrations, Eq(7u));
}

TEST_F(ConflictTest, LeavingDoesNotWaitForThePauseAfterADeletion) {
  const auto registrar = MakeRegistered();
  for (int i = 0; i < 4; ++i) {
    const int64_t czxid = Czxid();
    ASSERT_OK(probe_.Delete(kPath));
    EVENTUALLY(Czxid() > czxid);
  }
  ASSERT_OK(probe_.Delete(kPath));
  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kNotFound));
  const auto start = std::chrono::steady_clock::now();

  EXPECT_THAT(registrar->Leave(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(absl::FromChrono(std::chrono::steady_clock::now() - start),
              Le(testing::Scaled(absl::Milliseconds(150))));
}

TEST_F(ConflictTest, F6_DuplicateHostIsRefusedAndAlarmed) {
  ZkProbe first(server_.ConnectString(chroot_));
  Occupy(first, RecordOfAnotherHost());
  const auto before = *probe_.Stat(kPath);
  const auto registrar = Make();

  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kAlreadyExists,
                           AllOf(HasSubstr(kPath), HasSubstr("pid 77"))));
  registrar->SetState(model::ReportedState::kDegraded);
  registrar->SetGauge("depth", 1);
  // The alarm is raised once, not at each try.
  EXPECT_TRUE(WaitUntil(
      [&] { return log_.Count(base::LogLevel::kError, "cannot register") > 0; },
      "the alarm"));
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "cannot register"), 1);
  const auto after = *probe_.Stat(kPath);
  EXPECT_EQ(after.mzxid, before.mzxid);
  EXPECT_EQ(after.ephemeral_owner, first.session_id());

  // When the other goes, the name is taken over without waiting for a retry.
  ASSERT_OK(first.Delete(kPath));
  EXPECT_TRUE(WaitUntil([&] { return registrar->status().registered; },
                        "it took over", absl::Seconds(1)));
  EXPECT_EQ(State(), "DEGRADED");
}

TEST_F(ConflictTest, F6_LiveProcessOfThisHostIsNotReplacedEvenIfItIsStopped) {
  const auto process = StartMember(absl::Seconds(30));
  EVENTUALLY(State() == "UP");
  const int64_t czxid = Czxid();
  process->Kill(SIGSTOP);
  const auto registrar = Make();

  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Czxid(), czxid);
}

TEST_F(ConflictTest, F6_TwoInOneProcessDoNotReplaceEachOther) {
  const auto first = MakeRegistered();
  const auto second = Make();

  EVENTUALLY_THAT(second->status().reason,
                  StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Owner(), first->status().session_id);
}

TEST_F(ConflictTest, F6_NodeThatSaysNothingOfItsWriterIsSomebodyElses) {
  ZkProbe first(server_.ConnectString(chroot_));
  Occupy(first, "");
  const auto registrar = Make();

  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(ConflictTest, F7_PersistentNodeIsRefusedWithAClearError) {
  ASSERT_OK(probe_.CreateWithParents(kPath));
  // Not even if it says that a dead process of ours wrote it.
  ASSERT_OK(probe_.Set(kPath, RecordOfDeadProcess()));
  const auto registrar = Make();

  EVENTUALLY_THAT(registrar->status().reason,
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("persistent node is in the way")));
  EXPECT_EQ(Owner(), 0);

  ASSERT_OK(probe_.Delete(kPath));
  EVENTUALLY(registrar->status().registered);
}

TEST_F(ConflictTest, StrangersWriteIntoOurNodeDoesNotLast) {
  const auto registrar = MakeRegistered();
  ASSERT_OK(probe_.Set(kPath, "graffiti"));
  registrar->SetGauge("depth", 7);

  EVENTUALLY(*probe_.Get(kPath) != "graffiti" &&
             Record()->gauges["depth"] == 7);
}

TEST_F(ConflictTest, SelfCheckFindsAStrangersWriteByItself) {
  RegistrarOptions options = Options();
  options.self_check_interval = absl::Milliseconds(50);
  const auto registrar = MakeRegistered(std::move(options));
  ASSERT_OK(probe_.Set(kPath, "graffiti"));

  EVENTUALLY(*probe_.Get(kPath) != "graffiti");
}

TEST_F(ConflictTest, NewSessionAfterExpiryIsANewNodeWithTheSameRecord) {
  const auto registrar = MakeRegistered();
  registrar->SetGauge("depth", 7);
  EVENTUALLY(Record()->gauges["depth"] == 7);
  const int64_t czxid = Czxid();
  const int64_t session = registrar->status().session_id;
  ASSERT_OK(probe_.ExpireSession(session));

  EVENTUALLY(Czxid() > czxid);
  EXPECT_EQ(Record()->gauges["depth"], 7);
  EVENTUALLY_THAT(registrar->status().czxid, Eq(Czxid()));
  EXPECT_NE(registrar->status().session_id, session);
}

TEST_F(ConflictTest, F10_ProcessPausedPastItsSessionComesBackUnderNewOrders) {
  WriteOrder(5, /*held=*/false);
  const auto process = StartMember(absl::Seconds(1));
  EVENTUALLY(State() == "UP");
  const int64_t czxid = Czxid();
  const int64_t session = Owner();
  process->Kill(SIGSTOP);
  EVENTUALLY(!probe_.Exists(kPath));  // expired

  // An operator who was cut off as well writes with an old token.
  WriteOrder(4, /*held=*/true);
  process->Kill(SIGCONT);
  EVENTUALLY(Czxid() > czxid);
  EXPECT_NE(Owner(), session);
  EVENTUALLY_THAT(process->Stderr(), HasSubstr("epoch 4 is not newer than 5"));
  EXPECT_EQ(State(), "UP");
  EXPECT_EQ(Record()->applied_epoch, 5);

  WriteOrder(6, /*held=*/true);
  EVENTUALLY(State() == "DRAINED");
}

}  // namespace
}  // namespace roster::registrar
