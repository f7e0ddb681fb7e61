#include "coordination/succession_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace roster::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Step = SuccessionPlan::Step;

model::Designation Prefers(std::vector<std::string> leaders,
                           model::HandBack hand_back = {}) {
  return {.version = 1, .leaders = std::move(leaders), .hand_back = hand_back};
}

// Candidates by id, earliest first; "!x" may not be moved.
std::vector<SeenCandidate> Line(const std::vector<std::string>& ids) {
  std::vector<SeenCandidate> line;
  for (std::string id : ids) {
    const bool movable = !id.starts_with("!");
    if (!movable) id.erase(0, 1);
    line.push_back(
        {.node = "node-" + id, .id = std::move(id), .movable = movable});
  }
  return line;
}

TEST(SuccessionPlanTest, WhoIsPreferredLeads) {
  EXPECT_EQ(
      PlanSuccession(Prefers({"a", "b"}), Line({"a", "b", "x"}), false).step,
      Step::kLead);
}

TEST(SuccessionPlanTest, WhoIsAloneLeadsWhateverWasDesignated) {
  EXPECT_EQ(PlanSuccession(Prefers({"a"}), Line({"x"}), false).step,
            Step::kLead);
  EXPECT_EQ(PlanSuccession(Prefers({"a"}), {}, false).step, Step::kLead);
}

TEST(SuccessionPlanTest, HandsOverToThePreferredOneBehindIt) {
  const SuccessionPlan plan =
      PlanSuccession(Prefers({"a", "b"}), Line({"b", "a", "x"}), true);
  EXPECT_EQ(plan.step, Step::kHandOver);
  EXPECT_EQ(plan.successor, "a");
  EXPECT_THAT(plan.nodes, ElementsAre("node-a"));
}

TEST(SuccessionPlanTest, MovesThoseInBetweenFirst) {
  const SuccessionPlan plan =
      PlanSuccession(Prefers({"a"}), Line({"x", "y", "z", "a", "w"}), true);
  EXPECT_EQ(plan.step, Step::kMove);
  EXPECT_THAT(plan.nodes, ElementsAre("node-y", "node-z"));
}

TEST(SuccessionPlanTest, FallsBackInTheOrderNamed) {
  const SuccessionPlan plan =
      PlanSuccession(Prefers({"a", "b", "c"}), Line({"x", "c", "b"}), false);
  EXPECT_EQ(plan.successor, "b");
  EXPECT_THAT(plan.nodes, ElementsAre("node-c"));
}

TEST(SuccessionPlanTest, WhoLeadsStaysIfTheHandBackSaysSo) {
  const auto designation = Prefers({"a"}, model::HandBack::kWhenLeaderEnds);
  EXPECT_EQ(PlanSuccession(designation, Line({"x", "a"}), true).step,
            Step::kLead);
  EXPECT_EQ(PlanSuccession(designation, Line({"x", "a"}), false).step,
            Step::kHandOver);
}

TEST(SuccessionPlanTest, DoesNothingBehindOneThatMayNotBeMoved) {
  const SuccessionPlan plan =
      PlanSuccession(Prefers({"a"}), Line({"x", "y", "!curator", "a"}), true);
  EXPECT_EQ(plan.step, Step::kLead);
  EXPECT_EQ(plan.obstacle, "node-curator");
  EXPECT_THAT(plan.nodes, IsEmpty());
}

TEST(SuccessionPlanTest, OneThatMayNotBeMovedCanBeTheSuccessor) {
  const SuccessionPlan plan =
      PlanSuccession(Prefers({"curator"}), Line({"x", "!curator"}), true);
  EXPECT_EQ(plan.step, Step::kHandOver);
  EXPECT_THAT(plan.nodes, ElementsAre("node-curator"));
}

TEST(SuccessionPlanTest, NobodyGivesWayToItsOwnId) {
  EXPECT_EQ(
      PlanSuccession(Prefers({"a", "b"}), Line({"a", "a", "b"}), true).step,
      Step::kLead);
}

TEST(SuccessionPlanTest, NobodyGivesWayToWhoIsNotNamed) {
  EXPECT_EQ(PlanSuccession(Prefers({"a"}), Line({"x", "y", ""}), true).step,
            Step::kLead);
}

// Carried out on a line, with whoever is moved or leaves coming in as the last,
// it ends with the best candidate that can be reached, and in few steps.
TEST(SuccessionPlanTest, ComesToRestWithTheBestCandidateLeading) {
  std::mt19937 random(4711);
  const std::vector<std::string> named = {"a", "b", "c"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> ids = {"a", "b", "c", "x", "y", "z", "!f"};
    std::shuffle(ids.begin(), ids.end(), random);
    ids.resize(1 + random() % ids.size());
    std::vector<SeenCandidate> line = Line(ids);
    const auto designation = Prefers(named);
    const size_t size = line.size();
    size_t turns = 0;
    bool leading = random() % 2 == 0;
    SuccessionPlan plan;
    for (;; ++turns) {
      ASSERT_LT(turns, 3 * size) << "it goes round in circles";
      // Somebody else's program leads when it is its turn.
      if (!line.front().movable) break;
      plan = PlanSuccession(designation, line, leading);
      if (plan.step == Step::kLead) break;
      const auto moves = [&](const SeenCandidate& candidate) {
        return std::find(plan.nodes.begin(), plan.nodes.end(),
                         candidate.node) != plan.nodes.end();
      };
      if (plan.step == Step::kHandOver) {
        ASSERT_EQ(line[1].node, plan.nodes.front());
        std::rotate(line.begin(), line.begin() + 1, line.end());
        leading = false;
      } else {
        ASSERT_FALSE(moves(line.front()));
        std::stable_partition(line.begin(), line.end(),
                              [&](const auto& one) { return !moves(one); });
      }
    }
    ASSERT_EQ(line.size(), size);
    if (!line.front().movable || !plan.obstacle.empty()) continue;
    for (const SeenCandidate& candidate : line)
      EXPECT_LE(designation.RankOf(line.front().id),
                designation.RankOf(candidate.id));
  }
}

}  // namespace
}  // namespace roster::coordination
