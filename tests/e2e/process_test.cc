// rosterd as a process: flags, files, signals, its private ZooKeeper.

#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

CommandResult RunRosterd(std::vector<std::string> flags) {
  flags.insert(flags.begin(), RosterdBinary());
  auto result = RunCommand(flags);
  EXPECT_OK(result.status());
  return result.ok() ? *result : CommandResult{};
}

struct Mistake {
  std::vector<std::string> flags;
  std::string named;  // has to be in the message
};

TEST(FlagsTest, EachMistakeNamesItselfAndEndsWithUsageError) {
  const std::vector<Mistake> mistakes = {
      {{"--no-such-flag"}, "no-such-flag"},
      {{"--zookeper", "x"},
       "there is no flag --zookeper; did you mean --zookeeper? rosterd"},
      {{"--session-timeout", "fast"}, "session-timeout"},
      {{"--session-timeout", "-5s"}, "session-timeout"},
      {{"--zookeeper-stats-interval", "100ms"}, "the least is 1s"},
      {{"--cluster", "web"}, "cluster"},
      {{"--cluster", "web=relative"}, "relative"},
      {{"--cluster", "a=/x", "--cluster", "a=/y"}, "twice"},
      {{"--cluster", "a b=/x"}, "cluster"},
      {{"--zookeeper", "host"}, "zookeeper"},
      {{"--zookeeper", "host:0"}, "zookeeper"},
      {{"--zookeeper", ""}, "zookeeper"},
      {{"--grpc-listen", "127.0.0.1"}, "grpc-listen"},
      {{"--grpc-listen", "127.0.0.1:99999"}, "grpc-listen"},
      {{"--grpc-listen", "example.org:80"}, "grpc-listen"},
      {{"--http-listen", "0.0.0.0:0"}, "--insecure-listen"},
      {{"--http-host", "a:80"}, "http-host"},
      {{"--http-host", "http://a"}, "http-host"},
      {{"--state-path", "x"}, "state-path"},
      {{"--log-format", "xml"}, "log-format"},
      {{"--event-history", "-1"}, "event-history"},
      {{"--dev-port", "2181"}, "--dev"},
      {{"--config", "/nonexistent/rosterd.yaml"}, "/nonexistent/rosterd.yaml"},
      {{"--config", "/"}, "--config"},
      {{"--dev", "--zookeeper", "127.0.0.1:1"}, "--zookeeper"},
      {{"stray"}, "stray"},
  };
  for (const Mistake& mistake : mistakes) {
    const CommandResult result = RunRosterd(mistake.flags);
    EXPECT_EQ(result.status.code, 2) << mistake.flags[0] << result.err;
    EXPECT_THAT(result.err, HasSubstr(mistake.named));
    EXPECT_EQ(result.out, "");
  }
}

TEST(FlagsTest, MistakesInTheConfigurationFileNameTheirLine) {
  TempDir dir;
  const std::string file = dir.File("rosterd.yaml");
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"zookeeper: a:1\nsesion-timeout: 5s\n",
       ":2:1: unknown setting 'sesion-timeout'; did you mean session-timeout?"},
      {"zookeeper: a:1\n\nsession-timeout: fast\n", ":3:"},
      {"grpc-listen: [127.0.0.1:0, nowhere]\n", ":1:"},
      {"log-level: info\nlog-level: debug\n", "twice"},
      {"cluster: {a: /x}\n", ":1:"},
      {"zookeeper: [\n", file},
      {"- a\n", ":1:"},
  };
  for (const auto& [text, named] : mistakes) {
    WriteFile(file, text);
    const CommandResult result = RunRosterd({"--config", file});
    EXPECT_EQ(result.status.code, 2) << text;
    EXPECT_THAT(result.err, AllOf(HasSubstr(file), HasSubstr(named))) << text;
  }
}

TEST(FlagsTest, AFlagBeatsAVariableBeatsTheFile) {
  TempDir dir;
  const std::string file = dir.File("rosterd.yaml");
  WriteFile(file, "log-format: json\nzookeeper: 127.0.0.1:1/file\n");
  auto start = [&](std::vector<std::string> more,
                   std::vector<std::pair<std::string, std::string>> env) {
    std::vector<std::string> argv = {
        RosterdBinary(), "--config",       file,
        "--grpc-listen", "127.0.0.1:0",    "--http-listen",
        "127.0.0.1:0",   "--address-file", dir.File("addresses")};
    argv.insert(argv.end(), more.begin(), more.end());
    std::filesystem::remove(dir.File("addresses"));
    return *Subprocess::Start({.argv = argv, .env = env});
  };
  auto zookeeper = [&] { return ReadFile(dir.File("addresses")); };

  auto by_file = start({}, {});
  EVENTUALLY_THAT(zookeeper(), HasSubstr("127.0.0.1:1/file"));
  EVENTUALLY_THAT(by_file->Stderr(), HasSubstr("{\"time\":"));
  auto by_variable = start({}, {{"ROSTER_ZOOKEEPER", "127.0.0.1:1/variable"}});
  EVENTUALLY_THAT(zookeeper(), HasSubstr("127.0.0.1:1/variable"));
  auto by_flag = start({"--zookeeper", "127.0.0.1:1/flag"},
                       {{"ROSTER_ZOOKEEPER", "127.0.0.1:1/variable"}});
  EVENTUALLY_THAT(zookeeper(), HasSubstr("127.0.0.1:1/flag"));
}

TEST(DevTest, RunsOnAPrivateZooKeeperThatDiesWithIt) {
  RosterdProcess rosterd({"--dev"});
  EVENTUALLY(rosterd.Connected());
  {
    ZkProbe probe(rosterd.zookeeper());
    ASSERT_OK(probe.CreateWithParents("/clusterServer"));
    ASSERT_OK(
        probe.Create("/clusterServer/a", "", NodeKind::kEphemeral).status());
    EVENTUALLY_THAT(rosterd.Status("a"), "UP");
  }

  rosterd.process().Kill(SIGKILL);

  ZkProbe probe(rosterd.zookeeper(),
                {.request_timeout = absl::Milliseconds(300)});
  EVENTUALLY(!probe.Connect().ok());
}

// The process that `parent`, which has one thread that forks, has started.
pid_t ChildOf(pid_t parent) {
  const std::string children =
      ReadFile(base::StrCat("/proc/", parent, "/task/", parent, "/children"));
  return static_cast<pid_t>(std::atoi(children.c_str()));
}

TEST(DevTest, AStartIsNotGreetedByRefusedConnections) {
  RosterdProcess rosterd({"--dev"});
  EVENTUALLY(rosterd.Connected());

  EXPECT_THAT(rosterd.Log(), Not(HasSubstr("refused")));
}

TEST(DevTest, ASecondSignalEndsItAtOnceAndLeavesNoFolder) {
  TempDir dir;
  auto rosterd = Subprocess::Start(
      {.argv = {RosterdBinary(), "--dev", "--grpc-listen", "127.0.0.1:0",
                "--http-listen", "127.0.0.1:0"},
       .env = {{"TMPDIR", dir.path()}}});
  ASSERT_OK(rosterd.status());
  EVENTUALLY_THAT((*rosterd)->Stderr(), HasSubstr("serving http"));
  EXPECT_FALSE(std::filesystem::is_empty(dir.path()));

  // A server that does not end holds up the orderly stop for 2 s.
  const pid_t server = ChildOf((*rosterd)->pid());
  ASSERT_GT(server, 0);
  kill(server, SIGSTOP);
  (*rosterd)->Kill(SIGTERM);
  EVENTUALLY_THAT((*rosterd)->Stderr(), HasSubstr("rosterd stops"));
  (*rosterd)->Kill(SIGTERM);
  const auto ended = (*rosterd)->Wait(absl::Seconds(5));

  ASSERT_OK(ended.status());
  EXPECT_EQ(ended->signal, SIGTERM);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(DevTest, APortInUseIsSaidAndEndsRosterd) {
  RosterdProcess first({"--dev"});
  const std::string port =
      first.zookeeper().substr(first.zookeeper().rfind(':') + 1);
  EVENTUALLY(first.Connected());

  const CommandResult second =
      RunRosterd({"--dev", "--dev-port", port, "--grpc-listen", "127.0.0.1:0",
                  "--http-listen", "127.0.0.1:0"});

  EXPECT_EQ(second.status.code, 1);
  EXPECT_THAT(second.err, HasSubstr("--dev-port " + port));
  EXPECT_THAT(second.err, HasSubstr("in use"));
}

TEST(DevTest, ADataFolderInUseIsSaidAndLeftAlone) {
  TempDir dir;
  RosterdProcess first({"--dev", "--dev-data", dir.path()});
  EVENTUALLY(first.Connected());

  const CommandResult second =
      RunRosterd({"--dev", "--dev-data", dir.path(), "--grpc-listen",
                  "127.0.0.1:0", "--http-listen", "127.0.0.1:0"});

  EXPECT_EQ(second.status.code, 1);
  EXPECT_THAT(second.err, HasSubstr("another rosterd uses it"));
  EXPECT_TRUE(first.Connected());
}

TEST(ProcessTest, AnAddressFileThatIsNoFileIsRefused) {
  TempDir dir;
  const CommandResult result = RunRosterd(
      {"--zookeeper", "127.0.0.1:1", "--grpc-listen", "127.0.0.1:0",
       "--http-listen", "127.0.0.1:0", "--address-file", dir.path()});

  EXPECT_EQ(result.status.code, 1);
  EXPECT_THAT(result.err, HasSubstr("not a regular file"));
}

TEST(ProcessTest, TooFewDescriptorsAreSaidAndAreNoCrash) {
  const auto result =
      RunCommand({"prlimit", "--nofile=26:26", RosterdBinary(), "--zookeeper",
                  "127.0.0.1:1", "--grpc-listen", "127.0.0.1:0",
                  "--http-listen", "127.0.0.1:0"});
  ASSERT_OK(result.status());

  EXPECT_EQ(result->status.code, 1);
  EXPECT_THAT(result->err, HasSubstr("the limit of open files (ulimit -n) is "
                                     "26; at least 128 are needed"));
}

TEST(ProcessTest, AnAddressInUseIsNamed) {
  RosterdProcess first({"--zookeeper", "127.0.0.1:1"});

  const CommandResult second =
      RunRosterd({"--zookeeper", "127.0.0.1:1", "--grpc-listen", first.grpc(),
                  "--http-listen", "127.0.0.1:0"});
  EXPECT_EQ(second.status.code, 1);
  EXPECT_THAT(second.err, HasSubstr(first.grpc() + ": Address already in use"));
  EXPECT_THAT(second.err, HasSubstr("--grpc-listen"));
  EXPECT_THAT(second.err, Not(HasSubstr("chttp2"))) << "gRPC's own log";
  const CommandResult third =
      RunRosterd({"--zookeeper", "127.0.0.1:1", "--grpc-listen", "127.0.0.1:0",
                  "--http-listen", first.http()});
  EXPECT_EQ(third.status.code, 1);
  EXPECT_THAT(third.err, HasSubstr(first.http()));
}

TEST(ProcessTest, SigtermEndsStreamsPolitelyWithinFiveSeconds) {
  RosterdProcess rosterd({"--dev"});
  EVENTUALLY(rosterd.Connected());
  grpc::ClientContext context;
  auto stream = rosterd.stub().WatchMembers(&context, {});
  v1::WatchMembersResponse message;
  ASSERT_TRUE(stream->Read(&message));

  rosterd.process().Kill(SIGTERM);
  while (stream->Read(&message)) {
  }
  const grpc::Status status = stream->Finish();
  auto ended = rosterd.process().Wait(absl::Seconds(5));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("stopping"));
  ASSERT_OK(ended.status());
  EXPECT_EQ(ended->code, 0) << rosterd.Log();
}

// `socket` is a file, or, with "@" in front, a name that is none.
void ExpectToldOfStartAndStop(const std::string& socket) {
  TempDir dir;
  const std::string said = dir.File("said");
  auto manager = Subprocess::Start(
      {.argv = {"/usr/bin/python3", "-c",
                "import socket,sys\n"
                "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
                "s.bind(sys.argv[1].replace('@','\\0',1))\n"
                "out=open(sys.argv[2],'w')\n"
                "while True:\n"
                "  print(s.recv(4096).decode(),file=out,flush=True)\n",
                socket, said}});
  ASSERT_OK(manager.status());
  EVENTUALLY(std::filesystem::exists(said));
  auto rosterd = Subprocess::Start(
      {.argv = {RosterdBinary(), "--zookeeper", "127.0.0.1:1", "--grpc-listen",
                "127.0.0.1:0", "--http-listen", "127.0.0.1:0"},
       .env = {{"NOTIFY_SOCKET", socket}}});
  ASSERT_OK(rosterd.status());

  EVENTUALLY_THAT(ReadFile(said), HasSubstr("READY=1\nSTATUS=serving"));
  (*rosterd)->Kill(SIGTERM);
  EVENTUALLY_THAT(ReadFile(said), HasSubstr("STOPPING=1"));
  EXPECT_OK((*rosterd)->Wait(absl::Seconds(5)).status());
}

TEST(ProcessTest, TellsSystemdWhenItIsReadyAndWhenItStops) {
  TempDir dir;
  ExpectToldOfStartAndStop(dir.File("notify"));
}

TEST(ProcessTest, TellsAServiceManagerThatListensOnAnAbstractSocket) {
  ExpectToldOfStartAndStop(base::StrCat("@roster-test-", getpid()));
}

TEST(ProcessTest, ServesIpv6) {
  TempDir dir;
  const std::string file = dir.File("addresses");
  auto rosterd = Subprocess::Start(
      {.argv = {RosterdBinary(), "--zookeeper", "127.0.0.1:1", "--grpc-listen",
                "[::1]:0", "--http-listen", "[::1]:0,127.0.0.1:0",
                "--address-file", file}});
  ASSERT_OK(rosterd.status());
  EVENTUALLY(ReadFile(file) != "");
  const auto addresses = nlohmann::json::parse(ReadFile(file));

  ASSERT_EQ(addresses["http"].size(), 2);
  for (const std::string address : addresses["http"]) {
    auto result = RunCommand(
        {"curl", "-gsS", base::StrCat("http://", address, "/-/healthy")});
    ASSERT_OK(result.status());
    EXPECT_EQ(result->status.code, 0) << address << result->err;
  }
  auto status = RunCommand({RosterctlBinary(), "--endpoint",
                            addresses["grpc"][0].get<std::string>(), "status"});
  ASSERT_OK(status.status());
  EXPECT_EQ(status->status.code, 0) << status->err;
}

}  // namespace
}  // namespace roster::testing
