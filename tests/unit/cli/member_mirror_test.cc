#include "cli/member_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roster::cli {
namespace {

using roster::v1::WatchMembersResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

WatchMembersResponse Reset() {
  WatchMembersResponse message;
  message.mutable_reset();
  return message;
}

WatchMembersResponse Synced() {
  WatchMembersResponse message;
  message.mutable_synced();
  return message;
}

WatchMembersResponse View(bool synced) {
  WatchMembersResponse message;
  message.mutable_view()->set_synced(synced);
  message.mutable_view()->set_connected(synced);
  return message;
}

WatchMembersResponse Member(const std::string& name) {
  WatchMembersResponse message;
  message.mutable_member()->set_name(name);
  return message;
}

WatchMembersResponse Removed(const std::string& name) {
  WatchMembersResponse message;
  message.mutable_removed()->set_name(name);
  return message;
}

class MemberMirrorTest : public ::testing::Test {
 protected:
  MemberMirrorTest() {
    for (const auto& message :
         {Reset(), View(true), Member("a"), Member("b"), Synced()}) {
      last_ = mirror_.Apply(message);
    }
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, member] : mirror_.members()) names.push_back(name);
    return names;
  }

  MemberMirror mirror_;
  MemberMirror::Changes last_;
};

TEST_F(MemberMirrorTest, ASnapshotIsOneChangeWhenItIsComplete) {
  EXPECT_TRUE(mirror_.complete());
  EXPECT_THAT(last_.changed, ElementsAre("a", "b"));
  EXPECT_THAT(Names(), ElementsAre("a", "b"));
}

TEST_F(MemberMirrorTest, ChangesAndRemovalsFollow) {
  EXPECT_THAT(mirror_.Apply(Member("c")).changed, ElementsAre("c"));
  EXPECT_THAT(mirror_.Apply(Removed("a")).removed, ElementsAre("a"));
  EXPECT_THAT(mirror_.Apply(Removed("never")).removed, IsEmpty());
  EXPECT_THAT(Names(), ElementsAre("b", "c"));
}

TEST_F(MemberMirrorTest, KeepsTheOldMembersUntilANewSnapshotIsComplete) {
  mirror_.Apply(Reset());
  mirror_.Apply(View(true));
  mirror_.Apply(Member("c"));
  EXPECT_THAT(Names(), ElementsAre("a", "b"));

  const auto changes = mirror_.Apply(Synced());

  EXPECT_THAT(changes.changed, ElementsAre("c"));
  EXPECT_THAT(changes.removed, ElementsAre("a", "b"));
  EXPECT_THAT(Names(), ElementsAre("c"));
}

TEST_F(MemberMirrorTest, ABlindServerRemovesNobody) {
  mirror_.Apply(Reset());
  mirror_.Apply(View(false));
  EXPECT_THAT(mirror_.Apply(Synced()).removed, IsEmpty());
  EXPECT_THAT(Names(), ElementsAre("a", "b"));

  mirror_.Apply(Member("a"));
  const auto changes = mirror_.Apply(View(true));

  EXPECT_THAT(changes.removed, ElementsAre("b"));
  EXPECT_THAT(Names(), ElementsAre("a"));
}

}  // namespace
}  // namespace roster::cli
