#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/roles.h"
#include "bench/end_to_end/watch_report.h"
#include "bench/fan_out/roles.h"
#include "roster/v1/membership.pb.h"

namespace roster::bench {
namespace {

// When a member made this, or 0. Parsing 100,000 messages a second would be
// what is measured, so it only looks for the bytes of the gauge: its name, and
// the tag and the bytes of a double.
int64_t SentNanos(std::string_view message) {
  const size_t at = message.find(kSentGauge);
  const size_t number = at + sizeof(kSentGauge);  // its tag is one byte
  double sent = 0;
  if (at == std::string_view::npos || number + sizeof(sent) > message.size())
    return 0;
  std::memcpy(&sent, message.data() + number, sizeof(sent));
  return static_cast<int64_t>(sent);
}

// The bytes of a message, in one piece.
grpc::Slice BytesOf(const grpc::ByteBuffer& message) {
  grpc::Slice slice;
  if (!message.TrySingleSlice(&slice).ok()) message.DumpToSingleSlice(&slice);
  return slice;
}

// Counts down to zero.
class Latch {
 public:
  explicit Latch(int count) : count_(count) {}
  void CountDown() {
    base::MutexLock lock(&mu_);
    if (--count_ == 0) zero_.NotifyAll();
  }
  void Wait() {
    base::MutexLock lock(&mu_);
    while (count_ > 0) zero_.Wait(&mu_);
  }

 private:
  base::Mutex mu_;
  base::CondVar zero_;
  int count_ ABSL_GUARDED_BY(mu_);
};

class Reader final
    : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Reader(grpc::GenericStub& stub, bool never_read, Latch& synced, Latch& done)
      : never_read_(never_read), synced_(synced), done_(done) {
    context_.set_wait_for_ready(true);
    const grpc::Slice slice(v1::WatchMembersRequest().SerializeAsString());
    request_ = grpc::ByteBuffer(&slice, 1);
    stub.PrepareBidiStreamingCall(&context_, kWatchMembersMethod, {}, this);
    StartWriteLast(&request_, {});
    if (!never_read_) StartRead(&message_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }
  void CopyInto(Latencies& all) {
    base::MutexLock lock(&mu_);
    all.Append(latencies_);
  }
  void Clear() {
    base::MutexLock lock(&mu_);
    latencies_.Clear();
  }

  void OnWriteDone(bool) override {
    if (never_read_) synced_.CountDown();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    const grpc::Slice bytes = BytesOf(message_);
    if (!is_synced_) LookForSynced(bytes);
    const int64_t sent =
        SentNanos({reinterpret_cast<const char*>(bytes.begin()), bytes.size()});
    if (sent != 0) {
      base::MutexLock lock(&mu_);
      latencies_.Add(MonotonicNanos() - sent);
    }
    StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override { done_.CountDown(); }

 private:
  void LookForSynced(const grpc::Slice& bytes) {
    v1::WatchMembersResponse response;
    response.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()));
    if (!response.has_synced()) return;
    is_synced_ = true;
    synced_.CountDown();
  }

  const bool never_read_;
  Latch& synced_;
  Latch& done_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;
  bool is_synced_ = false;
  base::Mutex mu_;
  Latencies latencies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

int RunReaders(const ReaderOptions& options) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < options.channels; ++i) {
    grpc::ChannelArguments arguments;
    // Channels with the same arguments would share a connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs.push_back(
        std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
            options.endpoint, grpc::InsecureChannelCredentials(), arguments)));
  }
  Latch synced(options.streams);
  Latch done(options.streams);
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < options.streams; ++i)
    readers.push_back(std::make_unique<Reader>(
        *stubs[i % options.channels], options.never_read, synced, done));
  synced.Wait();
  std::cout << "ready" << std::endl;

  double cpu_start = ProcessCpuSeconds();
  std::string line;
  while (std::getline(std::cin, line)) {
    Latencies all;
    for (const auto& reader : readers) {
      if (line == "clear") reader->Clear();
      if (line == "report") reader->CopyInto(all);
    }
    AnswerCommand(line, all, cpu_start);
  }
  for (const auto& reader : readers) reader->Cancel();
  done.Wait();
  return 0;
}

}  // namespace roster::bench
