#include "registrar/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "registrar/registrar.h"
#include "tests/support/status_matchers.h"

// What a handle does without a server; that tasks arrive in ZooKeeper is shown
// by the integration tests.

namespace roster::registrar {
namespace {

class TaskTest : public ::testing::Test {
 protected:
  std::unique_ptr<Registrar> Make() {
    RegistrarOptions options;
    options.name = "m";
    options.servers = "127.0.0.1:1";  // nobody listens
    return *Registrar::Create(std::move(options));
  }
};

TEST_F(TaskTest, OutlivesItsRegistrar) {
  auto registrar = Make();
  Task task = registrar->StartTask("t");
  registrar.reset();

  task.Advance();
  task.Finish();
}

TEST_F(TaskTest, MovedFromAndDefaultHandlesDoNothing) {
  auto registrar = Make();
  Task none;
  none.Advance();
  none.Finish();
  Task task = registrar->StartTask("t");
  Task moved = std::move(task);
  task.Fail("not mine");  // NOLINT(bugprone-use-after-move): that is the test
  task = std::move(moved);
  task.Advance();
}

}  // namespace
}  // namespace roster::registrar
