// examples/membership_c.py: Python through libroster.so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::registrar {
namespace {

using ::testing::Eq;
using testing::ExitStatus;
using ::testing::HasSubstr;
using testing::Subprocess;

class CtypesTest : public RegistrarTest {
 protected:
  CtypesTest() {
    for (int i = 0; i < 2000; ++i)
      testing::WriteFile(dir_.File(absl::StrCat("f", i)), "alpha");
  }
  std::unique_ptr<Subprocess> Start() {
    auto process = Subprocess::Start(
        {.argv = {"/usr/bin/python3", MEMBERSHIP_C_PY, kName, dir_.path(),
                  "--zookeeper", server_.ConnectString(chroot_), "--library",
                  LIBROSTER}});
    if (!process.ok()) std::abort();
    return *std::move(process);
  }
  double Hashed() {
    const auto record = Record();
    if (!record) return 0;
    const auto gauge = record->gauges.find("bytes_hashed");
    return gauge == record->gauges.end() ? 0 : gauge->second;
  }
  const testing::TempDir dir_;
};

TEST_F(CtypesTest, PythonRegistersReportsObeysADrainAndLeaves) {
  const auto process = Start();
  ASSERT_TRUE(testing::WaitUntil([&] { return Hashed() > 0; }, "it reports"))
      << process->Stderr();
  EXPECT_EQ(State(), "UP");
  EXPECT_EQ(Record()->service, "python-ctypes");
  ASSERT_FALSE(Record()->tasks.empty());
  EXPECT_EQ(Record()->tasks.back().unit, "files");
  EXPECT_EQ(Record()->tasks.back().total, 2000);

  WriteOrder(1, true);
  EVENTUALLY_THAT(State(), Eq("DRAINED"));
  EVENTUALLY_THAT(process->Stdout(), HasSubstr("drained: no file is open"));
  EXPECT_EQ(Record()->applied_epoch, 1);
  const double when_drained = Hashed();

  WriteOrder(2, false);
  EVENTUALLY_THAT(State(), Eq("UP"));
  EVENTUALLY(Hashed() > when_drained);

  process->Kill(SIGTERM);
  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}))
      << process->Stderr();
  EXPECT_FALSE(probe_.Exists(kPath));
}

TEST_F(CtypesTest, PythonIsHeldFromTheStart) {
  WriteOrder(1, true);
  const auto process = Start();
  EVENTUALLY_THAT(State(), Eq("DRAINED"));
  EXPECT_EQ(Hashed(), 0);
  EXPECT_TRUE(Record()->tasks.empty());
  process->Kill(SIGTERM);
  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              testing::IsOkAndHolds(ExitStatus{.code = 0}))
      << process->Stderr();
}

}  // namespace
}  // namespace roster::registrar
