// What a candidate does in the moment in which it has given way, and does not
// know yet that its node is gone. On a real server, with nobody but the
// succession to look.
#include "coordination/succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordination/client.h"
#include "model/designation.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using testing::ZkProbe;
using testing::ZkServer;

constexpr char kFolder[] = "/election";
constexpr char kDesignation[] = "/designation";

class SuccessionTest : public ::testing::Test {
 protected:
  SuccessionTest() {
    EXPECT_TRUE(peer_.WaitConnected());
    EXPECT_OK(probe_.Create(kFolder, ""));
    EXPECT_OK(probe_.Create(first_, ""));
    EXPECT_OK(probe_.Create(second_, ""));
    succession_ = std::make_unique<Succession>(
        peer_.client().loop(), peer_.client().session(),
        SuccessionOptions{
            .path = kFolder,
            .designation = kDesignation,
            .id = "a",
            .on_change = [this] { told_.push_back(succession_->may_lead()); }});
  }
  ~SuccessionTest() override {
    Run([this] { succession_.reset(); });
  }

  void Designate(const std::string& leader) {
    EXPECT_OK(probe_.Create(
        kDesignation,
        model::SerializeDesignation({.version = 1, .leaders = {leader}})));
  }
  void Run(const std::function<void()>& what) {
    peer_.client().loop().RunAndWait(what);
  }
  // Whatever the succession asks for because of what stands in ZooKeeper now,
  // it has been told: answers and events come in the order of the questions.
  void AwaitLooked() {
    constexpr int kQuestionsOfALook = 4;  // one after the other
    for (int i = 0; i <= kQuestionsOfALook; ++i)
      EXPECT_OK(peer_.client().blocking().GetChildren("/", Patience()));
  }
  // What on_change was told, one after the other.
  std::vector<bool> told() {
    std::vector<bool> told;
    Run([&] { told = told_; });
    return told;
  }

  const std::string servers_ =
      ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot());
  const std::string uuid_ = "00000000-0000-4000-8000-000000000000";
  const std::string first_ =
      std::string(kFolder) + "/_c_" + uuid_ + "-a-latch-0000000000";
  const std::string second_ =
      std::string(kFolder) + "/_c_" + uuid_ + "-b-latch-0000000001";
  ZkProbe probe_{servers_};
  Peer peer_{servers_};
  std::vector<bool> told_;  // on the loop
  std::unique_ptr<Succession> succession_;
};

// It would lead beside its successor, with the lower token.
TEST_F(SuccessionTest, WhoGaveWayDoesNotLeadWhenTheDesignationIsDeleted) {
  Designate("b");
  Run([this] { succession_->OnTurn(first_); });
  EVENTUALLY(!probe_.Exists(first_));

  ASSERT_OK(probe_.Delete(kDesignation));
  AwaitLooked();

  EXPECT_THAT(told(), ElementsAre());
}

TEST_F(SuccessionTest,
       LeaderThatGaveWayDoesNotLeadWhenTheDesignationIsDeleted) {
  Run([this] { succession_->OnTurn(first_); });
  AwaitLooked();
  ASSERT_THAT(told(), ElementsAre(true));

  Designate("b");
  EVENTUALLY(!probe_.Exists(first_));
  ASSERT_OK(probe_.Delete(kDesignation));
  AwaitLooked();

  EXPECT_THAT(told(), ElementsAre(true, false));
}

TEST_F(SuccessionTest, LeadsInItsNextTurnWithoutADesignation) {
  Designate("b");
  Run([this] { succession_->OnTurn(first_); });
  EVENTUALLY(!probe_.Exists(first_));
  ASSERT_OK(probe_.Delete(kDesignation));
  Run([this] { succession_->OnNoTurn(); });

  const std::string again =
      std::string(kFolder) + "/_c_" + uuid_ + "-a-latch-0000000002";
  ASSERT_OK(probe_.Create(again, ""));
  ASSERT_OK(probe_.Delete(second_));
  Run([&] { succession_->OnTurn(again); });
  AwaitLooked();

  EXPECT_THAT(told(), ElementsAre(true));
}

}  // namespace
}  // namespace roster::coordination
