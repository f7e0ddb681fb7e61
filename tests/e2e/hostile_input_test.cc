// Payloads and names that no reasonable program would write. None of them may
// crash rosterd, hide another member, or break a scrape.

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HostileInputTest : public ::testing::Test {
 protected:
  HostileInputTest()
      : servers_(
            ZkServer::Shared().ConnectString(ZkServer::Shared().NewChroot())),
        probe_(servers_) {
    EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
    EXPECT_OK(probe_
                  .Create("/clusterServer/bystander",
                          R"({"v":1,"state":"UP","service":"calm"})",
                          NodeKind::kEphemeral)
                  .status());
    rosterd_ = RosterdProcess::Watching(servers_);
  }
  void SetUp() override {
    EVENTUALLY_THAT(rosterd_->Status("bystander"), "UP");
  }

  void Join(const std::string& name, std::string_view data,
            NodeKind kind = NodeKind::kEphemeral) {
    ASSERT_OK(probe_.Create("/clusterServer/" + name, data, kind).status())
        << name;
    EVENTUALLY(rosterd_->Get(name).present());
  }

  // What has to hold whatever the others do.
  void ExpectAllIsWell() {
    EXPECT_TRUE(rosterd_->process().Running()) << rosterd_->Log();
    EXPECT_EQ(rosterd_->Status("bystander"), "UP");
    EXPECT_EQ(rosterd_->Rosterctl({"members"}).status.code, 0);
    EXPECT_EQ(rosterd_->Rosterctl({"members", "-o", "wide"}).status.code, 0);
    EXPECT_EQ(rosterd_->Rosterctl({"progress"}).status.code, 0);
    EXPECT_FALSE(rosterd_->Members().is_discarded());
    const std::string file = dir_.File("metrics");
    WriteFile(file, rosterd_->HttpGet("/metrics"));
    auto check =
        RunCommand({"bash", "-c", "promtool check metrics < \"$0\"", file});
    ASSERT_OK(check.status());
    // Code 3 is for matters of style, which a test of its own looks at.
    EXPECT_THAT(check->err, Not(HasSubstr("error while linting")))
        << check->err;
    EXPECT_NE(check->status.code, 1) << check->err;
  }

  TempDir dir_;
  const std::string servers_;
  ZkProbe probe_;
  std::unique_ptr<RosterdProcess> rosterd_;
};

TEST_F(HostileInputTest, F11_F41_F42_UnreadablePayloadsAreMembersMarkedOpaque) {
  const std::vector<std::pair<std::string, std::string>> payloads = {
      {"empty", ""},
      {"nul-bytes", std::string("\0\0\0", 3)},
      {"invalid-utf8", "{\"service\":\"\xff\xfe\"}"},
      {"not-json", "hello, world"},
      {"array", "[1,2,3]"},
      {"number", "42"},
      {"null", "null"},
      {"cut-off", R"({"v":1,"state":"UP)"},
      {"newer", R"({"v":2,"state":"SOMETHING"})"},
      {"deep", std::string(30'000, '[')},
      {"over-64k", "{\"service\":\"" + std::string(64 * 1024, 'x') + "\"}"},
      {"one-mebi", std::string(1'000'000, 'x')},
  };
  for (const auto& [name, data] : payloads) Join(name, data);

  for (const auto& [name, data] : payloads) {
    const v1::Member member = rosterd_->Get(name);
    EXPECT_EQ(member.status(), v1::MEMBER_STATUS_UP) << name;
    EXPECT_TRUE(member.opaque()) << name;
    EXPECT_NE(member.opaque_reason(), "") << name;
  }
  ExpectAllIsWell();
}

TEST_F(HostileInputTest, FieldsThatMakeNoSenseAreLeftOutAndNamed) {
  Join("negative-done",
       R"({"v":1,"service":"s","tasks":[{"id":"t","done":-5,"total":10}]})");
  Join("huge-total",
       R"({"v":1,"service":"s","tasks":[{"id":"t","done":1,"total":1e308}]})");
  Join("out-of-range", R"({"v":1,"service":"s","gauges":{"g":1e999}})");
  Join("wrong-types",
       R"({"v":1,"service":"s","labels":{"a":7},"state":["UP"],"tasks":{}})");
  Join("duplicates", R"({"v":1,"service":"first","service":"s"})");

  for (const char* name :
       {"negative-done", "huge-total", "wrong-types", "duplicates"}) {
    const v1::Member member = rosterd_->Get(name);
    EXPECT_FALSE(member.opaque()) << name << " " << member.opaque_reason();
    EXPECT_EQ(member.service(), "s") << name;
  }
  EXPECT_NE(rosterd_->Get("negative-done").record_warning(), "");
  EXPECT_NE(rosterd_->Get("wrong-types").record_warning(), "");
  ExpectAllIsWell();
}

TEST_F(HostileInputTest,
       F57_TextThatCouldForgeLabelsOrDriveATerminalIsHarmless) {
  const std::string forged = R"(a"} 1
roster_members{status="LOST"} 99)";
  Join("forger",
       R"({"v":1,"service":"x\"} 1\nroster_up 5","labels":{"z":"\\{}\n\""},
    "state_reason":"\u001b[2J\u001b]0;owned\u0007","tasks":[{"id":"t\"\n","name":"n\\",
    "done":1,"total":2,"message":"\u202e<script>alert(1)</script>"}],
    "gauges":{"g\"} 7\n":1}})");
  Join("quote\"brace}newline", "");

  ExpectAllIsWell();

  const CommandResult shown = rosterd_->Rosterctl({"member", "forger"});
  EXPECT_EQ(shown.status.code, 0);
  EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(rosterd_->HttpGet("/metrics"), Not(HasSubstr("\nroster_up 5")));
}

TEST_F(HostileInputTest, F12_EveryNameThatZooKeeperAllowsIsShown) {
  std::vector<std::string> names = {std::string(255, 'n'),
                                    "UPPER",
                                    "upper",
                                    "::1",
                                    "[fe80::1%eth0]:7000",
                                    "with space",
                                    "-rf",
                                    "{}",
                                    "$(reboot)",
                                    "%2e%2e",
                                    "a,b=c",
                                    "\xe4\xb8\xbb\xe6\x9c\xba",
                                    "..."};
  for (char c = '!'; c <= '~'; ++c)
    if (c != '/' && c != '.') names.push_back(std::string(1, c));
  for (const std::string& name : names)
    ASSERT_OK(probe_.Create("/clusterServer/" + name, "", NodeKind::kEphemeral)
                  .status())
        << name;
  EVENTUALLY_THAT(rosterd_->Summary().present(),
                  static_cast<int64_t>(names.size()) + 1);

  for (const std::string& name : names)
    EXPECT_EQ(rosterd_->Get(name).name(), name);
  EXPECT_EQ(rosterd_->Members().size(), names.size() + 1);
  ExpectAllIsWell();
}

TEST_F(HostileInputTest, APersistentChildIsShownAndSaysWhatItIs) {
  Join("persistent", "", NodeKind::kPersistent);

  const v1::Member member = rosterd_->Get("persistent");
  EXPECT_TRUE(member.opaque());
  EXPECT_THAT(member.opaque_reason(), HasSubstr("persistent"));
  ExpectAllIsWell();
}

// U+202E would turn the rest of the line.
TEST_F(HostileInputTest, AnOperationOfAnyNameCanBeEndedAndLeavesTheLogUpright) {
  const std::string parent = "/roster/default/operations";
  const std::string odd = "op-\u202e1";
  const std::string lengthy(255, 'n');
  ASSERT_OK(probe_.CreateWithParents(parent));
  for (const std::string& name : {odd, lengthy}) {
    ASSERT_OK(probe_.Create(parent + "/" + name, "garbage").status());
    EVENTUALLY_THAT(rosterd_->Rosterctl({"operation", name}).status.code, 0);

    const CommandResult ended = rosterd_->Rosterctl(
        {"operation", name, "--cancel", "--reason", "nobody's", "--yes"});

    EXPECT_EQ(ended.status.code, 0) << ended.err;
    EXPECT_THAT(*probe_.Get(parent + "/" + name), HasSubstr("CANCELLED"));
    EXPECT_THAT(rosterd_->Rosterctl({"audit", "-o", "json"}).out,
                HasSubstr("CancelOperation"));
  }
  ASSERT_OK(probe_.CreateWithParents("/roster/default/designations"));
  ASSERT_OK(probe_.Create("/roster/default/designations/e\u202e1", "garbage")
                .status());
  EVENTUALLY(rosterd_->Log().find("e\\u{202e}1") != std::string::npos);
  EXPECT_THAT(rosterd_->Log(), Not(HasSubstr("\u202e")));
  ExpectAllIsWell();
}

TEST_F(HostileInputTest, ABrokenOrderIsReportedAndChangesNothing) {
  ASSERT_OK(probe_.CreateWithParents("/roster/default/control"));
  ASSERT_OK(probe_
                .Create("/roster/default/control/bystander",
                        R"({"v":1,"epoch":"twelve"})")
                .status());

  EVENTUALLY(rosterd_->Get("bystander").desired().problem() != "");
  EXPECT_EQ(rosterd_->Status("bystander"), "UP");
  ExpectAllIsWell();
}

TEST_F(HostileInputTest, F56_EveryScrapeDuringChurnIsWhole) {
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 50; ++i)
      ASSERT_OK(
          probe_
              .Create(base::StrCat("/clusterServer/churn-", i),
                      R"({"v":1,"tasks":[{"id":"t","done":1,"total":9}]})",
                      NodeKind::kEphemeral)
              .status());
    ExpectAllIsWell();
    for (int i = 0; i < 50; ++i)
      ASSERT_OK(probe_.Delete(base::StrCat("/clusterServer/churn-", i)));
  }
}

}  // namespace
}  // namespace roster::testing
