#pragma once

#include <grpcpp/client_context.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "roster/v1/membership.grpc.pb.h"
#include "tests/support/zk_probe.h"

namespace roster::testing {

// ZooKeeperWitness looks at orders and members in ZooKeeper, again and again,
// with a client and a parser that Roster has no part in, and remembers the most
// members that were held, and that were away, at one instant.
//
// One look takes many reads, so it only counts if the version of the admission
// node, which every change of an order raises, is the same before and after it:
// then the orders are those of one instant. A member that is not held can
// become available but not unavailable meanwhile (these members neither crash
// nor leave by themselves), so whoever was read as away was so when the look
// began: what is counted was true at once, and nothing is counted twice.
//
// Thread-safety: thread-safe. It has a thread of its own until it is destroyed.
class ZooKeeperWitness {
 public:
  struct Counts {
    int looks = 0;
    int most_held = 0;
    // Held, or absent, or saying something else than UP.
    int most_away = 0;
  };

  // `members`: whose absence counts.
  ZooKeeperWitness(const std::string& servers,
                   std::vector<std::string> members);
  ~ZooKeeperWitness();

  Counts counts() const;

 private:
  void Run();
  void Look();
  std::string AdmissionVersion();

  const std::vector<std::string> members_;
  ZkProbe probe_;
  mutable base::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

// EventRecorder follows the events of one rosterd from its oldest on, until
// that rosterd is gone.
//
// Thread-safety: thread-safe. It has a thread of its own until it is destroyed.
class EventRecorder {
 public:
  explicit EventRecorder(v1::MembershipService::Stub& stub);
  ~EventRecorder();

  std::vector<v1::Event> events() const;
  // Sequences go 1, 2, 3, ... within one log.
  bool GapFree() const;
  // The most members that were there and neither UP nor gone for good, after
  // any of the events.
  int MostAway() const;

 private:
  void Run(v1::MembershipService::Stub& stub);

  grpc::ClientContext context_;
  mutable base::Mutex mu_;
  std::vector<v1::Event> events_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace roster::testing
