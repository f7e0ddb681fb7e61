#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/strings.h"
#include "cli/client.h"
#include "cli/interrupt.h"

namespace roster::cli {

// True if trying a watch again cannot help: what was asked for is wrong, or not
// allowed, or what we print to is gone.
bool IsDefinite(const absl::Status& status);

// What a Follower tells its command.
template <typename Response>
struct FollowCallbacks {
  // A message; an error ends the watch with it.
  std::function<absl::Status(const Response&)> on_message;
  // At least about ten times a second, also while disconnected: for clocks on
  // screen. After every message too, however fast they come.
  std::function<absl::Status()> on_tick = [] { return absl::OkStatus(); };
  // A sentence about the connection, for stderr.
  std::function<void(const std::string&)> on_notice;
  // The server refuses the resume token with this error (OUT_OF_RANGE). The
  // stream is begun anew, without it, when this returns OK.
  std::function<absl::Status(const absl::Status&)> on_gap =
      [](const absl::Status& status) { return status; };
};

// Follower reads a stream for as long as the person at the terminal wants it:
// when rosterd goes away, it says so and resumes with the last resume token as
// soon as rosterd, or another one at that address, is back. What is definitely
// wrong (a bad selector, no such cluster) ends it; so does a rosterd that
// cannot be reached the first time.
//
// It runs on the caller's thread alone: it waits on a completion queue for a
// tenth of a second at a time, and looks for signals in between.
//
// Thread-safety: thread-compatible.
template <typename Request, typename Response, typename Service = Client::Stub>
class Follower {
 public:
  using Reader = grpc::ClientAsyncReader<Response>;
  using Open = std::unique_ptr<Reader> (Service::*)(grpc::ClientContext*,
                                                    const Request&,
                                                    grpc::CompletionQueue*);

  // `client` must outlive this. `open` is a Stub::PrepareAsync… method.
  Follower(Client& client, Open open, FollowCallbacks<Response> callbacks)
      : client_(client), open_(open), callbacks_(std::move(callbacks)) {}

  // Runs until a signal comes (Cancelled) or something is definitely wrong.
  absl::Status Run(Request request) {
    const Interrupt interrupt;
    base::Backoff backoff(absl::Milliseconds(200), absl::Seconds(2));
    while (true) {
      received_ = false;
      const absl::Status status = RunOnce(request);
      if (Interrupt::Signal() != 0) return absl::CancelledError("interrupted");
      if constexpr (kResumes) {
        if (absl::IsOutOfRange(status) && !request.resume_token().empty()) {
          if (const absl::Status go_on = callbacks_.on_gap(status);
              !go_on.ok()) {
            return go_on;
          }
          request = fresh_request_;
          request.clear_resume_token();
          continue;
        }
      }
      if (!ever_received_ || IsDefinite(status)) return status;
      if (received_) backoff.Reset();
      if (!lost_) {
        lost_ = true;
        callbacks_.on_notice(client_.ExplainLoss(end_));
      }
      if (const absl::Status tick = Pause(backoff.Next()); !tick.ok()) {
        return tick;
      }
      if (Interrupt::Signal() != 0) return absl::CancelledError("interrupted");
    }
  }

  // What a stream that cannot be resumed begins anew with.
  void set_fresh_request(Request request) {
    fresh_request_ = std::move(request);
  }

 private:
  // Some streams say all that counts with every message, and have no token.
  static constexpr bool kResumes = requires(Request request) {
    request.resume_token();
  };
  enum Tag : intptr_t { kStart = 1, kRead, kFinish };
  static constexpr absl::Duration kTick = absl::Milliseconds(100);

  static void* ToTag(Tag tag) { return reinterpret_cast<void*>(tag); }

  // One stream, to its end. Never OK: a watch has no end of its own.
  absl::Status RunOnce(Request& request) {
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    const std::unique_ptr<Reader> reader =
        (client_.Get<Service>().*open_)(&context, request, &queue);
    reader->StartCall(ToTag(kStart));
    const absl::Time give_up = absl::Now() + client_.options().timeout;
    Response response;
    end_ = grpc::Status();
    absl::Status stop;  // why we cancelled it, if we did
    while (true) {
      void* tag = nullptr;
      bool ok = false;
      const auto next = queue.AsyncNext(
          &tag, &ok,
          std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kTick));
      if (next == grpc::CompletionQueue::TIMEOUT) {
        if (stop.ok()) stop = callbacks_.on_tick();
        if (stop.ok()) stop = Patience(give_up);
        if (!stop.ok()) context.TryCancel();
        continue;
      }
      if (tag == ToTag(kFinish)) break;
      if (!ok) {
        reader->Finish(&end_, ToTag(kFinish));
        continue;
      }
      if (tag == ToTag(kRead) && stop.ok()) {
        stop = Handle(response, request);
        if (stop.ok()) stop = callbacks_.on_tick();
        if (!stop.ok()) context.TryCancel();
      }
      response.Clear();
      reader->Read(&response, ToTag(kRead));
    }
    queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
    }
    if (!stop.ok()) return stop;
    if (end_.ok()) return absl::UnavailableError("the watch was ended");
    return client_.Explain(end_);
  }

  // Not OK when there is no reason to go on waiting.
  absl::Status Patience(absl::Time give_up) const {
    if (Interrupt::Signal() != 0) return absl::CancelledError("interrupted");
    if (received_ || client_.Connected() || absl::Now() < give_up) return {};
    return client_.Explain(
        grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, ""));
  }

  absl::Status Handle(const Response& response, Request& request) {
    if (Interrupt::Signal() != 0) return absl::CancelledError("interrupted");
    if constexpr (kResumes) request.set_resume_token(response.resume_token());
    received_ = true;
    ever_received_ = true;
    if (lost_) {
      lost_ = false;
      callbacks_.on_notice(base::StrCat("connected to rosterd at ",
                                        client_.options().endpoint, " again",
                                        Continuity(response)));
    }
    return callbacks_.on_message(response);
  }

  // Says how the stream goes on after a break, if the stream can tell.
  static std::string Continuity(const Response& response) {
    if constexpr (requires { response.has_reset(); }) {
      return response.has_reset()
                 ? "; it could not resume and sends everything anew"
                 : "; resumed, nothing is missing";
    }
    return "";
  }

  absl::Status Pause(absl::Duration duration) {
    const absl::Time end = absl::Now() + duration;
    while (Interrupt::Signal() == 0 && absl::Now() < end) {
      Interrupt::Sleep(std::min(kTick, end - absl::Now()));
      if (absl::Status tick = callbacks_.on_tick(); !tick.ok()) return tick;
    }
    return absl::OkStatus();
  }

  Client& client_;
  const Open open_;
  const FollowCallbacks<Response> callbacks_;
  Request fresh_request_;
  grpc::Status end_;            // of the last stream
  bool received_ = false;       // on this stream
  bool ever_received_ = false;  // on any
  bool lost_ = false;           // said so, and not yet back
};

}  // namespace roster::cli
