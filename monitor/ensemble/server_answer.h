#pragma once

#include <string_view>

#include "monitor/state/zookeeper_server.h"

namespace roster::monitor {

// What ZooKeeper servers answer to the four-letter words `srvr` and `mntr`, of
// 3.4 to 3.9. Pure.
//
// An answer is text of somebody else: it may be cut off, huge, or a web page.
// Only whole lines count, so that no number is read in part; numbers that are
// negative or not finite are left out; of its text only the version is kept,
// and of that only letters, digits, '.', '-' and '_', 32 at most.

enum class AnswerKind {
  kFigures,     // at least the role is known
  kNotServing,  // "This ZooKeeper instance is not currently serving requests"
  kNotAllowed,  // the word is not in 4lw.commands.whitelist
  kEmpty,       // closed without an answer
  kUnreadable,  // none of these
};

// Reads one answer and puts into `server` the figures that it has. Never takes
// away what another answer told.
AnswerKind ReadSrvr(std::string_view answer, ZooKeeperServer& server);
AnswerKind ReadMntr(std::string_view answer, ZooKeeperServer& server);

// Sets `state` and `problem` by what became of both words. The second was not
// asked if the first found the server not serving: give its kind again.
void Conclude(AnswerKind srvr, AnswerKind mntr, ZooKeeperServer& server);

}  // namespace roster::monitor
