// What rosterd makes of its flags, its variables and its file.
#include "monitor/options.h"

#include <stdlib.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OptionsTest : public ::testing::Test {
 protected:
  ~OptionsTest() override { ::unsetenv("ROSTER_CLUSTER"); }

  static ParsedOptions Parse(std::vector<std::string> words) {
    std::vector<const char*> argv = {"rosterd"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    return ParseOptions(static_cast<int>(argv.size()), argv.data());
  }
  ParsedOptions ParseFile(std::string_view yaml,
                          std::vector<std::string> words = {}) {
    testing::WriteFile(file_, yaml);
    words.insert(words.end(), {"--config", file_});
    return Parse(std::move(words));
  }
  static auto Cluster(const std::string& name, const std::string& path) {
    return AllOf(Field(&ClusterOption::name, name),
                 Field(&ClusterOption::members_path, path));
  }

  const testing::TempDir dir_;
  const std::string file_ = dir_.File("rosterd.yaml");
};

TEST_F(OptionsTest, AFlagBeatsAVariableBeatsTheFile) {
  const std::string yaml = "cluster: [file=/f, too=/t]\nevent-history: 500\n";
  EXPECT_THAT(ParseFile(yaml).options.clusters,
              ElementsAre(Cluster("file", "/f"), Cluster("too", "/t")));
  ::setenv("ROSTER_CLUSTER", "variable=/v,also=/a", 1);
  EXPECT_THAT(ParseFile(yaml).options.clusters,
              ElementsAre(Cluster("variable", "/v"), Cluster("also", "/a")));
  const ParsedOptions flags = ParseFile(
      yaml, {"--cluster", "flag=/x", "--http-host", "a", "--state-path", "/s"});
  EXPECT_FALSE(flags.exit_now) << flags.message;
  EXPECT_THAT(flags.options.clusters, ElementsAre(Cluster("flag", "/x")));
  EXPECT_THAT(flags.options.http_hosts, ElementsAre("a"));
  EXPECT_EQ(flags.options.state_path, "/s");
  EXPECT_EQ(flags.options.event_history, 500u);
}

TEST_F(OptionsTest, WithoutAnySettingTheDefaultsCount) {
  const ParsedOptions parsed = Parse({});
  EXPECT_FALSE(parsed.exit_now);
  EXPECT_THAT(parsed.options.clusters,
              ElementsAre(Cluster("default", "/clusterServer")));
  EXPECT_THAT(parsed.options.grpc_listen, ElementsAre("127.0.0.1:7470"));
}

TEST_F(OptionsTest, MistakesNameTheFlag) {
  const auto said = [](std::vector<std::string> words) {
    const ParsedOptions parsed = Parse(std::move(words));
    EXPECT_EQ(parsed.exit_code, 2);
    return parsed.message;
  };
  EXPECT_THAT(said({"--session-timeout", "5x"}),
              HasSubstr("--session-timeout: '5x' is not a duration"));
  EXPECT_THAT(said({"--cluster", "a=/x,a=/y"}),
              HasSubstr("--cluster: cluster 'a' is named twice"));
  EXPECT_THAT(said({"--state-path", "x"}), HasSubstr("--state-path: "));
  EXPECT_THAT(said({"--http-host", "a/b"}), HasSubstr("--http-host: 'a/b'"));
  EXPECT_THAT(said({"--grpc-listn", "x"}),
              HasSubstr("did you mean --grpc-listen?"));
  EXPECT_THAT(said({"--grpc-listen", "192.0.2.1:1"}),
              HasSubstr("--grpc-listen: 192.0.2.1:1 is not a loopback"));
}

TEST_F(OptionsTest, MistakesOfTheFileNameTheirPlace) {
  const auto said = [this](std::string_view yaml) {
    const ParsedOptions parsed = ParseFile(yaml);
    EXPECT_EQ(parsed.exit_code, 2) << yaml;
    return parsed.message;
  };
  EXPECT_THAT(said("event-history: 500\nevent-histry: 5\n"),
              HasSubstr(":2:1: unknown setting 'event-histry'; did you mean "
                        "event-history?"));
  EXPECT_THAT(said("data: a\ndata: b\n"),
              HasSubstr(":2:1: 'data' is set twice"));
  EXPECT_THAT(said("data: {a: 1}\n"),
              HasSubstr(":1:7: 'data' takes a value or a list"));
  EXPECT_THAT(said("data: [[1]]\n"), HasSubstr(":1:8: 'data' takes plain"));
  EXPECT_THAT(said("cluster: [a=/x, a=/y]\n"),
              HasSubstr(":1:10: --cluster: cluster 'a' is named twice"));
  EXPECT_THAT(said("zookeeper: [a:2181, b:2181]\n"),
              HasSubstr(":1:12: 'zookeeper' takes one text, not a list; "
                        "separate servers by commas: a:2181,b:2181"));
  EXPECT_THAT(said("state-path: [/a, /b]\n"),
              HasSubstr(":1:13: 'state-path' takes one text, not a list\n"));
  EXPECT_THAT(said("- a\n"), HasSubstr(":1:1: expected settings"));
  EXPECT_THAT(said("a: [\n"), HasSubstr(file_));
  EXPECT_THAT(Parse({"--config", dir_.path()}).message,
              HasSubstr("it is a folder"));
  EXPECT_THAT(Parse({"--config", dir_.File("none")}).message,
              HasSubstr("cannot be read"));
}

TEST_F(OptionsTest, AFileIsOneDocumentOfModestSize) {
  EXPECT_THAT(ParseFile("log-level: info\n---\nlog-level: debug\n").message,
              AllOf(HasSubstr("rosterd.yaml:3:1:"), HasSubstr("second")));
  EXPECT_THAT(ParseFile(std::string((1 << 20) + 1, '#')).message,
              HasSubstr("larger than 1 MiB"));
  EXPECT_FALSE(ParseFile("---\nlog-level: debug\n").exit_now);
  EXPECT_FALSE(ParseFile("# nothing\n").exit_now);
}

TEST_F(OptionsTest, AFileCannotSayWhatOnlyAFlagCan) {
  EXPECT_THAT(ParseFile("help: true\n").message,
              HasSubstr("'help' is a flag, and no setting"));
}

TEST_F(OptionsTest, MembersNeedAPathOfTheirOwn) {
  const auto said = [](std::vector<std::string> words) {
    return Parse(std::move(words)).message;
  };
  EXPECT_THAT(said({"--cluster", "a=/x,b=/x"}),
              HasSubstr("--cluster: 'a' and 'b' have the same path, /x;"));
  EXPECT_THAT(said({"--cluster", "a=/roster"}),
              HasSubstr("the path of 'a', /roster, is the --state-path"));
  EXPECT_THAT(said({"--cluster", "a=/s/t/u", "--state-path", "/s/t"}),
              HasSubstr("/s/t/u, is inside the --state-path, /s/t,"));
  EXPECT_EQ(said({"--cluster", "a=/x,b=/x/y,c=/rosters"}), "");
  EXPECT_EQ(said({"--cluster", "a=/app", "--state-path", "/app/state"}), "");
}

TEST_F(OptionsTest, AVariableThatIsNobodysIsWarnedOf) {
  EXPECT_THAT(Parse({}).warnings, IsEmpty());
  ::setenv("ROSTER_ZOOKEPER", "x", 1);
  ::setenv("ROSTER_QUITE_ANOTHER_THING", "x", 1);
  // Of rosterctl, of Kubernetes, and of a setting.
  ::setenv("ROSTER_ENDPOINT", "x:1", 1);
  ::setenv("ROSTER_SERVICE_HOST", "192.0.2.1", 1);
  ::setenv("ROSTER_PORT_7470_TCP_ADDR", "192.0.2.1", 1);
  ::setenv("ROSTER_CLUSTER", "a=/x", 1);
  const ParsedOptions parsed = Parse({});
  for (const char* variable :
       {"ROSTER_ZOOKEPER", "ROSTER_QUITE_ANOTHER_THING", "ROSTER_ENDPOINT",
        "ROSTER_SERVICE_HOST", "ROSTER_PORT_7470_TCP_ADDR"})
    ::unsetenv(variable);
  EXPECT_FALSE(parsed.exit_now) << parsed.message;
  EXPECT_THAT(parsed.warnings,
              UnorderedElementsAre(
                  "no setting is read from the variable ROSTER_ZOOKEPER; did "
                  "you mean ROSTER_ZOOKEEPER?",
                  "no setting is read from the variable "
                  "ROSTER_QUITE_ANOTHER_THING; rosterd --help lists them"));
}

}  // namespace
}  // namespace roster::monitor
