// Many members: what breaks other clients must not break this one.

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

// Creates persistent children, which are members as well as any, without
// holding sessions: the server keeps them when this process of kazoo ends.
void CreateMembers(const std::string& servers, int count, int name_bytes) {
  auto result = RunCommand(
      SubprocessOptions{
          .argv = {"/usr/bin/python3", "-c",
                   "import sys\n"
                   "from kazoo.client import KazooClient\n"
                   "zk=KazooClient(sys.argv[1]); zk.start()\n"
                   "zk.ensure_path('/clusterServer')\n"
                   "n,w=int(sys.argv[2]),int(sys.argv[3])\n"
                   "for start in range(0,n,1000):\n"
                   "  t=zk.transaction()\n"
                   "  for i in range(start,min(n,start+1000)):\n"
                   "    t.create('/clusterServer/'+('member-%06d-'%i)"
                   ".ljust(w,'x'),b'')\n"
                   "  assert all(isinstance(r,str) for r in t.commit())\n"
                   "zk.stop()\n",
                   servers, base::StrCat(count), base::StrCat(name_bytes)}},
      absl::Minutes(3));
  ASSERT_OK(result.status());
  ASSERT_EQ(result->status.code, 0) << result->err;
}

TEST(ScaleTest, F35_ThirtyThousandMembersSurviveACutConnection) {
  ZkServer server({.heap_mb = 1024});
  TcpProxy proxy(server.port());
  CreateMembers(server.ConnectString(), 30'000, 63);
  auto rosterd = std::make_unique<RosterdProcess>(std::vector<std::string>{
      "--zookeeper", proxy.ConnectString(), "--session-timeout", "10s"});
  ASSERT_TRUE(WaitUntil([&] { return rosterd->Summary().present() == 30'000; },
                        "all are seen", absl::Minutes(1)));
  EVENTUALLY(rosterd->Connected());

  for (int round = 0; round < 2; ++round) {
    const int connections = proxy.accepted_connections();
    proxy.Cut();
    ASSERT_TRUE(WaitUntil(
        [&] {
          return proxy.accepted_connections() > connections &&
                 rosterd->Connected();
        },
        "the view is live again", absl::Minutes(1)));
    // One or two tries, not a loop.
    EXPECT_LE(proxy.accepted_connections(), connections + 3);
  }

  // And the watches work.
  ZkProbe probe(server.ConnectString());
  const std::string name = base::StrCat("member-029999-", std::string(49, 'x'));
  ASSERT_OK(probe.Set("/clusterServer/" + name, R"({"service":"s"})").status());
  EVENTUALLY_THAT(rosterd->Get(name).service(), "s");
  EXPECT_EQ(rosterd->Summary().present(), 30'000);
}

}  // namespace
}  // namespace roster::testing
