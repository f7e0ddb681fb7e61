#include "monitor/state/mass_loss_guard.h"

#include <string>

#include "gtest/gtest.h"

namespace roster::monitor {
namespace {

// Twenty members present, one session each; 5 of them and 30 % raise the alarm.
class MassLossGuardTest : public ::testing::Test {
 protected:
  void Depart(int i, MassLossCause cause = MassLossCause::kSessionsExpired) {
    guard_.OnDeparted("m" + std::to_string(i), 100 + i, cause, --present_,
                      now_);
  }
  void DepartUpTo(int first, int last) {
    for (int i = first; i <= last; ++i) Depart(i);
  }
  void Return(int i) {
    ++present_;
    guard_.OnReturned("m" + std::to_string(i));
  }
  bool on() const { return guard_.alarm().has_value(); }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  int64_t present_ = 20;
  MassLossGuard guard_;
};

TEST_F(MassLossGuardTest, IsRaisedByManyWithinTheWindow) {
  DepartUpTo(1, 5);
  EXPECT_FALSE(on()) << "5 of 20 are a quarter";
  Depart(6);
  ASSERT_TRUE(on());
  const GuardAlarm& alarm = *guard_.alarm();
  EXPECT_EQ(alarm.cause, MassLossCause::kSessionsExpired);
  EXPECT_EQ(alarm.departures, 6);
  EXPECT_EQ(alarm.sessions, 6);
  EXPECT_EQ(alarm.members, 20);
  EXPECT_EQ(alarm.since, now_);
  EXPECT_EQ(alarm.ends_at, now_ + absl::Minutes(5));
}

TEST_F(MassLossGuardTest, AFewOfFewAreNoAlarm) {
  present_ = 4;
  DepartUpTo(1, 4);
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, SlowLossesAreNoAlarm) {
  for (int i = 1; i <= 20; ++i) {
    Depart(i);
    now_ += absl::Seconds(20);
    EXPECT_FALSE(on()) << i;
  }
}

TEST_F(MassLossGuardTest, WhoReturnedDoesNotCount) {
  for (int i = 1; i <= 20; ++i) {
    Depart(i);
    Return(i);
  }
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, OneThatFlapsCountsOnce) {
  for (int i = 0; i < 50; ++i) {
    Depart(1);
    ++present_;
  }
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, TheCauseIsThatOfMost) {
  Depart(1, MassLossCause::kFoundMissing);
  for (int i = 2; i <= 6; ++i) Depart(i, MassLossCause::kCleanLeave);
  ASSERT_TRUE(on());
  EXPECT_EQ(guard_.alarm()->cause, MassLossCause::kCleanLeave);
  DepartUpTo(7, 12);
  EXPECT_EQ(guard_.alarm()->cause, MassLossCause::kSessionsExpired);
  EXPECT_EQ(guard_.alarm()->departures, 12);
}

TEST_F(MassLossGuardTest, MembersOfOneSessionAreToldApart) {
  for (int i = 1; i <= 6; ++i)
    guard_.OnDeparted("m" + std::to_string(i), 7,
                      MassLossCause::kSessionsExpired, --present_, now_);
  ASSERT_TRUE(on());
  EXPECT_EQ(guard_.alarm()->sessions, 1);
}

TEST_F(MassLossGuardTest, EndsByItselfAfterTheLastDeparture) {
  DepartUpTo(1, 6);
  now_ += absl::Minutes(4);
  Depart(7);
  now_ += absl::Minutes(5) - absl::Seconds(1);
  guard_.Tick(now_);
  EXPECT_TRUE(on());
  now_ += absl::Seconds(1);
  guard_.Tick(now_);
  EXPECT_FALSE(on());
  // A loss that lasts is the new truth: one more is no mass.
  Depart(8);
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, EndsWhenMostAreBack) {
  DepartUpTo(1, 10);
  ASSERT_TRUE(on());
  // Half of 30 % of 20 are 3.
  for (int i = 1; i <= 7; ++i) Return(i);
  EXPECT_TRUE(on());
  Return(8);
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, StrangersThatComeDoNotEndIt) {
  DepartUpTo(1, 6);
  for (int i = 100; i < 140; ++i) Return(i);
  EXPECT_TRUE(on());
}

TEST_F(MassLossGuardTest, ReleasedItWaitsForNewDepartures) {
  DepartUpTo(1, 6);
  guard_.Release();
  EXPECT_FALSE(on());
  DepartUpTo(7, 10);
  EXPECT_FALSE(on());
  DepartUpTo(11, 12);
  EXPECT_TRUE(on());
}

TEST_F(MassLossGuardTest, ObeysItsPolicy) {
  guard_.SetPolicy({.min_departures = 2, .ratio = 0.1});
  DepartUpTo(1, 2);
  ASSERT_TRUE(on());
  guard_.SetPolicy({.enabled = false});
  EXPECT_FALSE(on());
  DepartUpTo(3, 18);
  EXPECT_FALSE(on());
}

TEST_F(MassLossGuardTest, RemembersABoundedNumber) {
  present_ = 10'000'000;
  for (size_t i = 0; i < MassLossGuard::kMaxRemembered + 1000; ++i)
    Depart(static_cast<int>(i));
  EXPECT_FALSE(on());
  // Of so few it would be a mass; all but the newest count as returned.
  present_ = 300'000;
  Depart(-1);
  ASSERT_TRUE(on());
  EXPECT_EQ(guard_.alarm()->departures,
            static_cast<int64_t>(MassLossGuard::kMaxRemembered));
}

}  // namespace
}  // namespace roster::monitor
