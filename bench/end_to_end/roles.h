#pragma once

#include <string>

namespace roster::bench {

// The programs of the end-to-end bench: each runs as a process of its own, so
// that its CPU time and memory can be told apart. They take commands on
// standard input, a line each, and answer on standard output, a line each.

struct LoadOptions {
  std::string servers;
  std::string members_path;
  int members = 10'000;
  int name_bytes = 34;
  int record_bytes = 300;
};

// Creates the members, over sessions of at most 2,000 each, and answers
// "ready". "run RATE SECONDS" updates random members at that rate, open loop,
// and answers "done sent=N acknowledged=N late_ms=N". End of input ends it.
int RunLoad(const LoadOptions& options);

// The floor: the C client's own watch loop, a children watch and one data
// watch a member, re-armed, and nothing else. Answers "synced SECONDS" first;
// "clear" resets, "report" answers with latencies, CPU seconds and memory.
int RunFloor(const std::string& servers, const std::string& members_path);

// The same of a WatchMembers stream of rosterd, as a gRPC client.
int RunSubscriber(const std::string& endpoint);

// Where each update carries its time of sending, in nanoseconds.
inline constexpr char kSentGauge[] = "sent_ns";

}  // namespace roster::bench
