#include "cli/table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr int kGap = 2;  // columns between two columns

// Select Graphic Rendition, ECMA-48 section 8.3.117.
std::string_view Sequence(Color color) {
  switch (color) {
    case Color::kNone:
      return "";
    case Color::kGreen:
      return "\x1b[32m";
    case Color::kYellow:
      return "\x1b[33m";
    case Color::kRed:
      return "\x1b[31m";
    case Color::kDim:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

std::string Colored(std::string text, Color color, bool enabled) {
  if (!enabled || color == Color::kNone) return text;
  return base::StrCat(Sequence(color), text, "\x1b[0m");
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) {
    widths_.push_back(std::max<int>(column.min_width, column.header.size()));
  }
}

void Table::AddRow(std::vector<Cell> row) {
  for (size_t i = 0; i < row.size(); ++i) {
    std::string& text = row[i].text;
    text = text.empty() ? "-" : Visible(text);
    const int limit = columns_[i].max_width;
    text = Fit(text, limit > 0 ? limit : DisplayWidth(text));
    widths_[i] = std::max(widths_[i], DisplayWidth(text));
  }
  rows_.push_back(std::move(row));
}

std::string Table::Header(const RenderOptions& options) const {
  std::vector<Cell> cells;
  for (const Column& column : columns_) cells.push_back({column.header});
  return Line(cells, options);
}

std::string Table::Row(size_t index, const RenderOptions& options) const {
  return Line(rows_[index], options);
}

std::string Table::Render(const RenderOptions& options) const {
  std::string out = base::StrCat(Header(options), "\n");
  for (const std::vector<Cell>& row : rows_) {
    out += base::StrCat(Line(row, options), "\n");
  }
  return out;
}

std::string Table::Line(const std::vector<Cell>& cells,
                        const RenderOptions& options) const {
  std::string line;
  int pending = 0;  // spaces owed before the next text, so that none trail
  int room = options.line_width;
  for (size_t i = 0; i < cells.size(); ++i) {
    std::string text = cells[i].text;
    int width = DisplayWidth(text);
    if (options.line_width > 0) {
      room -= pending;
      if (room <= 3) break;
      if (width > room) {
        text = Fit(text, room);
        width = DisplayWidth(text);
      }
      room -= width;
    }
    line.append(pending, ' ');
    line += Colored(std::move(text), cells[i].color, options.color);
    pending = widths_[i] - width + kGap;
  }
  return line;
}

std::string RowFingerprint(const std::vector<Column>& columns,
                           const std::vector<Cell>& row) {
  std::string print;
  for (size_t i = 0; i < row.size(); ++i) {
    if (!columns[i].ticking) print += base::StrCat(row[i].text, "\n");
  }
  return print;
}

}  // namespace roster::cli
