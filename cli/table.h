#pragma once

#include <string>
#include <vector>

namespace roster::cli {

enum class Color { kNone, kGreen, kYellow, kRed, kDim };

struct Cell {
  std::string text;  // as it came; Table makes it visible
  Color color = Color::kNone;
};

struct Column {
  std::string header;  // without spaces
  int max_width = 0;   // longer text is cut; 0: no limit
  int min_width = 0;
  int stream_width = 0;  // at least so wide where rows arrive one by one
  // Its text changes as time goes by, although nothing happened.
  bool ticking = false;
};

struct RenderOptions {
  bool color = false;
  int line_width = 0;  // columns of the screen, longer lines are cut; 0: none
};

// Table lays rows out in columns, measured in terminal columns. It is the one
// gate through which server text reaches a terminal in tables: every cell goes
// through Visible() and the width limit of its column.
//
// Rows are added first and rendered together, or, for rows that arrive one by
// one, added and rendered singly: the columns then keep the widths of all rows
// so far, which never shrink.
//
// Thread-safety: thread-compatible.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // REQUIRES: one cell for each column. An empty text becomes "-".
  void AddRow(std::vector<Cell> row);
  void ClearRows() { rows_.clear(); }
  size_t row_count() const { return rows_.size(); }

  std::string Header(const RenderOptions& options) const;
  std::string Row(size_t index, const RenderOptions& options) const;
  // All rows, with the header first; each line ends with "\n".
  std::string Render(const RenderOptions& options) const;

 private:
  std::string Line(const std::vector<Cell>& cells,
                   const RenderOptions& options) const;

  const std::vector<Column> columns_;  // constant after construction
  std::vector<int> widths_;
  std::vector<std::vector<Cell>> rows_;
};

// `text` in `color`, or unchanged if not `enabled`.
std::string Colored(std::string text, Color color, bool enabled);

// What is visible in `row` besides columns that tick: equal for rows between
// which nothing happened.
std::string RowFingerprint(const std::vector<Column>& columns,
                           const std::vector<Cell>& row);

}  // namespace roster::cli
