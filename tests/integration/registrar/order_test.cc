// Obeying the order znode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

using OrderTest = RegistrarTest;

TEST_F(OrderTest, ReadsTheOrderBeforeItRegisters) {
  WriteOrder(7, /*held=*/true);
  const auto registrar = MakeRegistered();

  // The very first record: the node was never written again.
  EXPECT_EQ(State(), "DRAINED");
  EXPECT_EQ(Record()->applied_epoch, 7);
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
  EXPECT_THAT(registrar->status().applied_epoch, Optional(7));
}

TEST_F(OrderTest, DrainsWhileATaskRunsAndReturnsToItsOwnState) {
  const auto registrar = MakeRegistered();
  registrar->SetState(model::ReportedState::kDegraded, "slow disk");
  Task task = registrar->StartTask("reindex", 10, "documents");
  EVENTUALLY(State() == "DEGRADED");

  WriteOrder(1, /*held=*/true);
  EVENTUALLY(State() == "DRAINING");
  EXPECT_EQ(Record()->applied_epoch, 1);
  EXPECT_EQ(Record()->state_reason, "held by ops");
  task.Finish();
  EVENTUALLY(State() == "DRAINED");

  WriteOrder(2, /*held=*/false);
  EVENTUALLY(State() == "DEGRADED");
  EXPECT_EQ(Record()->state_reason, "slow disk");
  EXPECT_EQ(Record()->applied_epoch, 2);
}

TEST_F(OrderTest, RefusesAnOrderThatIsNotNewer) {
  WriteOrder(5, /*held=*/false);
  const auto registrar = MakeRegistered();

  WriteOrder(5, /*held=*/true);
  EVENTUALLY_THAT(registrar->status().order_error,
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("epoch 5 is not newer than 5")));
  WriteOrder(3, /*held=*/true);
  EVENTUALLY_THAT(registrar->status().order_error,
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("epoch 3 is not newer than 5")));
  EXPECT_EQ(State(), "UP");

  WriteOrder(6, /*held=*/true);
  EVENTUALLY(State() == "DRAINED");
  EVENTUALLY_THAT(registrar->status().order_error, testing::IsOk());
}

TEST_F(OrderTest, BrokenOrderChangesNothingAndIsReported) {
  WriteOrder(5, /*held=*/true);
  const auto registrar = MakeRegistered();

  ASSERT_OK(probe_.Set(kOrderPath, "{\"v\":1,"));
  EVENTUALLY_THAT(
      registrar->status().order_error,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(kOrderPath)));
  EXPECT_EQ(log_.Count(base::LogLevel::kError, "order not obeyed"), 1);
  EXPECT_EQ(State(), "DRAINED");

  WriteOrder(6, /*held=*/false);
  EVENTUALLY(State() == "UP");
}

TEST_F(OrderTest, BrokenOrderFromTheStartDoesNotKeepAMemberAway) {
  ASSERT_OK(probe_.CreateWithParents(kOrderPath));
  ASSERT_OK(probe_.Set(kOrderPath, "not an order"));
  const auto registrar = MakeRegistered();

  EXPECT_EQ(State(), "UP");
  EXPECT_EQ(Record()->applied_epoch, 0);
  EXPECT_THAT(registrar->status().order_error,
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OrderTest, DeletedOrderStaysInForce) {
  WriteOrder(5, /*held=*/true);
  const auto registrar = MakeRegistered();

  ASSERT_OK(probe_.Delete(kOrderPath));
  EVENTUALLY_THAT(registrar->status().order_error,
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("epoch 5 stays in force")));
  EXPECT_EQ(State(), "DRAINED");

  WriteOrder(6, /*held=*/false);
  EVENTUALLY(State() == "UP");
}

TEST_F(OrderTest, OrderWrittenDuringACutIsObeyedAfterIt) {
  TcpProxy proxy(server_.port());
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  options.session_timeout = absl::Seconds(30);
  const auto registrar = MakeRegistered(std::move(options));
  const int64_t czxid = Czxid();
  proxy.Refuse(true);
  proxy.Cut();
  WriteOrder(1, /*held=*/true);
  proxy.Refuse(false);

  EVENTUALLY(State() == "DRAINED");
  EXPECT_EQ(Czxid(), czxid);
}

TEST_F(OrderTest, HeldMemberStaysHeldInItsNextSession) {
  WriteOrder(3, /*held=*/true);
  const auto registrar = MakeRegistered();
  const int64_t czxid = Czxid();
  ASSERT_OK(probe_.ExpireSession(Owner()));

  EVENTUALLY(Czxid() > czxid);
  EXPECT_EQ(State(), "DRAINED");
  EXPECT_EQ(probe_.Stat(kPath)->version, 0);
}

}  // namespace
}  // namespace roster::registrar
