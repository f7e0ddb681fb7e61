#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/client.h"
#include "model/member_record.h"
#include "registrar/options.h"
#include "registrar/status.h"
#include "registrar/task.h"

namespace roster::registrar {

// Registrar makes the process that holds it a member of the cluster: an
// ephemeral node in ZooKeeper with the member's record, kept there through
// lost connections, expired sessions and stray deletes, for as long as the
// Registrar lives. It also reads the order that operators left for the member:
// while one holds it, the record says DRAINING until the service's work is
// finished, and DRAINED then; see RegistrarOptions::on_drain.
//
// It is not a watcher of other members, no lock and no election; it never
// decides that the service should stop. docs/registrar.md has the states.
//
// It runs one thread. Setters only leave the new value for that thread: they
// take microseconds, never fail and never wait for ZooKeeper. Values that
// follow each other closely may merge; the last one always arrives. Text is
// made valid UTF-8 and shortened to what readers accept; what has an unusable
// name, or is too much of its kind, is not kept: RegistrarStatus tells.
//
// Thread-safety: thread-safe, the destructor aside. Not to be used after
// fork() in the child.
//
//   RegistrarOptions options;
//   options.service = "search-indexer";
//   auto registrar = Registrar::Create(std::move(options));
//   if (!registrar.ok()) ...  // an option is wrong
//   Task task = (*registrar)->StartTask("reindex", 1000000, "documents");
//   for (...) task.Advance();
//   task.Finish();
class Registrar {
 public:
  // No leave takes longer than this.
  static constexpr absl::Duration kLeaveTimeout = absl::Seconds(5);

  // Starts to register. Never fails because ZooKeeper is away, nor waits for
  // it: InvalidArgument if an option is wrong, ResourceExhausted if there is no
  // descriptor or thread left.
  static absl::StatusOr<std::unique_ptr<Registrar>> Create(
      RegistrarOptions options);

  // Leaves as Leave() does. Not to be called from a callback or the log sink.
  ~Registrar();

  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  // What the service says of itself; `reason` is for people. Written at once.
  // While an order holds the member this is kept and shown when the last hold
  // ends. kLeaving is ignored: see Leave().
  void SetState(model::ReportedState state, std::string_view reason = {});

  // A figure worth seeing beside the member. A value that is not finite removes
  // the gauge. At most model::kMaxGauges names of 128 bytes.
  void SetGauge(std::string_view name, double value);
  void RemoveGauge(std::string_view name);
  // An empty value removes. At most model::kMaxLabels, model::kMaxEndpoints.
  void SetLabel(std::string_view name, std::string_view value);
  void SetEndpoint(std::string_view name, std::string_view address);

  // Begins to report a piece of work. `total` and `unit` ("files") may be
  // unknown. At most model::kMaxTasks run at a time; one more is not shown.
  Task StartTask(std::string_view name, std::optional<double> total = {},
                 std::string_view unit = {},
                 absl::Duration stall_after = model::kDefaultStallAfter);

  RegistrarStatus status() const;

  // For the recipes of coordination/, over the registrar's own session: so a
  // process has one session and one thread for all of it, and what it holds
  // goes when its registration does. Whatever is made on it must be gone before
  // Leave() and the destructor, and nothing may be made on it afterwards; calls
  // that still wait then end as Cancelled.
  // Recipes that watch very much want a Client of their own: the registration
  // would suffer. See coordination/service_directory.h.
  coordination::Client& client();

  // Says LEAVING, deletes the node together with an entry in the cluster's
  // ledger, and closes the session, so that nobody takes the departure for a
  // crash. Waits `timeout` for the goodbye, 2 s at most; closing takes up to 3
  // s more if the server is stuck. Later calls, and setters after it, do
  // nothing.
  //
  // DeadlineExceeded or Unavailable: the goodbye did not arrive; the node goes
  // with the session. NotFound: the member was not registered.
  // FailedPrecondition: called from a callback.
  absl::Status Leave(absl::Duration timeout = kLeaveTimeout,
                     std::string_view reason = {});

 private:
  class Impl;
  explicit Registrar(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::registrar
