// A project outside of this tree builds against what `cmake --install` has
// installed, and is a member.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "model/member_record.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Installs once for all tests.
class InstallTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir("roster-install");
    for (const std::string component : {"runtime", "development"})
      Run({CMAKE_PROGRAM, "--install", BUILD_DIR, "--prefix", Prefix(),
           "--component", component});
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  static std::string Prefix() { return dir_->File("prefix"); }
  static std::string LibDir() {
    for (const auto& entry : fs::recursive_directory_iterator(Prefix()))
      if (entry.path().filename() == "libroster.so")
        return entry.path().parent_path();
    return "";
  }

  // What CMake says to a project of one line, which it is to refuse. Lines that
  // CMake broke are one again.
  static std::string ErrorOf(const std::string& line) {
    TempDir project("roster-refused");
    WriteFile(project.path() / "CMakeLists.txt",
              absl::StrCat("cmake_minimum_required(VERSION 3.16)\n"
                           "project(P LANGUAGES C CXX)\n",
                           line, "\n"));
    const auto result = RunCommand(
        {CMAKE_PROGRAM, "-S", project.path(), "-B", project.File("build"),
         absl::StrCat("-DCMAKE_PREFIX_PATH=", Prefix())});
    if (!result.ok()) return result.status().ToString();
    EXPECT_NE(result->status.code, 0);
    return absl::StrJoin(
        absl::StrSplit(result->err, absl::ByAnyChar(" \n"), absl::SkipEmpty()),
        " ");
  }

  // Output of a command that must succeed.
  static std::string Run(std::vector<std::string> argv) {
    const auto result =
        RunCommand({.argv = argv, .env = Environment()}, absl::Minutes(2));
    if (!result.ok()) {
      ADD_FAILURE() << absl::StrJoin(argv, " ") << ": " << result.status();
      return "";
    }
    EXPECT_EQ(result->status.code, 0) << absl::StrJoin(argv, " ") << "\n"
                                      << result->out << result->err;
    return result->out;
  }
  static std::vector<std::pair<std::string, std::string>> Environment() {
    if (!fs::exists(Prefix())) return {};
    return {{"PKG_CONFIG_PATH", LibDir() + "/pkgconfig"},
            {"LD_LIBRARY_PATH", LibDir()}};
  }
  static std::vector<std::string> PkgConfig(const std::string& what,
                                            const std::string& package) {
    const std::string flags = Run({"pkg-config", what, package});
    return absl::StrSplit(flags, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  }
  // Compiles one source as pkg-config says.
  static std::string Compile(const std::string& compiler,
                             const std::string& source,
                             std::vector<std::string> flags,
                             const std::string& package) {
    const std::string program = dir_->File(package);
    std::vector<std::string> argv = {compiler};
    argv.insert(argv.end(), flags.begin(), flags.end());
    for (const std::string& flag : PkgConfig("--cflags", package))
      argv.push_back(flag);
    argv.push_back(absl::StrCat(CONSUMER_DIR, "/", source));
    argv.insert(argv.end(), {"-o", program});
    for (const std::string& flag : PkgConfig("--libs", package))
      argv.push_back(flag);
    Run(argv);
    return program;
  }

  // `program` joins, is seen by an independent client, and leaves.
  void ExpectMember(const std::string& program) {
    ASSERT_TRUE(fs::exists(program)) << program;
    auto process = Subprocess::Start(
        {.argv = {program, server_.ConnectString(chroot_), "outsider"},
         .env = Environment()});
    ASSERT_OK(process);
    const std::string path = "/clusterServer/outsider";
    EVENTUALLY(probe_.Exists(path));
    const auto record = model::ParseMemberRecord(*probe_.Get(path));
    EXPECT_EQ(record.opaque_reason, "");
    EXPECT_EQ(record.record.service, "consumer");
    EVENTUALLY_THAT((*process)->Stdout(), Not(IsEmpty()));
    (*process)->Kill(SIGTERM);
    const auto status = (*process)->Wait(absl::Seconds(10));
    ASSERT_OK(status);
    EXPECT_EQ(*status, (ExitStatus{0, 0})) << (*process)->Stderr();
    EXPECT_FALSE(probe_.Exists(path));
  }

  static TempDir* dir_;
  ZkServer& server_ = ZkServer::Shared();
  const std::string chroot_ = server_.NewChroot();
  ZkProbe probe_{server_.ConnectString(chroot_)};
};
TempDir* InstallTest::dir_ = nullptr;

TEST_F(InstallTest, AProjectFindsItWithCMake) {
  const std::string build = dir_->File("build");
  Run({CMAKE_PROGRAM, "-S", CONSUMER_DIR, "-B", build,
       absl::StrCat("-DCMAKE_PREFIX_PATH=", Prefix()),
       absl::StrCat("-DCMAKE_C_COMPILER=", C_COMPILER),
       absl::StrCat("-DCMAKE_CXX_COMPILER=", CXX_COMPILER)});
  Run({CMAKE_PROGRAM, "--build", build});
  ExpectMember(build + "/cxx_consumer");
  ExpectMember(build + "/c_consumer");
}

TEST_F(InstallTest, AProjectOfCNeedsNothingElse) {
  const std::string build = dir_->File("build-c");
  Run({CMAKE_PROGRAM, "-S", absl::StrCat(CONSUMER_DIR, "/c_only"), "-B", build,
       absl::StrCat("-DCMAKE_PREFIX_PATH=", Prefix()),
       "-DCMAKE_DISABLE_FIND_PACKAGE_absl=TRUE",
       "-DCMAKE_DISABLE_FIND_PACKAGE_ZooKeeper=TRUE"});
  Run({CMAKE_PROGRAM, "--build", build});
  ExpectMember(build + "/c_consumer");
}

TEST_F(InstallTest, AProjectIsToldOfAVersionThatIsNotThere) {
  EXPECT_THAT(ErrorOf("find_package(Roster 99 REQUIRED COMPONENTS c)"),
              HasSubstr("version"));
}

TEST_F(InstallTest, AProjectIsToldOfAComponentThatIsNotThere) {
  EXPECT_THAT(
      ErrorOf("find_package(Roster REQUIRED COMPONENTS c registar)"),
      HasSubstr("no component 'registar'; it has c, registrar, coordination"));
}

TEST_F(InstallTest, ACompilerFindsItForCWithPkgConfig) {
  ExpectMember(Compile(
      C_COMPILER, "consumer.c",
      {"-std=c99", "-pedantic-errors", "-D_POSIX_C_SOURCE=200809L"}, "roster"));
}

TEST_F(InstallTest, ACompilerFindsItForCxxWithPkgConfig) {
  ExpectMember(
      Compile(CXX_COMPILER, "consumer.cc", {"-std=c++20"}, "roster-registrar"));
}

// Without the registrar: recipes alone.
TEST_F(InstallTest, ACompilerFindsTheRecipesWithPkgConfig) {
  EXPECT_TRUE(fs::exists(Compile(CXX_COMPILER, "leader.cc", {"-std=c++20"},
                                 "roster-coordination")));
}

TEST_F(InstallTest, HeadersIncludeOnlyWhatIsInstalled) {
  int headers = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(Prefix() + "/include")) {
    if (!entry.is_regular_file()) continue;
    ++headers;
    EXPECT_EQ(entry.path().extension(), ".h");
    for (const auto line : absl::StrSplit(ReadFile(entry.path()), '\n')) {
      if (!absl::StartsWith(line, "#include \"")) continue;
      const std::string name(*std::next(absl::StrSplit(line, '"').begin()));
      if (absl::StartsWith(name, "absl/")) continue;
      EXPECT_THAT(name, StartsWith("roster/"));
      EXPECT_TRUE(fs::exists(absl::StrCat(Prefix(), "/include/", name)))
          << entry.path() << " includes " << name;
    }
  }
  EXPECT_GT(headers, 30);
}

TEST_F(InstallTest, NothingInstalledKnowsWhereItWasBuilt) {
  for (const auto& entry : fs::recursive_directory_iterator(Prefix())) {
    const std::string extension = entry.path().extension();
    if (extension != ".cmake" && extension != ".pc" && extension != ".h")
      continue;
    EXPECT_EQ(ReadFile(entry.path()).find(BUILD_DIR), std::string::npos)
        << entry.path();
  }
}

}  // namespace
}  // namespace roster::testing
