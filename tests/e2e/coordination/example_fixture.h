#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {

// ExampleTest runs programs of examples/coordination, each test below a chroot
// and a folder of its own. Whoever is killed is missed after 2 s: the server
// grants no longer sessions.
class ExampleTest : public ::testing::Test {
 protected:
  using Process = std::unique_ptr<Subprocess>;
  using Arguments = std::vector<std::string>;

  static ZkServer& Server() {
    static ZkServer server({.max_session_timeout = absl::Seconds(2)});
    return server;
  }

  // The program `name`, connected to the test's server.
  Process Start(const std::string& name, const Arguments& arguments) {
    Arguments argv = {absl::StrCat(EXAMPLES_DIR, "/", name), "--zookeeper",
                      servers_};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto process = Subprocess::Start(
        {.argv = std::move(argv), .working_dir = dir_.path()});
    EXPECT_OK(process);
    return *std::move(process);
  }
  // To its end: the exit code, and what it wrote.
  CommandResult Run(const std::string& name, const Arguments& arguments) {
    const Process process = Start(name, arguments);
    const int code = ExitCode(process);
    return {{.code = code}, process->Stdout(), process->Stderr()};
  }
  static int ExitCode(const Process& process) {
    const auto status = process->Wait(absl::Seconds(60));
    EXPECT_OK(status);
    return status.ok() ? status->code : -1;
  }
  static void Kill9(const Process& process) {
    process->Kill(SIGKILL);
    ASSERT_OK(process->Wait(absl::Seconds(10)));
  }

  // A shell's words, for "--" to follow. They run in the test's folder.
  static Arguments Shell(Arguments before, const std::string& script) {
    before.insert(before.end(), {"--", "sh", "-c", script});
    return before;
  }
  // A script waits, in short naps, until `file` is there.
  static std::string Until(const std::string& file) {
    return absl::StrCat("while [ ! -e ", file, " ]; do sleep 0.02; done");
  }
  std::string Content(const std::string& file) const {
    return ReadFile(dir_.path() / file);
  }
  std::vector<std::string> Lines(const std::string& file) const {
    return absl::StrSplit(Content(file), '\n', absl::SkipEmpty());
  }
  bool Exists(const std::string& file) const {
    return std::filesystem::exists(dir_.path() / file);
  }
  void Touch(const std::string& file) const {
    WriteFile(dir_.path() / file, "x");
  }
  // Names of the files in a folder of the test's.
  std::vector<std::string> Files(const std::string& folder) const {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(dir_.path() / folder))
      files.push_back(entry.path().filename());
    return files;
  }
  // Children of a znode, 0 if it is missing.
  size_t Children(const std::string& path) {
    const auto children = probe_.Children(path);
    return children.ok() ? children->size() : 0;
  }

  const TempDir dir_{"roster-example"};
  const std::string servers_ =
      Server().ConnectString(Server().NewChroot("example"));
  ZkProbe probe_{servers_};
};

}  // namespace roster::testing
