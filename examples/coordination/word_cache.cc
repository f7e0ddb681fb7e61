// word_cache tells how often a word occurs in the files of a folder, from a
// cache that all hosts which mount the folder share:
//
//   word_cache --lock /roster/default/locks/words --cache /mnt/words /mnt/texts
//       whale
//
// Nearly always the cache is fresh, and any number read it at once, under a
// read lock. Who finds it stale takes the write lock, looks again, because
// somebody else may have been quicker, counts, and keeps reading without
// letting another writer in between.
//
// Exit codes: 0, and "<count> cached" or "<count> counted"; 75 if the lock
// could not be had in time; 76 if it was lost.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "coordination/read_write_lock.h"
#include "examples/coordination/connect.h"

namespace roster::examples {
namespace {

namespace fs = std::filesystem;
using Words = std::map<std::string, int64_t>;
constexpr char kEnd[] = "(end)";  // no word has brackets

// Changes whenever a file comes, goes or is written.
std::string Fingerprint(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().filename()] =
          absl::StrCat(entry.file_size(), "@",
                       entry.last_write_time().time_since_epoch().count());
  std::string all;
  for (const auto& [name, is] : files)
    absl::StrAppend(&all, name, " ", is, "/");
  return absl::StrCat(std::hash<std::string>()(all));
}

Words Count(const fs::path& folder) {
  Words words;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    for (std::string word; in >> word;) {
      word.erase(std::remove_if(word.begin(), word.end(),
                                [](unsigned char c) { return !isalnum(c); }),
                 word.end());
      if (!word.empty()) ++words[word];
    }
  }
  return words;
}

// Nothing if the cache is of other files, or was left half written.
std::optional<Words> Load(const fs::path& cache, const std::string& of) {
  std::ifstream in(cache);
  std::string fingerprint, word;
  int64_t count = 0;
  if (!(in >> fingerprint) || fingerprint != of) return std::nullopt;
  for (Words words; in >> word >> count; words[word] = count)
    if (word == kEnd) return words;
  return std::nullopt;
}

// In place: the lock keeps readers away.
bool Store(const fs::path& cache, const std::string& of, const Words& words) {
  std::ofstream out(cache, std::ios::trunc);
  out << of << '\n';
  for (const auto& [word, count] : words) out << word << ' ' << count << '\n';
  out << kEnd << " 0" << std::endl;
  return out.good();
}

struct Flags {
  std::string cache, folder, word;
  double wait = 60;
};

int Answer(const Flags& flags, Words words, const char* how) {
  std::printf("%lld %s\n", static_cast<long long>(words[flags.word]), how);
  return 0;
}

int Run(const Flags& flags, coordination::ReadWriteLock& lock) {
  const absl::Time deadline = absl::Now() + absl::Seconds(flags.wait);
  const std::string now = Fingerprint(flags.folder);
  if (const auto reading = lock.AcquireRead(deadline); !reading.ok())
    return Fail(kNotHad, flags.cache, reading.status());
  auto words = Load(flags.cache, now);
  (void)lock.ReleaseRead();  // who reads is refused the write lock
  if (words) return Answer(flags, *words, "cached");

  const auto writing = lock.AcquireWrite(deadline);
  if (!writing.ok()) return Fail(kNotHad, flags.cache, writing.status());
  words = Load(flags.cache, now);
  if (words) return Answer(flags, *words, "cached");
  Words counted = Count(flags.folder);
  if (!writing->may_act())
    return Fail(kLost, flags.cache, absl::AbortedError("the lock was lost"));
  if (!Store(flags.cache, now, counted))
    return Fail(1, flags.cache, absl::UnknownError("cannot be written"));
  // The downgrade: from here on others read as well, and nobody writes.
  const auto reading = lock.AcquireRead(deadline);
  (void)lock.ReleaseWrite();
  if (!reading.ok()) return Fail(kLost, flags.cache, reading.status());
  words = Load(flags.cache, now);
  return words ? Answer(flags, *words, "counted")
               : Fail(kLost, flags.cache, absl::DataLossError("overwritten"));
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181";
  coordination::ReadWriteLockOptions options;
  Flags flags;
  CLI::App app{"Counts a word in the files of a folder, by a shared cache."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--lock", options.path, "path of the lock")->required();
  app.add_option("--cache", flags.cache, "file of the cache")->required();
  app.add_option("--wait", flags.wait, "seconds to wait for the lock")
      ->capture_default_str();
  app.add_option("folder", flags.folder)
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("word", flags.word)->required();
  CLI11_PARSE(app, argc, argv);

  const auto client = ConnectOrExit(servers);
  coordination::ReadWriteLock lock(*client, options);
  return Run(flags, lock);  // the lock's end releases what is still held
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
