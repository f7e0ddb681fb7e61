#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace roster::coordination {

class Contender;

// How a Contender stands in line, and who hears of it: on its loop.
struct ContenderOptions {
  std::string path;               // the line: a folder, created when missing
  std::string marker = "-lock-";  // of the node's name, before its number
  std::string tag;                // of the node's name, before the marker
  std::string data;               // of the node

  // Markers of nodes in the folder that stand in the same line. Nodes with
  // none of them, and no `marker`, are not looked at.
  std::vector<std::string> others;
  // Given the line, earliest first, and the own place in it: the place of the
  // one to wait for, or nothing when it is the turn. Empty: the one before.
  std::function<std::optional<size_t>(const std::vector<std::string>& line,
                                      size_t mine)>
      blocker;
  // Looks again at every change of the folder, not only when the one that
  // blocker() named is gone.
  bool watch_folder = false;
  // Instead of a number from ZooKeeper: that of this node (a path), which must
  // be there at the moment of creation, or it ends with Aborted.
  std::string beside;
  // After a loss, or an error that does not pass by itself, it tries again
  // with pauses; otherwise that ends it.
  bool rejoins = false;

  base::LogSink log;
  // standing() has changed; it may destroy the contender.
  std::function<void(Contender&)> on_change;
  // Somebody wrote kRevocationRequest into the node of a contender that has
  // its turn.
  std::function<void(Contender&)> on_revocation;
};

// What asks a holder to give up its turn, as data of its node. Curator's word.
inline constexpr std::string_view kRevocationRequest = "__REVOKE__";

}  // namespace roster::coordination
