// spool puts its input into a file of a folder that many hosts share, under a
// name that no other file has or ever had there, and prints the name:
//
//   mysqldump shop | spool --names /roster/default/names --prefix dump-
//       /mnt/spool
//
// Readers of the folder see the file when it is complete. Names rise, with
// gaps; without ZooKeeper there is none, and nothing is written. Exit codes: 0;
// 1 if the file could not be written; 75 if there was no name.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "coordination/unique_name.h"
#include "examples/coordination/connect.h"

namespace roster::examples {
namespace {

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", folder;
  std::string names = "/roster/default/names", prefix = "job-";
  CLI::App app{"Puts its input into a file that no other has the name of."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--names", names, "where the names come from")
      ->capture_default_str();
  app.add_option("--prefix", prefix, "how they begin")->capture_default_str();
  app.add_option("folder", folder)->required()->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);

  const auto client = ConnectOrExit(servers);
  const auto name =
      coordination::CreateUniqueName(*client, names, prefix, Soon());
  if (!name.ok()) return Fail(kNotHad, names, name.status());

  const std::filesystem::path file = std::filesystem::path(folder) / *name;
  const std::filesystem::path hidden =
      std::filesystem::path(folder) / ("." + *name);
  std::ofstream out(hidden, std::ios::trunc);
  if (std::cin.peek() != EOF) out << std::cin.rdbuf();
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(hidden, file, error);
  if (!out || error)
    return Fail(1, file, absl::UnknownError("cannot be written"));
  std::printf("%s\n", name->c_str());
  return 0;
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
