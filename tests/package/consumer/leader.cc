// Asks who leads; the library for that is a component of its own.
#include <absl/time/clock.h>
#include <roster/coordination/leader_lookup.h>
#include <roster/coordination/leader_observer.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  roster::zk::SessionOptions options;
  options.servers = argv[1];
  const auto client = roster::coordination::Client::Connect(options);
  if (!client.ok()) return 2;
  const roster::coordination::LeaderLookup lookup(
      **client,
      {.elections_path = "/roster/default/elections", .election = argv[2]});
  const auto leader = lookup.Find(absl::Now() + absl::Seconds(10));
  std::cout << (leader.ok() ? leader->id : leader.status().ToString()) << "\n";
  return leader.ok() ? 0 : 1;
}
