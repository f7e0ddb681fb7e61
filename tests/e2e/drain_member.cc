// drain_member is the service of the control tests: it always has so many tasks
// running, each of which ends after a while, and it obeys its operators. What
// it does it writes into a journal, which no kill can undo: so a test can tell
// whether a task was lost.
//
// With --supervise it is as many such services, in a process each, and starts
// those anew that end with 0.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "examples/file_indexer/drain_desk.h"
#include "examples/file_indexer/stop_signal.h"
#include "registrar/registrar.h"

namespace roster::testing {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(10);

struct Flags {
  registrar::RegistrarOptions member;
  int supervise = 0;  // how many; names get "-00", "-01", ... added
  int tasks = 1;      // at a time; 0: an idle service
  double task_seconds = 0.1;
  // No task ends before this file exists.
  std::string gate;
  std::string journal;
  // Never says that it is drained, whatever the order.
  bool stubborn = false;
};

// One line for each thing that happened: "<member> <pid> <what> <task>".
class Journal {
 public:
  Journal(const std::string& path, std::string member)
      : fd_(path.empty()
                ? -1
                : open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                       0600)),
        member_(std::move(member)) {}
  ~Journal() {
    if (fd_ >= 0) close(fd_);
  }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void Write(std::string_view what, int task = 0) {
    const std::string line =
        base::StrCat(member_, " ", getpid(), " ", what, " ", task, "\n");
    if (fd_ >= 0 && write(fd_, line.data(), line.size()) < 0)
      std::perror("journal");
  }

 private:
  const int fd_;
  const std::string member_;
};

class Service {
 public:
  Service(const Flags& flags, registrar::Registrar& registrar,
          const examples::DrainDesk& desk, Journal& journal)
      : flags_(flags),
        registrar_(registrar),
        desk_(desk),
        journal_(journal),
        lanes_(static_cast<size_t>(flags.tasks)) {}

  // Works until it is stopped, or drained and wanted back.
  void Run(examples::StopSignal& stop) {
    while (!stop.WaitFor(kPoll)) {
      // It may be held: it takes nothing on before it knows.
      if (!registrar_.status().applied_epoch) continue;
      const std::optional<registrar::DrainRequest> order = desk_.request();
      const bool held = order.has_value() && !flags_.stubborn;
      const bool drop = held && order->mode == model::HoldMode::kImmediate;
      size_t busy = 0;
      for (Lane& lane : lanes_) {
        if (lane.number == 0 && !held) Begin(lane);
        if (lane.number != 0) Proceed(lane, drop);
        if (lane.number != 0) ++busy;
      }
      if (!held || busy > 0) continue;
      order->drain.Done();
      if (order->restart &&
          registrar_.status().written_state == model::ReportedState::kDrained)
        return;
    }
  }

 private:
  struct Lane {
    int number = 0;  // of the task; 0: none
    absl::Time due;
    registrar::Task task;
  };

  void Begin(Lane& lane) {
    lane.number = ++tasks_begun_;
    lane.due = absl::Now() + absl::Seconds(flags_.task_seconds);
    lane.task = registrar_.StartTask(base::StrCat("work-", lane.number), 1.0);
    journal_.Write("began", lane.number);
  }
  void Proceed(Lane& lane, bool drop) {
    struct stat ignored;
    const bool open =
        flags_.gate.empty() || stat(flags_.gate.c_str(), &ignored) == 0;
    if (!drop && (!open || absl::Now() < lane.due)) return;
    journal_.Write(drop ? "dropped" : "finished", lane.number);
    if (drop)
      lane.task.Cancel();
    else
      lane.task.Finish();
    lane.number = 0;
  }

  const Flags& flags_;
  registrar::Registrar& registrar_;
  const examples::DrainDesk& desk_;
  Journal& journal_;
  std::vector<Lane> lanes_;
  int tasks_begun_ = 0;
};

int RunMember(Flags flags) {
  examples::StopSignal stop;
  examples::DrainDesk desk;
  Journal journal(flags.journal, flags.member.name);
  journal.Write("started");
  flags.member.on_drain = [&](const registrar::DrainRequest& request) {
    desk.Put(request);
    journal.Write("told");
  };
  flags.member.on_online = [&] {
    desk.Clear();
    journal.Write("released");
  };
  auto registrar = registrar::Registrar::Create(flags.member);
  if (!registrar.ok()) {
    std::fprintf(stderr, "drain_member: %s\n",
                 std::string(registrar.status().message()).c_str());
    return 2;
  }
  Service(flags, **registrar, desk, journal).Run(stop);
  const absl::Status left = (*registrar)->Leave();
  journal.Write("ended");
  return left.ok() || absl::IsNotFound(left) ? 0 : 1;
}

// This process stays without threads, so its children may go on from here.
class Supervisor {
 public:
  explicit Supervisor(const Flags& flags) : flags_(flags) {}

  int Run() {
    examples::StopSignal stop;
    for (int i = 0; i < flags_.supervise; ++i)
      Start(base::StrCat(flags_.member.name, "-", i / 10, i % 10));
    while (!stop.WaitFor(kPoll)) {
      int status = 0;
      for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
        const std::string name = names_[ended];
        names_.erase(ended);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
          Start(name);
        else
          std::fprintf(stderr, "%s ended with %d\n", name.c_str(), status);
      }
    }
    for (const auto& [pid, name] : names_) kill(pid, SIGTERM);
    while (wait(nullptr) > 0) {
    }
    return 0;
  }

 private:
  void Start(const std::string& name) {
    const pid_t pid = fork();
    if (pid != 0) {
      names_[pid] = name;
      return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Flags flags = flags_;
    flags.member.name = name;
    const int code = RunMember(std::move(flags));
    std::fflush(nullptr);
    _exit(code);
  }

  const Flags& flags_;
  std::map<pid_t, std::string> names_;
};

int Main(int argc, char** argv) {
  Flags flags;
  registrar::RegistrarOptions& member = flags.member;
  member.service = "drain-member";
  member.log = base::StderrLogSink();
  int session_ms = 2000;
  CLI::App app{"A service that control tests take offline."};
  app.add_option("--zookeeper", member.servers)->required();
  app.add_option("--name", member.name)->required();
  app.add_option("--session-ms", session_ms);
  app.add_option("--supervise", flags.supervise);
  app.add_option("--tasks", flags.tasks);
  app.add_option("--task-seconds", flags.task_seconds);
  app.add_option("--gate", flags.gate);
  app.add_option("--journal", flags.journal);
  app.add_flag("--stubborn", flags.stubborn);
  CLI11_PARSE(app, argc, argv);
  member.session_timeout = absl::Milliseconds(session_ms);
  if (flags.supervise > 0) return Supervisor(flags).Run();
  return RunMember(std::move(flags));
}

}  // namespace
}  // namespace roster::testing

int main(int argc, char** argv) { return roster::testing::Main(argc, argv); }
