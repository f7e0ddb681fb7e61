#include "monitor/rpc/change_ring.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace roster::monitor {
namespace {

using Outcome = ChangeRing::Outcome;

class ChangeRingTest : public ::testing::Test {
 protected:
  static ClusterViewPtr View(uint64_t revision) {
    auto view = std::make_shared<ClusterView>();
    view->revision = revision;
    return view;
  }
  static MemberPtr MemberAt(const std::string& name, uint64_t revision,
                            model::MemberStatus status) {
    auto member = std::make_shared<Member>();
    member->name = name;
    member->revision = revision;
    member->status = status;
    return member;
  }
  // A change of `name` that no selector can see. Returns the former state.
  std::weak_ptr<const Member> Append(const std::string& name) {
    const MemberPtr after =
        MemberAt(name, revision_ + 1, model::MemberStatus::kUp);
    return AppendState(name, after);
  }
  void AppendRemoval(const std::string& name) { AppendState(name, nullptr); }
  void AppendView() {
    ring_.Append(std::make_shared<Change>(revision_, roster::v1::ViewInfo(),
                                          absl::UnixEpoch()),
                 View(revision_));
  }

  ChangeRing ring_{4, View(10)};
  uint64_t revision_ = 10;

 private:
  std::weak_ptr<const Member> AppendState(const std::string& name,
                                          MemberPtr after) {
    const MemberPtr before = std::exchange(states_[name], after);
    ++revision_;
    ring_.Append(std::make_shared<Change>(
                     MemberChange{revision_, before, std::move(after)},
                     absl::UnixEpoch()),
                 View(revision_));
    return before;
  }

  std::map<std::string, MemberPtr> states_;
};

TEST_F(ChangeRingTest, ReadsInOrder) {
  auto cursor = ring_.GetSnapshot().end;
  Append("a");
  Append("b");

  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->key(), "a");
  EXPECT_TRUE(entry.knows_before);
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->key(), "b");
  EXPECT_EQ(ring_.Read(cursor, &entry), Outcome::kEnd);
  EXPECT_EQ(cursor.revision, 12u);
}

TEST_F(ChangeRingTest, ANewerChangeOfAMemberReplacesTheOlder) {
  auto slow = ring_.GetSnapshot().end;
  auto quick = slow;
  Append("a");
  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(quick, &entry), Outcome::kEntry);
  Append("b");
  Append("a");

  ASSERT_EQ(ring_.Read(slow, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->key(), "b");
  EXPECT_EQ(entry.skipped, 1u);
  ASSERT_EQ(ring_.Read(slow, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->revision(), 13u);
  EXPECT_FALSE(entry.knows_before);
  ASSERT_EQ(ring_.Read(quick, &entry), Outcome::kEntry);
  ASSERT_EQ(ring_.Read(quick, &entry), Outcome::kEntry);
  EXPECT_TRUE(entry.knows_before);
}

TEST_F(ChangeRingTest, ARemovalReplacesTheLastChangeAndStandsWhenItIsBack) {
  auto cursor = ring_.GetSnapshot().end;
  Append("a");
  AppendRemoval("a");
  Append("a");

  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.skipped, 1u);
  EXPECT_EQ(entry.change->after(), nullptr);
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->after()->name, "a");
  EXPECT_EQ(ring_.Read(cursor, &entry), Outcome::kEnd);
}

// It has the revision of the last change of a member.
TEST_F(ChangeRingTest, AChangeOfTheViewReplacesTheOlderAndNoMember) {
  auto cursor = ring_.GetSnapshot().end;
  Append("a");
  AppendView();
  AppendView();
  Append("a");

  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.skipped, 2u) << "the first of each";
  EXPECT_TRUE(entry.change->about_view());
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->key(), "a");
}

TEST_F(ChangeRingTest, MoreIsPromisedOnlyIfSomethingIsReadNext) {
  auto cursor = ring_.GetSnapshot().end;
  EXPECT_FALSE(ring_.HasMore(cursor));
  Append("a");
  EXPECT_TRUE(ring_.HasMore(cursor));
  Append("a");  // the entry that was promised is emptied; this one follows

  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.skipped, 1u);
  EXPECT_FALSE(ring_.HasMore(cursor));
  EXPECT_EQ(ring_.Read(cursor, &entry), Outcome::kEnd);
}

TEST_F(ChangeRingTest, AReaderTooFarBehindIsTold) {
  auto cursor = ring_.GetSnapshot().end;
  for (const char* name : {"a", "b", "c", "d", "e"}) Append(name);

  ChangeRing::Entry entry;
  EXPECT_EQ(ring_.Read(cursor, &entry), Outcome::kOverrun);
}

TEST_F(ChangeRingTest, FindsWhereARevisionGoesOn) {
  EXPECT_FALSE(ring_.Find(9));
  EXPECT_TRUE(ring_.Find(10));
  EXPECT_FALSE(ring_.Find(11)) << "has not happened yet";
  Append("a");
  Append("b");
  auto cursor = ring_.Find(11);
  ASSERT_TRUE(cursor);
  ChangeRing::Entry entry;
  ASSERT_EQ(ring_.Read(*cursor, &entry), Outcome::kEntry);
  EXPECT_EQ(entry.change->key(), "b");
  for (const char* name : {"c", "d", "e"}) Append(name);
  EXPECT_FALSE(ring_.Find(10)) << "the change to 11 is no longer kept";
  EXPECT_TRUE(ring_.Find(11));
}

TEST_F(ChangeRingTest, KeepsNoFormerStatesThatNobodyCanTellApart) {
  Append("a");
  const std::weak_ptr<const Member> before = Append("a");
  EXPECT_TRUE(before.expired());
}

TEST_F(ChangeRingTest, KeepsFormerStatesThatSelectorsNeed) {
  const MemberPtr before = MemberAt("a", 10, model::MemberStatus::kUp);
  const MemberPtr after = MemberAt("a", 11, model::MemberStatus::kLost);
  const Change change({11, before, after}, absl::UnixEpoch());
  EXPECT_EQ(change.before(), before);
}

TEST_F(ChangeRingTest, SurvivesManyWrapsOfOneMember) {
  auto cursor = ring_.GetSnapshot().end;
  ChangeRing::Entry entry;
  for (int i = 0; i < 10'000; ++i) {
    Append("a");
    Append("b");
    if (i % 2 == 0) continue;
    ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
    EXPECT_EQ(entry.skipped, 2u);
    ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEntry);
    ASSERT_EQ(ring_.Read(cursor, &entry), Outcome::kEnd);
  }
}

}  // namespace
}  // namespace roster::monitor
