// What no operator takes away for a lock or a barrier, with a real ZooKeeper.
#include <string>

#include "coordination/lock.h"
#include "gmock/gmock.h"
#include "tests/integration/control/inspector_fixture.h"

namespace roster::monitor {
namespace {

using coordination::Patience;
using coordination::Peer;

class OwnPlacesTest : public InspectorTest {
 protected:
  // The reason why the barrier at `path` is not opened.
  std::string OpenAt(const std::string& path) {
    OpenBarrierRequest request{.target = {.path = path}, .reason = "mistyped"};
    request.meta.actor.name = "ops";
    request.meta.deadline = Soon();
    request.meta.content = path;
    return ReasonOf(Ask(&Inspector::OpenBarrier, request).status());
  }
  std::string ReleaseAt(const std::string& path, const std::string& node) {
    return ReasonOf(
        ForceRelease(Release({.path = path}, {.node = node, .czxid = 1}))
            .status());
  }
};

TEST_F(OwnPlacesTest, NothingThatIsKeptIsTakenForABarrier) {
  for (const std::string& path :
       {std::string("/roster"), std::string("/roster/default"), paths_.budgets,
        paths_.admission, paths_.control + "/web-01", paths_.barriers,
        paths_.audit + "/e-0000000000", paths_.locks + "/a",
        std::string("/roster/other/barriers/a")})
    EXPECT_EQ(OpenAt(path), "INVALID_COORDINATION_PATH") << path;
  ASSERT_OK(probe_.Create("/elsewhere", "").status());
  EXPECT_EQ(OpenAt("/elsewhere"), "");
}

TEST_F(OwnPlacesTest, NoMemberOfAnyClusterIsTakenForABarrierOrLock) {
  Peer peer(servers());
  for (const std::string members : {"/clusterServer", kOtherMembersPath}) {
    ASSERT_OK(probe_.CreateWithParents(members));
    const std::string web = members + "/web-01";
    ASSERT_OK(probe_.Create(web, "").status());
    coordination::Lock lock(peer, {.path = members + "/x"});
    ASSERT_OK(lock.Acquire(Patience()));
    for (const std::string& path : {members, web})
      EXPECT_EQ(OpenAt(path), "INVALID_COORDINATION_PATH") << path;
    EXPECT_EQ(ReleaseAt(members, "web-01"), "INVALID_COORDINATION_PATH");
    EXPECT_EQ(ReleaseAt(members + "/x", "any"), "INVALID_COORDINATION_PATH");
    EXPECT_TRUE(lock.grant().may_act());
    EXPECT_OK(probe_.Get(web).status());
  }
}

}  // namespace
}  // namespace roster::monitor
