// What rosterd really writes is what docs/schema says.

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/integration/control/control_fixture.h"
#include "tests/support/json_schema.h"

namespace roster::monitor {
namespace {

using Json = nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;

class StoredNodesTest : public ControlTest {
 protected:
  // The node below /roster/default, against its schema.
  void ExpectValid(const std::string& path, const std::string& name) {
    std::ifstream file(
        absl::StrCat(ROSTER_SCHEMA_FOLDER, "/", name, ".schema.json"));
    const auto data = probe_.Get(absl::StrCat("/roster/default/", path));
    ASSERT_OK(data.status()) << path;
    EXPECT_EQ(
        testing::FindSchemaViolation(Json::parse(file), Json::parse(*data)), "")
        << *data;
  }
  void ExpectAllValid(const std::string& parent, const std::string& name) {
    const auto children = probe_.Children("/roster/default/" + parent);
    ASSERT_OK(children.status());
    ASSERT_THAT(*children, Not(IsEmpty())) << parent;
    for (const std::string& child : *children)
      ExpectValid(absl::StrCat(parent, "/", child), name);
  }
};

TEST_F(StoredNodesTest, EveryNodeOfAClusterFitsItsSchema) {
  Join("web-01", Record("UP", 0));
  Join("web-02", Record("UP", 0, R"("service":"web","labels":{"zone":"a"})"));
  const auto stack = MakeStack();
  EVENTUALLY(stack->status("web-02") == "UP");

  SetBudgetRequest budget;
  budget.meta.actor.name = "ops";
  budget.budget = {.name = "web", .selector = "*", .limit = {.value = 1}};
  ASSERT_OK(stack->Ask<BudgetReport>(&Controller::SetBudget, budget).status());
  TakeOfflineRequest drain = Drain({"web-01"});
  drain.terms.ticket = "OPS-12";
  drain.terms.drain_timeout = absl::Hours(1);
  drain.terms.expire_after = absl::Hours(2);
  ASSERT_OK(stack->TakeOffline(drain).status());
  EXPECT_FALSE(stack->TakeOffline(Drain({"web-02"})).ok()) << "and audited";
  RollingRestartRequest restart;
  restart.meta.actor.name = "ops";
  restart.targets.names = {"web-02"};
  restart.reason = "new version";
  restart.drain_timeout = absl::Minutes(5);
  ASSERT_OK(stack->Ask<OperationResult>(&Controller::RollingRestart, restart)
                .status());
  SetPolicyRequest policy;
  policy.meta.actor.name = "ops";
  policy.policy.guard.min_departures = 9;
  ASSERT_OK(stack->Ask<model::Policy>(&Controller::SetPolicy, policy).status());
  EVENTUALLY(probe_.Exists("/roster/default/ledger/web-02"));

  ExpectAllValid("control", "order");
  ExpectValid("budgets", "budgets");
  ExpectValid("policy", "policy");
  ExpectAllValid("operations", "operation");
  ExpectAllValid("audit", "audit");
  ExpectAllValid("ledger", "ledger");
}

}  // namespace
}  // namespace roster::monitor
