#pragma once

#include <string>

namespace roster::bench {

// The programs of the fan-out bench: each runs as a process of its own, so that
// its CPU time can be told apart. They take commands on standard input, a line
// each, and answer on standard output, a line each.

// The floor: a gRPC callback server that sends each stream that is opened one
// message, and then broadcasts. Answers "listening PORT"; "run RATE SECONDS"
// broadcasts that many messages a second, serialised once each, open loop, and
// answers "done sent=N late_ms=N". End of input ends it.
int RunBroadcast(int message_bytes);

struct ReaderOptions {
  std::string endpoint;
  int streams = 1000;
  // Connections over which the streams are spread.
  int channels = 8;
  // Opens the streams and never reads from them.
  bool never_read = false;
};

// Streams of WatchMembers that look into the bytes of what they get only for
// the time of sending. Answers "ready" when all are synced; "clear" resets,
// "report" answers with latencies, CPU seconds and memory. End of input ends
// it.
int RunReaders(const ReaderOptions& options);

inline constexpr char kWatchMembersMethod[] =
    "/roster.v1.MembershipService/WatchMembers";

}  // namespace roster::bench
