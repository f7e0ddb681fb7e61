#include "tests/support/subprocess.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_dir.h"

namespace roster::testing {
namespace {

// Pointers for exec(); `strings` must outlive them.
std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& s : strings)
    pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const SubprocessOptions& options) {
  std::map<std::string, std::string, std::less<>> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != text.npos)
      merged.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : options.env) merged[name] = value;
  std::vector<std::string> result;
  result.reserve(merged.size());
  for (const auto& [name, value] : merged)
    result.push_back(absl::StrCat(name, "=", value));
  return result;
}

struct Exec {
  pid_t parent;
  char* const* argv;
  char* const* env;
  const char* working_dir;
  const char* out;
  const char* err;
  int error_pipe;
};

void Redirect(const char* path, int flags, int to) {
  const int fd = open(path, flags, 0644);
  if (fd >= 0 && dup2(fd, to) >= 0) return;
  // The caller reports errno.
  _exit(127);
}

// The child between fork() and exec(): system calls only, for another thread
// of the parent may have held any lock.
[[noreturn]] void RunChild(const Exec& exec) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != exec.parent) _exit(127);  // it died before the prctl
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  Redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  Redirect(exec.out, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
  Redirect(exec.err, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (*exec.working_dir == '\0' || chdir(exec.working_dir) == 0)
    execvpe(exec.argv[0], exec.argv, exec.env);
  const int error = errno;
  // Nobody is left to tell if even this fails; the exit code still shows it.
  [[maybe_unused]] const ssize_t n =
      write(exec.error_pipe, &error, sizeof(error));
  _exit(127);
}

}  // namespace

// Where the output goes, and the folder that holds it when the caller named no
// file.
struct Subprocess::Output {
  TempDir dir{"roster-process"};
  std::string out;
  std::string err;
};

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(
    SubprocessOptions options) {
  if (options.argv.empty())
    return absl::InvalidArgumentError("start a process: argv is empty");
  auto output = std::make_unique<Output>();
  output->out = options.stdout_path.empty() ? output->dir.File("stdout")
                                            : options.stdout_path;
  output->err = options.stderr_path.empty() ? output->dir.File("stderr")
                                            : options.stderr_path;
  const std::vector<std::string> env = Environment(options);
  const std::vector<char*> argv_pointers = Pointers(options.argv);
  const std::vector<char*> env_pointers = Pointers(env);

  // exec() closes the pipe; until then the child can report why it failed.
  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC) != 0)
    return absl::ErrnoToStatus(errno, "pipe2");
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0)
    RunChild({parent, argv_pointers.data(), env_pointers.data(),
              options.working_dir.c_str(), output->out.c_str(),
              output->err.c_str(), error_pipe[1]});
  const int fork_error = errno;
  close(error_pipe[1]);
  const absl::Cleanup close_pipe = [&] { close(error_pipe[0]); };
  if (pid < 0) return absl::ErrnoToStatus(fork_error, "fork");

  int error = 0;
  ssize_t n;
  do {
    n = read(error_pipe[0], &error, sizeof(error));
  } while (n < 0 && errno == EINTR);
  if (n == sizeof(error)) {
    waitpid(pid, nullptr, 0);
    return absl::ErrnoToStatus(error, absl::StrCat("run ", options.argv[0]));
  }
  return std::unique_ptr<Subprocess>(
      new Subprocess(pid, std::move(options), std::move(output)));
}

Subprocess::Subprocess(pid_t pid, SubprocessOptions options,
                       std::unique_ptr<Output> output)
    : pid_(pid), options_(std::move(options)), output_(std::move(output)) {}

Subprocess::~Subprocess() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  Reap(0);
}

void Subprocess::Reap(int flags) {
  siginfo_t info{};
  int result;
  do {
    result = waitid(P_PID, pid_, &info, WEXITED | WNOWAIT | flags);
  } while (result != 0 && errno == EINTR);
  if (result != 0 || info.si_pid != pid_) return;
  // Until it is reaped, its id stands for its process group and no other.
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  ended_ = true;
  status_ = info.si_code == CLD_EXITED ? ExitStatus{info.si_status, 0}
                                       : ExitStatus{-1, info.si_status};
}

bool Subprocess::Running() {
  if (!ended_) Reap(WNOHANG);
  return !ended_;
}

void Subprocess::Kill(int signal) {
  // Not reaped yet, so the id cannot belong to another process.
  if (Running()) kill(pid_, signal);
}

absl::StatusOr<ExitStatus> Subprocess::Wait(absl::Duration timeout) {
  if (WaitUntil([this] { return !Running(); }, "process ended", timeout))
    return status_;
  return absl::DeadlineExceededError(
      absl::StrCat("process ", pid_, " (", absl::StrJoin(options_.argv, " "),
                   ") still runs after ", absl::FormatDuration(timeout)));
}

std::string Subprocess::Stdout() const { return ReadFile(output_->out); }
std::string Subprocess::Stderr() const { return ReadFile(output_->err); }

absl::StatusOr<CommandResult> RunCommand(SubprocessOptions options,
                                         absl::Duration timeout) {
  absl::StatusOr<std::unique_ptr<Subprocess>> process =
      Subprocess::Start(std::move(options));
  if (!process.ok()) return process.status();
  absl::StatusOr<ExitStatus> status = (*process)->Wait(timeout);
  if (!status.ok())
    return absl::DeadlineExceededError(absl::StrCat(
        status.status().message(), "\nstdout: ", (*process)->Stdout(),
        "\nstderr: ", (*process)->Stderr()));
  return CommandResult{*status, (*process)->Stdout(), (*process)->Stderr()};
}

absl::StatusOr<CommandResult> RunCommand(std::vector<std::string> argv,
                                         absl::Duration timeout) {
  return RunCommand(SubprocessOptions{.argv = std::move(argv)}, timeout);
}

}  // namespace roster::testing
