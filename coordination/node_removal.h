#pragma once

#include <cstdint>
#include <string>

#include "base/log.h"
#include "base/loop.h"
#include "zk/session.h"

namespace roster::coordination {

// A node that must go, and may not be known by its full name.
struct NodeToRemove {
  std::string parent;
  std::string prefix;  // of its name, unique to it
  // Path, if it is known. Empty: the answer to its creation is missing, so all
  // children of `parent` with that prefix are looked for.
  std::string path;
  // If not 0: it is removed only while this session owns it and it has this
  // data. For nodes whose path others may use.
  int64_t owner = 0;
  std::string data;
};

// Removes a node for certain, through lost connections and lost sessions: it
// works on in the background until the server has said that no such node is
// left, or refuses (no permission). Callers need not wait; nothing that they
// own has to live on.
//
// `done` gets OK, or the refusal. It is dropped, not called, when `session` is
// destroyed first; ephemeral nodes end with the session then.
//
// Call it on the session's loop, which must outlive the session.
void RemoveNode(base::Loop& loop, zk::Session& session, NodeToRemove node,
                base::LogSink log, zk::Session::DoneCallback done);

// Path of a child.
std::string ChildPath(const std::string& parent, const std::string& name);

}  // namespace roster::coordination
