#pragma once

#include <string>

namespace roster::model {

// Who asks for something.
struct Actor {
  std::string name;
  // The connection proved it; otherwise it is what the caller claims.
  bool authenticated = false;
  std::string peer;  // where the caller is; empty: a rosterd by itself

  friend bool operator==(const Actor&, const Actor&) = default;
};

}  // namespace roster::model
