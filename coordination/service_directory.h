#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "model/paths.h"

namespace roster::coordination {

// One place where a service can be reached.
struct ServiceInstance {
  std::string member;
  std::string version;  // of the service
  bool degraded = false;
  absl::btree_map<std::string, std::string> endpoints;  // name -> host:port
  absl::btree_map<std::string, std::string> labels;
  int64_t czxid = 0;  // tells one registration of the member from the next

  friend bool operator==(const ServiceInstance&,
                         const ServiceInstance&) = default;
};

using ServiceInstances = std::vector<ServiceInstance>;  // by member

// What a ServiceDirectory knows at one moment. Immutable.
struct ServiceView {
  // By service; without those that have no instance.
  std::map<std::string, std::shared_ptr<const ServiceInstances>, std::less<>>
      services;
  bool known = false;  // everything was read at least once
  // ZooKeeper is out of reach: these are the last known instances.
  bool stale = true;
  absl::Time as_of = absl::InfinitePast();  // when it was certainly right

  // Empty if there is no such service.
  ServiceInstances Resolve(std::string_view service) const {
    const auto found = services.find(service);
    return found == services.end() ? ServiceInstances{} : *found->second;
  }
  // How old it may be; zero when it is not stale.
  absl::Duration Age(absl::Time now) const {
    return stale ? std::max(now - as_of, absl::ZeroDuration())
                 : absl::ZeroDuration();
  }
};

using ServiceViewPtr = std::shared_ptr<const ServiceView>;

struct ServiceDirectoryOptions {
  std::string members_path{model::kDefaultMembersPath};
  std::string control_path;  // ClusterPaths::control

  // The instances of `service` have changed, and the view shows it by then.
  // Also for those found at the start.
  std::function<void(const std::string& service, const ServiceInstances&)>
      on_change;
  base::LogSink log;
};

// ServiceDirectory resolves the names of services to the members that work:
// present, not held by an order, and UP or DEGRADED by their own word. Who is
// STARTING, draining or leaving is not in it. A Registrar is how a service gets
// in: by `service` and `endpoints` in its options.
//
// While ZooKeeper is away the last instances stay, marked stale: a process that
// cannot see the others must not conclude that they are gone. They may be: who
// calls an instance still has to cope with one that does not answer, for the
// session timeout at least even when nothing is stale.
//
// It reads and watches every member, whatever its service. In a cluster of
// thousands give it a Client of its own: see SessionOptions::
// max_resumed_watch_bytes for what much watching does to a session that owns
// nodes.
//
// Thread-safety: thread-safe; constructor and destructor not on the client's
// loop. `on_change` runs on the loop; what it throws is swallowed and logged.
// Lifetime: `client` must outlive this.
class ServiceDirectory {
 public:
  ServiceDirectory(Client& client, ServiceDirectoryOptions options);
  ~ServiceDirectory();

  ServiceDirectory(const ServiceDirectory&) = delete;
  ServiceDirectory& operator=(const ServiceDirectory&) = delete;

  ServiceViewPtr view() const;
  ServiceInstances Resolve(std::string_view service) const {
    return view()->Resolve(service);
  }
  // Waits until everything was read once. Unavailable at the deadline.
  absl::Status WaitUntilKnown(absl::Time deadline);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
