#include "examples/file_indexer/indexer.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace roster::examples {
namespace {

namespace fs = std::filesystem;

// More of a file says little about its words, and /usr has some huge ones.
constexpr size_t kMaxFileBytes = 1 << 20;
constexpr size_t kMaxPostings = 5'000'000;
constexpr absl::Duration kPoll = absl::Milliseconds(50);

// All regular files below `directory`, links not followed. What cannot be read
// is left out.
std::deque<std::string> ListFiles(const std::string& directory) {
  std::deque<std::string> files;
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

}  // namespace

Indexer::Indexer(const IndexerOptions& options, registrar::Registrar& registrar,
                 DrainDesk& desk, StopSignal& stop)
    : options_(options), registrar_(registrar), desk_(desk), stop_(stop) {}

void Indexer::Run() {
  for (int pass = 1; options_.passes == 0 || pass <= options_.passes; ++pass) {
    WordIndex index(kMaxPostings);
    for (const std::string& directory : options_.directories)
      if (!IndexDirectory(directory, index)) return;
    std::fprintf(stderr, "pass %d: %zu files, %zu words, %zu duplicates\n",
                 pass, index.files(), index.distinct_words(),
                 index.duplicate_files());
    registrar_.SetGauge("passes", pass);
    // Directories may be empty: do not spin on them.
    if (stop_.WaitFor(absl::Milliseconds(100))) return;
  }
}

bool Indexer::WaitWhileDraining() {
  while (const std::optional<registrar::DrainRequest> request =
             desk_.request()) {
    // Nothing is being worked on here.
    request->drain.Done();
    if (options_.exit_when_drained && request->restart)
      return WaitUntilDrainedIsWritten();
    if (stop_.WaitFor(kPoll)) return false;
  }
  return true;
}

bool Indexer::WaitUntilDrainedIsWritten() {
  // Operators should see DRAINED before the member is gone. Not for ever:
  // ZooKeeper may be away.
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (registrar_.status().written_state != model::ReportedState::kDrained &&
         absl::Now() < give_up) {
    if (stop_.WaitFor(kPoll)) return false;
    if (!desk_.request()) return true;  // released before we went
  }
  std::fprintf(stderr, "drained, and wanted back: the process ends\n");
  return false;
}

bool Indexer::IndexDirectory(const std::string& directory, WordIndex& index) {
  if (!WaitWhileDraining()) return false;
  std::deque<std::string> files = ListFiles(directory);
  do {
    if (!IndexBatches(directory, files, index)) return false;
    if (!WaitWhileDraining()) return false;
  } while (!files.empty());
  return true;
}

bool Indexer::IndexBatches(const std::string& directory,
                           std::deque<std::string>& files, WordIndex& index) {
  registrar::Task task = registrar_.StartTask(
      directory, static_cast<double>(files.size()), "files");
  size_t done = 0;
  size_t taken = 0;  // of the files that are left
  bool draining = false;
  while (!files.empty()) {
    if (!draining && desk_.request()) {
      draining = true;
      // What is left to do is what has been taken on.
      task.SetTotal(static_cast<double>(done + taken));
    }
    if (draining && (taken == 0 || MustDropWork())) break;
    if (taken == 0)
      taken = std::min(files.size(), static_cast<size_t>(options_.batch));
    // The task is reported CANCELLED as it goes out of scope.
    if (!IndexFile(files.front(), task, index)) return false;
    files.pop_front();
    ++done;
    --taken;
  }
  task.SetTotal(static_cast<double>(done));
  task.Finish(files.empty() ? absl::StrCat(done, " files")
                            : absl::StrCat(done, " files, ", files.size(),
                                           " left for later"));
  return true;
}

bool Indexer::IndexFile(const std::string& path, registrar::Task& task,
                        WordIndex& index) {
  const absl::Time started = absl::Now();
  const std::string content = ReadFile(path);
  index.Add(path, content);
  bytes_read_ += static_cast<double>(content.size());
  task.Advance();
  task.SetMessage(path);
  Report(index);
  absl::Duration rest = absl::ZeroDuration();
  if (options_.pace > 0)
    rest = absl::Seconds(1 / options_.pace) - (absl::Now() - started);
  return !stop_.WaitFor(rest);
}

bool Indexer::MustDropWork() const {
  const std::optional<registrar::DrainRequest> request = desk_.request();
  return request && (request->mode == model::HoldMode::kImmediate ||
                     request->deadline <= absl::Now());
}

void Indexer::Report(const WordIndex& index) {
  registrar_.SetGauge("bytes_read", bytes_read_);
  registrar_.SetGauge("index_files", static_cast<double>(index.files()));
  registrar_.SetGauge("index_words",
                      static_cast<double>(index.distinct_words()));
  registrar_.SetGauge("index_postings", static_cast<double>(index.postings()));
  registrar_.SetGauge("duplicate_files",
                      static_cast<double>(index.duplicate_files()));
}

}  // namespace roster::examples
