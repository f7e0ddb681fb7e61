#include "model/member_status.h"

#include <gtest/gtest.h>

#include <optional>

namespace roster::model {
namespace {

constexpr std::optional<int64_t> kNoControl;

MemberRecord Reporting(ReportedState state, std::optional<int64_t> epoch) {
  MemberRecord record;
  record.state = state;
  record.applied_epoch = epoch;
  return record;
}

Order Held() { return {.epoch = 1, .holds = {{.id = "h-1", .owner = "ops"}}}; }

// The table of model/member_status.h, a line per reported state.
struct Row {
  ReportedState state;
  MemberStatus present;
  MemberStatus present_held;
  MemberStatus absent;
};

constexpr Row kRows[] = {
    {ReportedState::kStarting, MemberStatus::kStarting, MemberStatus::kDraining,
     MemberStatus::kLost},
    {ReportedState::kUp, MemberStatus::kUp, MemberStatus::kDraining,
     MemberStatus::kLost},
    {ReportedState::kDegraded, MemberStatus::kDegraded, MemberStatus::kDraining,
     MemberStatus::kLost},
    {ReportedState::kDraining, MemberStatus::kDegraded, MemberStatus::kDraining,
     MemberStatus::kLost},
    {ReportedState::kDrained, MemberStatus::kDegraded, MemberStatus::kOffline,
     MemberStatus::kLost},
    {ReportedState::kLeaving, MemberStatus::kUp, MemberStatus::kDraining,
     MemberStatus::kLeft},
};

TEST(DeriveStatusTest, FollowsTheTable) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(ReportedStateName(row.state));
    const MemberRecord record = Reporting(row.state, 0);
    EXPECT_EQ(DeriveStatus(true, record, Order()), row.present);
    EXPECT_EQ(DeriveStatus(true, record, Held()), row.present_held);
    EXPECT_EQ(DeriveStatus(false, record, Order()), row.absent);
    EXPECT_EQ(DeriveStatus(false, record, Held()), MemberStatus::kOffline);
  }
}

TEST(DeriveStatusTest, AMemberThatHasNotHeardOfItsReleaseIsStarting) {
  const Order released{.epoch = 2};
  for (const ReportedState state :
       {ReportedState::kDraining, ReportedState::kDrained}) {
    EXPECT_EQ(DeriveStatus(true, Reporting(state, 1), released),
              MemberStatus::kStarting);
    EXPECT_EQ(DeriveStatus(true, Reporting(state, 2), released),
              MemberStatus::kDegraded);
    EXPECT_EQ(DeriveStatus(true, Reporting(state, kNoControl), released),
              MemberStatus::kDegraded);
  }
}

TEST(DeriveStatusTest, AMemberMayKnowItsOrderFirst) {
  const Order known{.epoch = 2};
  EXPECT_EQ(DeriveStatus(true, Reporting(ReportedState::kDraining, 3), known),
            MemberStatus::kDraining);
  EXPECT_EQ(DeriveStatus(true, Reporting(ReportedState::kDrained, 3), known),
            MemberStatus::kOffline);
  EXPECT_EQ(DeriveStatus(true, Reporting(ReportedState::kUp, 3), known),
            MemberStatus::kUp);
}

TEST(DeriveStatusTest, HeldMemberThatSpeaksNoControlIsOffline) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(ReportedStateName(row.state));
    const MemberRecord record = Reporting(row.state, kNoControl);
    EXPECT_EQ(DeriveStatus(true, record, Held()), MemberStatus::kOffline);
    EXPECT_EQ(DeriveStatus(true, record, Order()), row.present);
  }
}

TEST(DeriveStatusTest, F42_OpaqueMemberIsUpAndLostLikeAnyOther) {
  const MemberRecord record = ParseMemberRecord("").record;

  EXPECT_EQ(DeriveStatus(true, record, Order()), MemberStatus::kUp);
  EXPECT_EQ(DeriveStatus(true, record, Held()), MemberStatus::kOffline);
  EXPECT_EQ(DeriveStatus(false, record, Order()), MemberStatus::kLost);
}

TEST(MemberStatusNameTest, EveryNameIsReadBackInAnyCase) {
  for (MemberStatus status : kAllMemberStatuses) {
    EXPECT_EQ(ParseMemberStatus(MemberStatusName(status)), status);
  }
  EXPECT_EQ(ParseMemberStatus("draining"), MemberStatus::kDraining);
  EXPECT_EQ(ParseMemberStatus("Lost"), MemberStatus::kLost);
  EXPECT_EQ(ParseMemberStatus(""), std::nullopt);
  EXPECT_EQ(ParseMemberStatus("UPP"), std::nullopt);
}

}  // namespace
}  // namespace roster::model
