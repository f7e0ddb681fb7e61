#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/roles.h"
#include "bench/fan_out/roles.h"
#include "roster/v1/membership.pb.h"

namespace roster::bench {
namespace {

grpc::Slice Serialise(const v1::WatchMembersResponse& message) {
  return grpc::Slice(message.SerializeAsString());
}

grpc::Slice Update(int bytes) {
  v1::WatchMembersResponse message;
  v1::Member& member = *message.mutable_member();
  (*member.mutable_gauges())[kSentGauge] =
      static_cast<double>(MonotonicNanos());
  const int padding = bytes - static_cast<int>(message.ByteSizeLong());
  member.set_name(std::string(std::max(padding, 1), 'x'));
  return Serialise(message);
}

// One stream: a cursor into the messages, and one write at a time.
//
// Thread-safety: thread-safe.
class Stream final : public grpc::ServerGenericBidiReactor {
 public:
  Stream() { StartRead(&request_); }

  void Append(const grpc::Slice& message) {
    {
      base::MutexLock lock(&mu_);
      if (done_) return;
      waiting_.push_back(message);
      if (writing_) return;
      writing_ = true;
    }
    WriteNext();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    v1::WatchMembersResponse synced;
    synced.mutable_synced();
    Append(Serialise(synced));
  }
  void OnWriteDone(bool ok) override {
    {
      base::MutexLock lock(&mu_);
      if (!ok) waiting_.clear();
      if (waiting_.empty()) {
        writing_ = false;
        return;
      }
    }
    WriteNext();
  }
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override {
    base::MutexLock lock(&mu_);
    done_ = true;  // the server lives as long as the process: it stays
  }

 private:
  void WriteNext() {
    {
      base::MutexLock lock(&mu_);
      message_ = grpc::ByteBuffer(&waiting_.front(), 1);
      waiting_.pop_front();
    }
    StartWrite(&message_);
  }

  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;  // of whoever writes
  base::Mutex mu_;
  std::deque<grpc::Slice> waiting_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
};

class Service final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext*) override {
    auto* stream = new Stream;
    base::MutexLock lock(&mu_);
    streams_.push_back(stream);
    return stream;
  }
  std::vector<Stream*> streams() {
    base::MutexLock lock(&mu_);
    return streams_;
  }

 private:
  base::Mutex mu_;
  std::vector<Stream*> streams_ ABSL_GUARDED_BY(mu_);
};

void Broadcast(Service& service, double rate, double seconds, int bytes) {
  const std::vector<Stream*> streams = service.streams();
  const int64_t start = MonotonicNanos();
  const auto total = static_cast<int64_t>(rate * seconds);
  int64_t worst_delay = 0;
  for (int64_t sent = 0; sent < total; ++sent) {
    const int64_t due = start + static_cast<int64_t>(sent / rate * 1e9);
    const int64_t now = MonotonicNanos();
    worst_delay = std::max(worst_delay, now - due);
    if (now < due)
      std::this_thread::sleep_for(std::chrono::nanoseconds(due - now));
    const grpc::Slice message = Update(bytes);
    for (Stream* stream : streams) stream->Append(message);
  }
  std::cout << "done sent=" << total << " late_ms=" << worst_delay / 1'000'000
            << std::endl;
}

}  // namespace

int RunBroadcast(int message_bytes) {
  // Never destroyed: streams of readers that are still there use it.
  auto& service = *new Service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << "listening " << port << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    double rate = 0, seconds = 0;
    words >> command >> rate >> seconds;
    Broadcast(service, rate, seconds, message_bytes);
  }
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace roster::bench
