// The goodbye that outlives the node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "model/ledger_entry.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::TcpProxy;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Lt;

constexpr char kLedger[] = "/roster/default/ledger";
constexpr char kEntry[] = "/roster/default/ledger/web-01";

class LeaveTest : public RegistrarTest {
 protected:
  // A registrar whose linger would be noticed.
  RegistrarOptions SlowOptions() {
    RegistrarOptions options = Options();
    options.leave_linger = absl::Seconds(1);
    return options;
  }
  absl::StatusOr<model::LedgerEntry> Entry() {
    absl::StatusOr<std::string> data = probe_.Get(kEntry);
    if (!data.ok()) return data.status();
    return model::ParseLedgerEntry(*data);
  }
  // An entry as a monitor writes it at the join.
  void WritePresentEntry() {
    model::LedgerEntry entry;
    entry.czxid = 1;
    ASSERT_OK(probe_.CreateWithParents(kLedger));
    ASSERT_OK(probe_.Create(kEntry, model::SerializeLedgerEntry(entry)));
  }
  // How long the leave took.
  static absl::Duration Leave(Registrar& registrar,
                              std::string_view reason = {}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_OK(registrar.Leave(Registrar::kLeaveTimeout, reason));
    return absl::FromChrono(std::chrono::steady_clock::now() - start);
  }
};

TEST_F(LeaveTest, GoodbyeIsEnteredInTheLedgerInOneStepWithTheDeletion) {
  ASSERT_OK(probe_.CreateWithParents(kLedger));
  const auto registrar = MakeRegistered(SlowOptions());
  Task task = registrar->StartTask("reindex");
  registrar->SetGauge("depth", 7);
  const int64_t czxid = Czxid();
  const absl::Duration took = Leave(*registrar, "upgrade");

  const auto entry = Entry();
  ASSERT_OK(entry);
  EXPECT_EQ(entry->state, model::LedgerState::kLeft);
  EXPECT_EQ(entry->czxid, czxid);
  EXPECT_EQ(entry->record.service, "web");
  EXPECT_EQ(entry->record.state, model::ReportedState::kLeaving);
  EXPECT_EQ(entry->record.state_reason, "upgrade");
  EXPECT_THAT(entry->record.tasks, IsEmpty());
  EXPECT_THAT(entry->record.gauges, IsEmpty());
  EXPECT_THAT(entry->since, Ge(entry->joined_at));
  EXPECT_FALSE(probe_.Exists(kPath));
  // One transaction: the same zxid.
  EXPECT_EQ(probe_.Stat("/clusterServer")->pzxid, probe_.Stat(kEntry)->czxid);
  // Nobody needs the linger then.
  EXPECT_THAT(took, Lt(testing::Scaled(absl::Milliseconds(900))));
}

TEST_F(LeaveTest, EntryOfAMonitorIsReplaced) {
  WritePresentEntry();
  const auto registrar = MakeRegistered(SlowOptions());
  const int64_t czxid = Czxid();
  Leave(*registrar);

  EXPECT_EQ(Entry()->state, model::LedgerState::kLeft);
  EXPECT_EQ(Entry()->czxid, czxid);
  EXPECT_EQ(probe_.Stat(kEntry)->version, 1);
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(LeaveTest, WithoutALedgerTheGoodbyeLingersAndNoneIsMade) {
  const auto registrar = MakeRegistered(SlowOptions());

  EXPECT_THAT(Leave(*registrar), Ge(absl::Seconds(1)));
  EXPECT_FALSE(probe_.Exists(kPath));
  EXPECT_FALSE(probe_.Exists("/roster"));
}

TEST_F(LeaveTest, F20_LedgerThatMayNotBeWrittenMakesTheGoodbyeLinger) {
  WritePresentEntry();
  ASSERT_OK(probe_.MakeReadOnly(kEntry));
  const auto registrar = MakeRegistered(SlowOptions());

  EXPECT_THAT(Leave(*registrar), Ge(absl::Seconds(1)));
  EXPECT_EQ(Entry()->state, model::LedgerState::kPresent);
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(LeaveTest, F20_NodeThatMayNotBeWrittenIsLeftByTheLedger) {
  ASSERT_OK(probe_.CreateWithParents(kLedger));
  const auto registrar = MakeRegistered(SlowOptions());
  ASSERT_OK(probe_.MakeReadOnly(kPath));
  Leave(*registrar);

  EXPECT_EQ(Entry()->state, model::LedgerState::kLeft);
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(LeaveTest, MemberWithCredentialsCreatesNoEntryThatOthersCouldNotKeep) {
  ASSERT_OK(probe_.CreateWithParents(kLedger));
  RegistrarOptions options = SlowOptions();
  options.digest_credentials = "operator:secret";
  const auto first = MakeRegistered(options);
  EXPECT_THAT(Leave(*first), Ge(absl::Seconds(1)));
  EXPECT_FALSE(probe_.Exists(kEntry));

  WritePresentEntry();
  const auto second = MakeRegistered(options);
  Leave(*second);
  EXPECT_EQ(Entry()->state, model::LedgerState::kLeft);
  EXPECT_OK(probe_.Set(kEntry, "a monitor's"));
}

TEST_F(LeaveTest, GoodbyeWhoseAnswerIsLostIsSaidOnce) {
  WritePresentEntry();
  TcpProxy proxy(server_.port());
  RegistrarOptions options = SlowOptions();
  options.servers = proxy.ConnectString(chroot_);
  const auto registrar = MakeRegistered(std::move(options));
  const int64_t czxid = Czxid();
  proxy.CutBeforeReply(kEntry);
  Leave(*registrar);

  EXPECT_EQ(proxy.cuts_carried_out(), 1);
  EXPECT_EQ(Entry()->state, model::LedgerState::kLeft);
  EXPECT_EQ(Entry()->czxid, czxid);
  EXPECT_EQ(probe_.Stat(kEntry)->version, 1);
  EXPECT_FALSE(probe_.Exists(kPath));
  EXPECT_EQ(log_.Count(base::LogLevel::kWarning, "somebody deleted"), 0);
}

}  // namespace
}  // namespace roster::registrar
