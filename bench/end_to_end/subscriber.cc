#include <grpcpp/grpcpp.h>

#include <string>
#include <thread>

#include "base/mutex.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/roles.h"
#include "bench/end_to_end/watch_report.h"
#include "roster/v1/membership.grpc.pb.h"

namespace roster::bench {

int RunSubscriber(const std::string& endpoint) {
  auto channel =
      grpc::CreateChannel(endpoint, grpc::InsecureChannelCredentials());
  auto stub = v1::MembershipService::NewStub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const int64_t start = MonotonicNanos();
  auto stream = stub->WatchMembers(&context, {});

  base::Mutex mu;
  Latencies latencies;
  double cpu_start = 0;
  std::thread reader([&] {
    v1::WatchMembersResponse message;
    bool synced = false;
    while (stream->Read(&message)) {
      // rosterd may still be reading itself: what counts is a complete view.
      if (message.has_view() && message.view().synced() && !synced) {
        synced = true;
        std::cout << absl::StrFormat("synced %.3f",
                                     (MonotonicNanos() - start) * 1e-9)
                  << std::endl;
      }
      if (!synced || !message.has_member()) continue;
      const auto& gauges = message.member().gauges();
      const auto sent = gauges.find(kSentGauge);
      if (sent == gauges.end()) continue;
      const int64_t now = MonotonicNanos();
      base::MutexLock lock(&mu);
      latencies.Add(now - static_cast<int64_t>(sent->second));
    }
  });
  std::string line;
  while (std::getline(std::cin, line)) {
    base::MutexLock lock(&mu);
    AnswerCommand(line, latencies, cpu_start);
  }
  context.TryCancel();
  reader.join();
  return 0;
}

}  // namespace roster::bench
