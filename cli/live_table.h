#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace roster::cli {

// LiveTable shows rows that change: on a terminal it redraws them in place,
// elsewhere it prints one line for each change that shows.
//
// Thread-safety: thread-compatible.
class LiveTable {
 public:
  // Gives the first `limit` rows, and how many there are in all.
  struct Picture {
    std::vector<std::vector<Cell>> rows;
    size_t total = 0;
  };
  using Painter = std::function<Picture(size_t limit)>;

  // `painter` serves the redrawing.
  LiveTable(std::vector<Column> columns, bool live, bool color,
            Painter painter);

  bool live() const { return live_; }

  // On a terminal: there is something new to draw.
  void Invalidate() { dirty_ = true; }
  // On a terminal: redraws if there is something new, or if the clocks of the
  // rows have moved on. Call it often, it keeps to a few pictures a second.
  absl::Status Tick();
  // On a terminal: draws the last state, if it is not on the screen yet.
  absl::Status Finish();
  // Before something else is printed, on whatever stream.
  void MakeWay();

  // Elsewhere: the row of `key` is now this. Nothing happens if it looks the
  // same as before, besides columns that tick.
  void Stage(const std::string& key, std::vector<Cell> row);
  // Elsewhere: `key` is gone; `row` says so. Nothing happens if it was unknown.
  void StageRemoval(const std::string& key, std::vector<Cell> row);
  // Elsewhere: `key` is of no interest any more; nothing is said of it.
  void Forget(const std::string& key) { fingerprints_.erase(key); }
  // Elsewhere: prints what was staged, aligned with all that came before it.
  absl::Status Flush();

 private:
  absl::Status Draw();

  const std::vector<Column> columns_;  // constant after construction
  const bool live_;
  const bool color_;
  const Painter painter_;

  Screen screen_;
  bool dirty_ = false;
  absl::Time drawn_at_ = absl::InfinitePast();

  Table table_;  // holds staged rows
  bool header_printed_ = false;
  std::map<std::string, std::string> fingerprints_;  // by key
};

}  // namespace roster::cli
