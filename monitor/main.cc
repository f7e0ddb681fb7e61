// rosterd: reads what it was told, starts, waits for a signal, and stops.

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/exhaustion.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/version.h"
#include "monitor/daemon.h"
#include "monitor/dev_zookeeper.h"
#include "monitor/logging.h"
#include "monitor/options.h"
#include "monitor/service_manager.h"

namespace roster::monitor {
namespace {

using base::LogLevel;

// Every connection is a descriptor, and the usual soft limit of 1,024 is from
// the days of select(), which nothing here uses.
void RaiseFileLimit() {
  constexpr rlim_t kWanted = 65'536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(kWanted, limit.rlim_max));
  setrlimit(RLIMIT_NOFILE, &limit);
}

// malloc learns from large blocks that are freed to keep such blocks: some
// scrapes of a large page, and their memory stays with the process for good.
// With a threshold that is set it does not learn.
void ReturnLargeBlocks() { mallopt(M_MMAP_THRESHOLD, 256 * 1024); }

// From now on a signal does not wait for an orderly end, but leaves no folder.
void EndAtNextSignal(const sigset_t& signals, std::string folder) {
  std::thread([signals, folder = std::move(folder)] {
    int received = 0;
    sigwait(&signals, &received);
    DevZooKeeper::RemoveFolder(folder);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    raise(received);
  }).detach();
}

// gRPC ends the process when it finds none left for itself.
absl::Status CheckFileLimit() {
  constexpr rlim_t kLeast = 128;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kLeast)
    return absl::OkStatus();
  return absl::ResourceExhaustedError(
      base::StrCat("the limit of open files (ulimit -n) is ", limit.rlim_cur,
                   "; at least ", kLeast, " are needed"));
}

absl::Status Start(Daemon& daemon) {
  ROSTER_RETURN_IF_ERROR(CheckFileLimit());
  return base::CatchExhaustion([&] { return daemon.Start(); });
}

// Descriptors or threads have run out half way. What was made in part has no
// orderly end.
[[noreturn]] void EndHalfStarted(const Daemon& daemon) {
  DevZooKeeper::RemoveFolder(daemon.temporary_folder());
  std::fflush(nullptr);
  _exit(1);
}

int Run(int argc, char** argv) {
  ParsedOptions parsed = ParseOptions(argc, argv);
  if (parsed.exit_now) {
    std::fputs(parsed.message.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  const base::LogSink log =
      MakeLogSink(parsed.options.log_format, parsed.options.log_level);

  // Signals are waited for below; no thread may take them, so they are blocked
  // before the first one starts.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  RaiseFileLimit();
  ReturnLargeBlocks();

  base::Log(log, LogLevel::kInfo, "rosterd starts version=", kVersion,
            " revision=", kRevision, " pid=", getpid());
  for (const std::string& warning : parsed.warnings)
    base::Log(log, LogLevel::kWarning, warning);
  auto daemon = std::make_unique<Daemon>(std::move(parsed.options), log);
  if (absl::Status started = Start(*daemon); !started.ok()) {
    base::Log(log, LogLevel::kError,
              "rosterd cannot start: ", base::Message(started));
    if (absl::IsResourceExhausted(started)) EndHalfStarted(*daemon);
    return 1;
  }
  TellServiceManager("READY=1\nSTATUS=serving");

  int received = 0;
  sigwait(&stop_signals, &received);
  EndAtNextSignal(stop_signals, daemon->temporary_folder());
  TellServiceManager("STOPPING=1\nSTATUS=stopping");
  const std::string failure = daemon->failure();
  if (failure.empty())
    base::Log(log, LogLevel::kInfo, "rosterd stops signal=", received);
  else
    base::Log(log, LogLevel::kError, "rosterd stops: ", failure);
  daemon.reset();
  base::Log(log, LogLevel::kInfo, "rosterd has stopped");
  return failure.empty() ? 0 : 1;
}

}  // namespace
}  // namespace roster::monitor

int main(int argc, char** argv) { return roster::monitor::Run(argc, argv); }
