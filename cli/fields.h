#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "google/protobuf/timestamp.pb.h"

namespace roster::cli {

// Fields collects "Label:  value" lines with the values beneath one another.
// Server text is made visible.
//
// Thread-safety: thread-compatible.
class Fields {
 public:
  explicit Fields(const RenderOptions& options) : options_(options) {}

  // A line only if there is something to say.
  void Add(std::string_view label, std::string_view value,
           Color color = Color::kNone);
  // "2026-11-22 08:00:05 (4m10s ago)".
  void AddTime(std::string_view label,
               const google::protobuf::Timestamp& timestamp, absl::Time now);
  void AddMap(std::string_view label,
              const std::map<std::string, std::string>& map);
  // The lines, which begin anew.
  std::string Take();

 private:
  void Line(std::string_view label, std::string_view text);

  const RenderOptions options_;
  std::vector<std::pair<std::string, std::string>> lines_;  // heads, texts
};

// A table, moved in under a heading.
std::string Section(std::string_view heading, const Table& table,
                    const RenderOptions& options);

}  // namespace roster::cli
