#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/loop.h"
#include "zk/connection_string.h"

namespace roster::zk {

// Looks up a host name and returns its addresses as text. May block; is called
// on a thread that does nothing else.
using LookupFunction =
    std::function<absl::StatusOr<std::vector<std::string>>(const std::string&)>;

// getaddrinfo(3), both families. Unavailable when the name does not resolve.
absl::StatusOr<std::vector<std::string>> LookUpHost(const std::string& host);

// Resolver turns the host names of an ensemble into addresses without ever
// blocking the loop: each lookup runs on a short-lived thread of its own. A
// lookup that fails or hangs takes nothing away: the addresses last seen for
// that name stay good. Names are looked up only when asked for by Refresh(),
// at most once at a time.
//
// Thread-safety: confined to the loop. Lookups that still run when the
// resolver is destroyed finish unheard.
// Lifetime: `loop` must outlive this.
class Resolver {
 public:
  // `on_change` is called on the loop when servers() has changed or a lookup
  // has failed.
  Resolver(base::Loop& loop, std::vector<ServerName> servers,
           LookupFunction lookup, std::function<void()> on_change);
  ~Resolver();

  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Looks up every name that is not being looked up already.
  void Refresh();

  // "10.0.0.1:2181", "::1:2181", as the C client takes them (it wants IPv6
  // bare); empty while no address is known.
  const std::vector<std::string>& servers() const { return servers_; }
  // The last lookup's error; OK after a success.
  const absl::Status& status() const { return status_; }

 private:
  struct Mailbox;
  struct Entry {
    ServerName name;
    std::vector<std::string> addresses;  // last good ones
    bool busy = false;
  };

  void StartLookup(size_t index);
  void OnAnswer(size_t index,
                absl::StatusOr<std::vector<std::string>> addresses);
  void Rebuild();

  base::Loop& loop_;
  const LookupFunction lookup_;
  const std::function<void()> on_change_;
  std::vector<Entry> entries_;
  std::vector<std::string> servers_;
  absl::Status status_;
  const std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace roster::zk
