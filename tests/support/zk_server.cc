#include "tests/support/zk_server.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "tests/support/eventually.h"
#include "tests/support/socket.h"
#include "tests/support/zk_probe.h"

namespace roster::testing {
namespace {

constexpr char kJars[] =
    "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar";

void AbortUnlessOk(const absl::Status& status, const ZkServer& server) {
  if (status.ok()) return;
  std::fprintf(stderr, "ZooKeeper for tests: %s\n%s\n",
               status.ToString().c_str(), server.Log().c_str());
  std::abort();
}

}  // namespace

ZkServer::ZkServer(ZkServerOptions options)
    : ZkServer(std::move(options), DoNotStart{}) {
  AbortUnlessOk(Start(), *this);
}

std::unique_ptr<ZkServer> ZkServer::NotStarted(ZkServerOptions options) {
  return std::unique_ptr<ZkServer>(
      new ZkServer(std::move(options), DoNotStart{}));
}

ZkServer::ZkServer(ZkServerOptions options, DoNotStart)
    : options_(std::move(options)), may_move_(options_.port == 0) {
  if (may_move_) options_.port = PickFreePort();
}

ZkServer::~ZkServer() = default;

ZkServer& ZkServer::Shared() {
  // Destroyed at the end of the program, which kills the process.
  static ZkServer server;
  return server;
}

void ZkServer::WriteConfig() {
  std::error_code ignored;
  std::filesystem::create_directory(DataDir(), ignored);
  if (options_.ensemble_id != 0)
    WriteFile(DataDir() / "myid", absl::StrCat(options_.ensemble_id));
  // A member of an ensemble finds its own address in the list of servers.
  const std::string client_address =
      options_.ensemble_id != 0
          ? ""
          : absl::StrCat("\nclientPortAddress=127.0.0.1\nclientPort=",
                         options_.port);
  WriteFile(dir_.File("zoo.cfg"),
            absl::StrCat(
                "dataDir=", DataDir().string(), client_address,
                "\ntickTime=", absl::ToInt64Milliseconds(options_.tick),
                "\nminSessionTimeout=",
                absl::ToInt64Milliseconds(options_.min_session_timeout),
                "\nmaxSessionTimeout=",
                absl::ToInt64Milliseconds(options_.max_session_timeout),
                "\nadmin.enableServer=false\nmaxClientCnxns=0"
                "\n4lw.commands.whitelist=*"
                // Tests do not survive the machine: no fsync, small log files.
                "\nforceSync=no\npreAllocSize=1024\n",
                absl::StrJoin(options_.extra_config, "\n"), "\n"));
}

absl::Status ZkServer::Launch() {
  if (process_ != nullptr && process_->Running()) return absl::OkStatus();
  WriteConfig();
  SubprocessOptions command;
  command.argv = {"java",
                  // A short life is spent starting: load classes from the
                  // archive, skip the optimising compiler.
                  "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                  "-XX:-UsePerfData",
                  absl::StrCat("-Xmx", options_.heap_mb, "m"),
                  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                  "-Dorg.slf4j.simpleLogger.showDateTime=true",
                  "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                  "-Dzookeeper.jmx.log4j.disable=true"};
  command.argv.insert(command.argv.end(), options_.jvm_flags.begin(),
                      options_.jvm_flags.end());
  command.argv.insert(command.argv.end(),
                      {"-cp", kJars, options_.main, dir_.File("zoo.cfg")});
  command.working_dir = dir_.path();
  command.stdout_path = dir_.File("log");
  command.stderr_path = dir_.File("log");
  ROSTER_ASSIGN_OR_RETURN(process_, Subprocess::Start(std::move(command)));
  return absl::OkStatus();
}

absl::Status ZkServer::WaitUntilServing(absl::Duration timeout) {
  absl::Status last;
  // To grant a session is to serve: a port that accepts is not enough.
  const bool serving = static_cast<bool>(WaitUntil(
      [&] {
        if (process_ == nullptr || !process_->Running()) return true;
        ZkProbe probe(ConnectString(), {.request_timeout = absl::Seconds(2)});
        last = probe.Connect();
        return last.ok();
      },
      "ZooKeeper serves", timeout));
  if (process_ == nullptr || !process_->Running())
    return absl::UnavailableError("start ZooKeeper: the process ended");
  if (!serving) return last;
  served_ = true;
  return absl::OkStatus();
}

absl::Status ZkServer::Start() {
  absl::Status status;
  for (int tries = 0; tries < 5; ++tries) {
    ROSTER_RETURN_IF_ERROR(Launch());
    status = WaitUntilServing();
    if (status.ok() || !PortWasTaken() || !may_move_ || served_) break;
    options_.port = PickFreePort();
  }
  return status;
}

bool ZkServer::PortWasTaken() {
  return !process_->Running() && absl::StrContains(Log(), "BindException");
}

void ZkServer::Stop() {
  if (process_ == nullptr) return;
  process_->Kill(SIGTERM);
  AbortUnlessOk(process_->Wait(absl::Seconds(10)).status(), *this);
}

void ZkServer::Kill9() { process_.reset(); }

absl::Status ZkServer::Restart() {
  Stop();
  return Start();
}

void ZkServer::Pause() { process_->Kill(SIGSTOP); }
void ZkServer::Resume() { process_->Kill(SIGCONT); }

void ZkServer::WipeData() { std::filesystem::remove_all(DataDir()); }

std::string ZkServer::ConnectString(const std::string& chroot) const {
  return absl::StrCat("127.0.0.1:", options_.port, chroot);
}

std::string ZkServer::NewChroot(const std::string& prefix) {
  static std::atomic<int> last{0};
  std::string path =
      absl::StrCat("/", prefix, getpid(), "-", last.fetch_add(1) + 1);
  ZkProbe probe(ConnectString());
  AbortUnlessOk(probe.Create(path, "").status(), *this);
  return path;
}

absl::StatusOr<std::string> ZkServer::FourLetterWord(
    std::string_view word, absl::Duration timeout) const {
  ROSTER_ASSIGN_OR_RETURN(Socket socket,
                          Socket::Connect(options_.port, timeout));
  ROSTER_RETURN_IF_ERROR(socket.Write(word));
  return socket.ReadAll();
}

std::string ZkServer::Log() const { return ReadFile(dir_.File("log")); }

}  // namespace roster::testing
