// rebalance moves files from the fuller of two folders into the emptier one,
// until both have as many. Folders are on disks that several hosts mount, and
// each folder has a lock:
//
//   rebalance --locks /roster/default/locks/spool /mnt/spool-1 /mnt/spool-2
//
// Both locks are held, or none, and always taken in the same order: rebalancing
// 1 with 2, 2 with 3 and 3 with 1 at the same time, nobody waits for ever.
//
// Exit codes: 0, and how many were moved; 75 if the locks could not be had in
// time; 76 if one was lost: what was moved until then stays moved.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "coordination/multi_lock.h"
#include "examples/coordination/connect.h"

namespace roster::examples {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

// One name for a folder, however it is written, that can be a znode's.
std::string LockOf(const std::string& locks, const fs::path& folder) {
  return locks + "/" +
         absl::StrReplaceAll(fs::canonical(folder).string(),
                             {{"%", "%25"}, {"/", "%2F"}});
}

int Run(const coordination::MultiLock& locks, fs::path fuller,
        fs::path emptier) {
  std::vector<fs::path> from = Files(fuller), to = Files(emptier);
  if (from.size() < to.size()) {
    std::swap(from, to);
    std::swap(fuller, emptier);
  }
  const size_t moves = (from.size() - to.size()) / 2;
  for (size_t i = 0; i < moves; ++i) {
    if (!locks.may_act())
      return Fail(kLost, fuller, absl::AbortedError("a lock was lost"));
    std::error_code error;
    fs::rename(from[i], emptier / from[i].filename(), error);
    if (error) return Fail(1, from[i], absl::UnknownError(error.message()));
  }
  std::printf("%zu moved\n", moves);
  return 0;
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", parent, first, second, name;
  double wait = 60;
  CLI::App app{"Moves files until two folders have as many."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--locks", parent, "parent of the folders' locks")->required();
  app.add_option("--name", name, "who this is, for people");
  app.add_option("--wait", wait, "seconds to wait for the locks")
      ->capture_default_str();
  app.add_option("first", first)->required()->check(CLI::ExistingDirectory);
  app.add_option("second", second)->required()->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);

  const auto client = ConnectOrExit(servers);
  coordination::MultiLock locks(
      *client,
      {.paths = {LockOf(parent, first), LockOf(parent, second)}, .data = name});
  const absl::Status held = locks.Acquire(absl::Now() + absl::Seconds(wait));
  if (!held.ok()) return Fail(kNotHad, "rebalance", held);
  const int code = Run(locks, first, second);
  (void)locks.Release();  // if it is not answered, it goes in the background
  return code;
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
