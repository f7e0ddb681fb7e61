#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace roster::monitor {

// Matches a page that Prometheus's own parser reads and its linter has nothing
// to say against.
MATCHER(PassesPromtool, "passes `promtool check metrics`") {
  const testing::TempDir folder;
  testing::WriteFile(folder.File("page"), arg);
  const auto result = testing::RunCommand(
      {"sh", "-c", "exec promtool check metrics <\"$0\"", folder.File("page")});
  if (!result.ok()) {
    *result_listener << result.status();
    return false;
  }
  *result_listener << "exit code " << result->status.code << "\n"
                   << result->out << result->err;
  return result->status == testing::ExitStatus{} && result->err.empty();
}

}  // namespace roster::monitor
