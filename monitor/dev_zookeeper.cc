#include "monitor/dev_zookeeper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

namespace fs = std::filesystem;

// Where Debian's packages put things.
constexpr char kJava[] = "/usr/bin/java";
constexpr char kClassPath[] = "/usr/share/java/zookeeper.jar";
constexpr absl::Duration kStopGrace = absl::Seconds(2);
constexpr char kMainClass[] = "org.apache.zookeeper.server.ZooKeeperServerMain";

// `port`, or any if it is 0, as long as it was free a moment ago. ZooKeeper
// itself cannot report the port that the system chose for it; and where
// somebody listens already, rosterd would take that for its own server.
absl::StatusOr<int> FreePort(int port) {
  boost::asio::io_context context;
  boost::system::error_code error;
  boost::asio::ip::tcp::acceptor acceptor(context);
  acceptor.open(boost::asio::ip::tcp::v4(), error);
  if (!error)
    acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error)
    acceptor.bind(
        {boost::asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)},
        error);
  if (error)
    return absl::UnavailableError(
        port == 0 ? base::StrCat("no free port on 127.0.0.1: ", error.message())
                  : base::StrCat("--dev-port ", port,
                                 " cannot be listened on: ", error.message(),
                                 "; choose another, or none"));
  return acceptor.local_endpoint().port();
}

std::string LastLines(const fs::path& file, size_t bytes = 1500) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<size_t>(in.tellg());
  in.seekg(static_cast<std::streamoff>(size - std::min(size, bytes)));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

absl::StatusOr<std::unique_ptr<DevZooKeeper>> DevZooKeeper::Start(
    DevZooKeeperOptions options) {
  for (const char* file : {kJava, kClassPath})
    if (!fs::exists(file))
      return absl::NotFoundError(base::StrCat(
          "--dev needs ", file,
          "; on Debian: apt-get install zookeeper default-jre-headless"));
  std::unique_ptr<DevZooKeeper> server(new DevZooKeeper(std::move(options)));
  ROSTER_RETURN_IF_ERROR(server->Prepare());
  ROSTER_RETURN_IF_ERROR(server->Launch());
  return server;
}

DevZooKeeper::DevZooKeeper(DevZooKeeperOptions options)
    : options_(std::move(options)) {}

DevZooKeeper::~DevZooKeeper() {
  if (waiter_.joinable()) {
    StopServer();
    waiter_.join();
  }
  if (lock_fd_ >= 0) close(lock_fd_);
  RemoveFolder(temporary_folder());
}

void DevZooKeeper::RemoveFolder(const std::string& folder) {
  if (folder.empty()) return;
  // A file that comes to be while the others go makes one try fail.
  constexpr int kTries = 100;
  std::error_code error;
  for (int i = 0; i < kTries; ++i) {
    fs::remove_all(folder, error);
    if (!error) return;
  }
}

bool DevZooKeeper::Answers() const {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(std::chrono::seconds(1));
  stream.connect("127.0.0.1", base::StrCat(options_.port));
  stream << "srvr" << std::flush;
  const std::string answer((std::istreambuf_iterator<char>(stream)), {});
  // Before that it says that it is not serving.
  return answer.find("Mode:") != std::string::npos;
}

void DevZooKeeper::StopServer() {
  base::MutexLock lock(&mu_);
  stopping_ = true;
  // The pid is ours until the waiter says that it has reaped it.
  if (!exited_) kill(pid_, SIGTERM);
  const absl::Time deadline = absl::Now() + kStopGrace;
  while (!exited_ && absl::Now() < deadline)
    changed_.WaitWithTimeout(&mu_, deadline - absl::Now());
  if (!exited_) kill(pid_, SIGKILL);
}

absl::Status DevZooKeeper::Prepare() {
  std::error_code error;
  if (options_.data.empty()) {
    std::string pattern =
        (fs::temp_directory_path(error) / "rosterd-dev-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return absl::UnavailableError(base::StrCat(
          "cannot make a folder ", pattern, ": ", std::strerror(errno)));
    options_.data = pattern;
    remove_data_ = true;
  }
  fs::create_directories(options_.data, error);
  if (error)
    return absl::InvalidArgumentError(
        base::StrCat("--dev-data ", options_.data, ": ", error.message()));
  // Two servers on one folder would ruin it.
  const std::string lock = (fs::path(options_.data) / "rosterd.lock").string();
  lock_fd_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd_ < 0 || flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
    return absl::FailedPreconditionError(
        base::StrCat("--dev-data ", options_.data,
                     ": another rosterd uses it, or it cannot be written: ",
                     std::strerror(errno)));
  ROSTER_ASSIGN_OR_RETURN(options_.port, FreePort(options_.port));
  servers_ = base::StrCat("127.0.0.1:", options_.port);

  std::ofstream config(fs::path(options_.data) / "zoo.cfg");
  config << "# Written by rosterd --dev at each start.\n"
         << "dataDir=" << fs::absolute(options_.data).string() << "\n"
         << "clientPortAddress=127.0.0.1\n"
         << "clientPort=" << options_.port << "\n"
         << "tickTime=500\n"
         << "maxClientCnxns=0\n"
         << "admin.enableServer=false\n"
         << "4lw.commands.whitelist=ruok,srvr,mntr,stat\n"
         << "autopurge.purgeInterval=1\n";
  std::ofstream log_config(fs::path(options_.data) / "log4j.properties");
  log_config
      << "log4j.rootLogger=WARN, out\n"
      << "log4j.appender.out=org.apache.log4j.ConsoleAppender\n"
      << "log4j.appender.out.layout=org.apache.log4j.PatternLayout\n"
      << "log4j.appender.out.layout.ConversionPattern=%d %p %c{1} %m%n\n";
  config.close();
  log_config.close();
  if (!config || !log_config)
    return absl::UnavailableError(
        base::StrCat("cannot write into ", options_.data));
  return absl::OkStatus();
}

absl::Status DevZooKeeper::Launch() {
  const fs::path data = fs::absolute(options_.data);
  const std::vector<std::string> arguments = {
      kJava,
      "-Xmx512m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",  // a quicker start matters more here
      base::StrCat("-Dlog4j.configuration=file:",
                   (data / "log4j.properties").string()),
      "-cp",
      kClassPath,
      kMainClass,
      (data / "zoo.cfg").string()};
  std::vector<char*> argv;
  for (const std::string& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string log_file = (data / "zookeeper.log").string();
  const pid_t parent = getpid();

  pid_ = fork();
  if (pid_ < 0)
    return absl::UnavailableError(
        base::StrCat("cannot start ZooKeeper: ", std::strerror(errno)));
  if (pid_ == 0) {
    // Only async-signal-safe calls from here on.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    // A group of its own, so that Ctrl-C in a terminal reaches rosterd alone,
    // which then stops the server in its order.
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int fd = open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0) {
      dup2(fd, STDOUT_FILENO);
      dup2(fd, STDERR_FILENO);
    }
    close(STDIN_FILENO);
    execv(kJava, argv.data());
    _exit(127);
  }
  waiter_ = std::thread([this] { WaitForExit(); });
  base::Log(options_.log, base::LogLevel::kInfo,
            "private zookeeper started servers=", servers_,
            " data=", options_.data, " pid=", pid_);
  return absl::OkStatus();
}

void DevZooKeeper::WaitForExit() {
  // Waits without reaping first, so that nobody signals a pid that may have
  // been given to another process.
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 &&
         errno == EINTR) {
  }
  int status = 0;
  {
    base::MutexLock lock(&mu_);
    waitpid(pid_, &status, 0);
    exited_ = true;
    changed_.NotifyAll();
    if (stopping_ || !options_.on_exit) return;
  }
  options_.on_exit(
      base::StrCat("the private ZooKeeper ended, wait status ", status, ":\n",
                   LastLines(fs::path(options_.data) / "zookeeper.log")));
}

}  // namespace roster::monitor
