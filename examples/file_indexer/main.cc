// file_indexer is a service that does real work and is a member of a Roster
// cluster: it reads all files below the given directories, again and again, and
// builds an inverted index of their words. What it reports is what it does:
// one task per directory, and gauges of the index. See README.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/strings.h"
#include "examples/file_indexer/stop_signal.h"
#include "examples/file_indexer/word_index.h"
#include "registrar/registrar.h"

namespace roster::examples {
namespace {

namespace fs = std::filesystem;

// More of a file says little about its words, and /usr has some huge ones.
constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kMaxPostings = 5'000'000;

struct Flags {
  registrar::RegistrarOptions member;
  std::vector<std::string> directories = {"/usr/share/doc", "/usr/include"};
  double pace = 0;  // files per second; 0: as fast as it goes
  int passes = 0;   // 0: until stopped
};

// All regular files below `directory`, links not followed. What cannot be read
// is left out.
std::vector<std::string> ListFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(
      directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && !it->is_symlink(ignored))
      files.push_back(it->path());
  }
  return files;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(kMaxFileBytes, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(
      static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return content;
}

class Indexer {
 public:
  Indexer(const Flags& flags, registrar::Registrar& registrar, StopSignal& stop)
      : flags_(flags), registrar_(registrar), stop_(stop) {}

  // Returns when all passes are done or the process was asked to stop.
  void Run() {
    for (int pass = 1; flags_.passes == 0 || pass <= flags_.passes; ++pass) {
      WordIndex index(kMaxPostings);
      for (const std::string& directory : flags_.directories) {
        if (!WaitWhileHeld() || !IndexDirectory(directory, index)) return;
      }
      std::fprintf(stderr, "pass %d: %zu files, %zu words, %zu duplicates\n",
                   pass, index.files(), index.distinct_words(),
                   index.duplicate_files());
      registrar_.SetGauge("passes", pass);
      // Directories may be empty: do not spin on them.
      if (stop_.WaitFor(absl::Milliseconds(100))) return;
    }
  }

 private:
  // An operator took this member offline: begin nothing new until all holds are
  // gone. Returns false when asked to stop.
  bool WaitWhileHeld() {
    for (;;) {
      const model::ReportedState state = registrar_.status().reported_state;
      if (state != model::ReportedState::kDraining &&
          state != model::ReportedState::kDrained)
        return true;
      if (stop_.WaitFor(absl::Milliseconds(200))) return false;
    }
  }

  // Returns false when asked to stop.
  bool IndexDirectory(const std::string& directory, WordIndex& index) {
    registrar::Task task = registrar_.StartTask(directory, {}, "files");
    task.SetMessage("listing");
    const std::vector<std::string> files = ListFiles(directory);
    task.SetTotal(static_cast<double>(files.size()));
    for (const std::string& path : files) {
      const absl::Time started = absl::Now();
      const std::string content = ReadFile(path);
      index.Add(path, content);
      bytes_read_ += static_cast<double>(content.size());
      task.Advance();
      task.SetMessage(path);
      Report(index);
      // The task is reported CANCELLED as it goes out of scope.
      if (stop_.WaitFor(TimeLeft(started))) return false;
    }
    task.Finish(absl::StrCat(files.size(), " files"));
    return true;
  }

  absl::Duration TimeLeft(absl::Time started) const {
    if (flags_.pace <= 0) return absl::ZeroDuration();
    return absl::Seconds(1 / flags_.pace) - (absl::Now() - started);
  }

  void Report(const WordIndex& index) {
    registrar_.SetGauge("bytes_read", bytes_read_);
    registrar_.SetGauge("index_files", static_cast<double>(index.files()));
    registrar_.SetGauge("index_words",
                        static_cast<double>(index.distinct_words()));
    registrar_.SetGauge("index_postings",
                        static_cast<double>(index.postings()));
    registrar_.SetGauge("duplicate_files",
                        static_cast<double>(index.duplicate_files()));
  }

  const Flags& flags_;
  registrar::Registrar& registrar_;
  StopSignal& stop_;
  double bytes_read_ = 0;
};

int Run(Flags flags) {
  StopSignal stop;
  flags.member.on_status =
      [log = flags.member.log](const registrar::RegistrarStatus& status) {
        base::Log(log, base::LogLevel::kInfo,
                  status.registered ? "member " : "not a member ", status.path,
                  status.registered ? "" : ": ", base::Message(status.reason));
      };
  auto created = registrar::Registrar::Create(flags.member);
  if (!created.ok()) {
    std::fprintf(stderr, "file_indexer: %s\n",
                 std::string(created.status().message()).c_str());
    return 2;
  }
  registrar::Registrar& registrar = **created;
  Indexer(flags, registrar, stop).Run();
  const absl::Status left = registrar.Leave();
  return left.ok() || absl::IsNotFound(left) ? 0 : 1;
}

int Main(int argc, char** argv) {
  Flags flags;
  registrar::RegistrarOptions& member = flags.member;
  member.service = "file-indexer";
  member.version = "1.0.0";
  member.host_gauges = true;
  std::vector<std::string> label_arguments;
  std::string session_timeout = "10s";

  CLI::App app{"Indexes the words of files, as a member of a Roster cluster."};
  app.add_option("directories", flags.directories,
                 "what to index [/usr/share/doc /usr/include]");
  app.add_option("--zookeeper", member.servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--name", member.name, "name of the member [host name]");
  app.add_option("--service", member.service, "service it reports")
      ->capture_default_str();
  app.add_option("--label", label_arguments, "label KEY=VALUE; repeatable")
      ->allow_extra_args(false);
  app.add_option("--members-path", member.members_path, "parent of the members")
      ->capture_default_str();
  app.add_option("--state-path", member.state_path, "where orders are kept")
      ->capture_default_str();
  app.add_option("--cluster", member.cluster, "cluster, for orders")
      ->capture_default_str();
  app.add_option("--session-timeout", session_timeout, "such as 10s")
      ->capture_default_str();
  app.add_option("--pace", flags.pace, "files per second at most; 0: no limit")
      ->capture_default_str();
  app.add_option("--passes", flags.passes, "times to do it all; 0: for ever")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  for (const std::string& label : label_arguments) {
    const size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "file_indexer: --label %s: not KEY=VALUE\n",
                   label.c_str());
      return 2;
    }
    member.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  if (!absl::ParseDuration(session_timeout, &member.session_timeout)) {
    std::fprintf(stderr, "file_indexer: --session-timeout %s: no duration\n",
                 session_timeout.c_str());
    return 2;
  }
  member.log = base::StderrLogSink();
  return Run(std::move(flags));
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
