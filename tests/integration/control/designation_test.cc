// Who should lead, as it is stored: what is not overwritten, and what becomes
// of it.

#include "model/designation.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "gmock/gmock.h"
#include "monitor/control/designation_commands.h"
#include "tests/integration/control/control_fixture.h"
#include "tests/support/answer.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kNode[] = "/roster/default/designations/reporter";

class DesignationTest : public ControlTest {
 protected:
  DesignationTest() {
    EXPECT_OK(probe_.CreateWithParents("/roster/default/designations"));
  }

  // Nobody: the designation is to end.
  static DesignateRequest Designate(std::vector<std::string> leaders) {
    DesignateRequest request{.target = {.name = "reporter"}, .reason = "rack"};
    request.meta.actor.name = "ops";
    request.meta.deadline = absl::Now() + testing::Scaled(absl::Seconds(10));
    if (!leaders.empty())
      request.designation = model::Designation{.leaders = std::move(leaders)};
    return request;
  }
  absl::StatusOr<DesignateResult> Change(DesignateRequest request) {
    return testing::AnswerOf<DesignateResult>([&](auto done) {
      stack_->controller().Submit(
          [done, request](absl::StatusOr<ControlStore*> store) {
            if (!store.ok()) return done(store.status());
            done(ChangeDesignation(**store, request));
          });
    });
  }
  static std::string ReasonOf(const absl::Status& status) {
    return base::DetailsOf(status).reason;
  }

  const std::unique_ptr<ControlStack> stack_ = MakeStack();
};

TEST_F(DesignationTest, OneThatCannotBeReadIsNotOverwrittenButCanBeEnded) {
  for (const char* garbage : {"", "garbage", R"({"v":1,"leaders":[]})",
                              R"({"v":2,"leaders":["web-01"]})"}) {
    ASSERT_OK(probe_.Create(kNode, garbage).status());
    const auto refused = Change(Designate({"web-01"}));
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                  HasSubstr("rosterctl leader clear")));
    EXPECT_EQ(ReasonOf(refused.status()), "DESIGNATION_UNREADABLE");
    EXPECT_EQ(*probe_.Get(kNode), garbage) << "left as it is";
    EXPECT_OK(Change(Designate({})).status());
    EXPECT_FALSE(probe_.Exists(kNode));
  }
  ASSERT_OK_AND_ASSIGN(const auto made, Change(Designate({"web-01"})));
  EXPECT_EQ(made.designation.designation.version, 1);
  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(9));
  EXPECT_EQ(audit[0].action, "DesignateLeader");
  EXPECT_EQ(audit[0].result, "FAILED_PRECONDITION");
  EXPECT_EQ(audit[1].action, "ClearDesignation");
  EXPECT_EQ(audit[1].result, "OK");
}

TEST_F(DesignationTest, ThereIsNoVersionAfterTheLast) {
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  const std::string stored = model::SerializeDesignation(
      {.version = kLast, .leaders = {"web-01", "web-02"}});
  ASSERT_OK(probe_.Create(kNode, stored).status());

  DesignateRequest request = Designate({"web-03"});
  request.expected_version = kLast;
  const auto refused = Change(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("the last version there is")));
  EXPECT_EQ(*probe_.Get(kNode), stored);
  ASSERT_OK_AND_ASSIGN(const auto ended, Change(Designate({})));
  EXPECT_EQ(ended.designation.designation.version, kLast);
  EXPECT_THAT(ended.designation.designation.leaders,
              ElementsAre("web-01", "web-02"));
  ASSERT_OK_AND_ASSIGN(const auto made, Change(Designate({"web-03"})));
  EXPECT_EQ(made.designation.designation.version, 1);
}

}  // namespace
}  // namespace roster::monitor
