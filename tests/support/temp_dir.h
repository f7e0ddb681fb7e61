#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace roster::testing {

// TempDir is a fresh folder that is deleted, with all in it, on destruction;
// it is kept when ROSTER_TEST_KEEP is set in the environment. Aborts if it
// cannot be made.
//
// Thread-safety: immutable.
class TempDir {
 public:
  explicit TempDir(std::string_view prefix = "roster-test");
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Path of `name` inside, as a string; nothing is created.
  std::string File(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Writes `content` to `path`, replacing what was there. Aborts on failure.
void WriteFile(const std::filesystem::path& path, std::string_view content);
// Content of `path`; empty if it does not exist.
std::string ReadFile(const std::filesystem::path& path);

}  // namespace roster::testing
