#include "cli/live_table.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

// The eye does not follow more than a few pictures a second; clocks show
// seconds.
constexpr absl::Duration kBetweenPictures = absl::Milliseconds(200);
constexpr absl::Duration kClockStep = absl::Seconds(1);

// Columns that fit what is to come, as far as that can be known.
std::vector<Column> Widened(std::vector<Column> columns) {
  for (Column& column : columns) {
    column.min_width = std::max(column.min_width, column.stream_width);
  }
  return columns;
}

}  // namespace

LiveTable::LiveTable(std::vector<Column> columns, bool live, bool color,
                     Painter painter)
    : columns_(live ? std::move(columns) : Widened(std::move(columns))),
      live_(live),
      color_(color),
      painter_(std::move(painter)),
      table_(columns_) {}

absl::Status LiveTable::Tick() {
  if (!live_) return absl::OkStatus();
  const absl::Duration age = absl::Now() - drawn_at_;
  const bool never = drawn_at_ == absl::InfinitePast();
  if (never && !dirty_) return absl::OkStatus();
  if (age < (dirty_ ? kBetweenPictures : kClockStep)) return absl::OkStatus();
  return Draw();
}

absl::Status LiveTable::Finish() {
  if (!live_ || !dirty_) return absl::OkStatus();
  return Draw();
}

void LiveTable::MakeWay() {
  if (!live_) return;
  screen_.Release();
  if (drawn_at_ != absl::InfinitePast()) dirty_ = true;
}

absl::Status LiveTable::Draw() {
  const ScreenSize size = GetScreenSize();
  // Header, a line for "more", and the line that the cursor stands on.
  const size_t room = std::max(1, size.rows - 3);
  const Picture picture = painter_(room);
  Table table(columns_);
  for (const std::vector<Cell>& row : picture.rows) table.AddRow(row);
  const RenderOptions options = {.color = color_, .line_width = size.columns};
  std::vector<std::string> lines = {table.Header(options)};
  for (size_t i = 0; i < table.row_count(); ++i) {
    lines.push_back(table.Row(i, options));
  }
  if (picture.total > picture.rows.size()) {
    const size_t more = picture.total - picture.rows.size();
    lines.push_back(Fit(base::StrCat("... and ", more, " more"),
                        std::max(3, size.columns)));
  }
  dirty_ = false;
  drawn_at_ = absl::Now();
  return screen_.Draw(lines);
}

void LiveTable::Stage(const std::string& key, std::vector<Cell> row) {
  std::string fingerprint = RowFingerprint(columns_, row);
  std::string& known = fingerprints_[key];
  if (known == fingerprint) return;
  known = std::move(fingerprint);
  table_.AddRow(std::move(row));
}

void LiveTable::StageRemoval(const std::string& key, std::vector<Cell> row) {
  if (fingerprints_.erase(key) > 0) table_.AddRow(std::move(row));
}

absl::Status LiveTable::Flush() {
  const RenderOptions options = {.color = color_};
  std::string out;
  if (!header_printed_) out = base::StrCat(table_.Header(options), "\n");
  header_printed_ = true;
  for (size_t i = 0; i < table_.row_count(); ++i) {
    out += base::StrCat(table_.Row(i, options), "\n");
  }
  table_.ClearRows();
  return out.empty() ? absl::OkStatus() : Print(out);
}

}  // namespace roster::cli
