// What the registrar costs a service. The figures are printed; the bars are
// loose where other load of the machine counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::Gt;
using ::testing::Le;

// Size of `file` without symbols and debug information.
int64_t StrippedSize(const std::string& file) {
  const TempDir dir;
  const std::string stripped = dir.File("stripped");
  EXPECT_OK(RunCommand({"strip", "-o", stripped, file}));
  return std::filesystem::file_size(stripped);
}

TEST(FootprintTest, OneThreadAndTwoMegabytesAtMost) {
  ZkServer& server = ZkServer::Shared();
  const auto run = RunCommand(
      {FOOTPRINT, LIBROSTER, server.ConnectString(server.NewChroot()), "5"},
      absl::Minutes(1));
  ASSERT_OK(run);
  ASSERT_EQ(run->status.code, 0) << run->err;
  std::map<std::string, double> figures;
  std::istringstream lines(run->out);
  for (std::string name; lines >> name;) lines >> figures[name];
  std::cout << run->out << "library_kb " << StrippedSize(LIBROSTER) / 1024
            << "\nstatic_program_kb " << StrippedSize(STATIC_PROGRAM) / 1024
            << "\n";
  EXPECT_EQ(figures["threads"], 1);
  EXPECT_THAT(figures["private_kb"], Gt(0));
  EXPECT_THAT(figures["private_kb"], Le(2048));
  EXPECT_THAT(figures["idle_cpu_percent"], Le(1));  // the bar is 0.1
}

}  // namespace
}  // namespace roster::testing
