#include "cli/commands/lock_command.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cli/coordination_flags.h"
#include "cli/print_items.h"
#include "cli/printer_coordination.h"
#include "cli/prompt.h"

namespace roster::cli {
namespace {

using roster::v1::Contender;
using roster::v1::Lock;
using Flags = CoordinationFlags;
using Stub = Client::CoordinationStub;

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListLocksRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_folder(flags.folder);
  std::vector<Lock> locks;
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::ListLocks, request, [&](auto& page) {
        for (Lock& lock : *page.mutable_locks())
          locks.push_back(std::move(lock));
        return true;
      }));
  const Listing<Lock> listing = {.columns = LockColumns(flags.wide()),
                                 .row =
                                     [&](const Lock& lock) {
                                       return LockRow(lock, flags.wide(),
                                                      absl::Now());
                                     },
                                 .name = &NameOrPath<Lock>,
                                 .empty = "no locks"};
  return PrintItems(locks, listing, flags.format, color);
}

// The lock with its whole line.
absl::StatusOr<Lock> Fetch(Client& client, const Flags& flags) {
  Lock lock;
  bool first = true;
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::GetLock, flags.For<roster::v1::GetLockRequest>(),
               [&](auto& page) {
                 if (std::exchange(first, false)) {
                   lock = std::move(*page.mutable_lock());
                   return true;
                 }
                 lock.mutable_holders()->MergeFrom(page.lock().holders());
                 lock.mutable_waiters()->MergeFrom(page.lock().waiters());
                 return true;
               }));
  return lock;
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  if (flags.all()) return List(client, flags, color);
  ROSTER_ASSIGN_OR_RETURN(const Lock lock, Fetch(client, flags));
  return PrintOne(lock, NameOrPath(lock),
                  LockDetail(lock, flags.wide(), absl::Now(), {.color = color}),
                  flags.format);
}

// No node has this fencing token.
constexpr int64_t kNoToken = std::numeric_limits<int64_t>::max();

// The node that is meant, as it stands now. If there is none, one with
// kNoToken: rosterd then says so, and audits it.
absl::StatusOr<Contender> FindHolder(Client& client, const Flags& flags) {
  Contender none;
  none.set_node(flags.node);
  none.set_fencing_token(kNoToken);
  const absl::StatusOr<Lock> lock = Fetch(client, flags);
  if (absl::IsNotFound(lock.status())) return none;
  ROSTER_RETURN_IF_ERROR(lock.status());
  for (const auto* line : {&lock->holders(), &lock->waiters()})
    for (const Contender& one : *line)
      if (one.node() == flags.node) return one;
  return none;
}

// What it does not protect from.
constexpr char kGoesOn[] =
    "Who had it may act on as if it had it still: Roster's locks tell their "
    "holder,\nCurator's and kazoo's do not. Fence by the token, or end the "
    "process.\n";

absl::Status Release(Client& client, const Flags& flags, bool) {
  ROSTER_RETURN_IF_ERROR(flags.CheckNamed());
  ROSTER_ASSIGN_OR_RETURN(const std::string reason,
                          ReasonOrAsk(flags.call.reason,
                                      "whoever lost the lock reads it in the "
                                      "audit"));
  ROSTER_ASSIGN_OR_RETURN(const Contender holder, FindHolder(client, flags));
  const bool there = holder.fencing_token() != kNoToken;
  if (there) {
    ROSTER_RETURN_IF_ERROR(
        Confirm(base::StrCat("take lock '", flags.what(), "' away from '",
                             ContenderName(holder),
                             "', which may act on as if it had it still"),
                flags.yes || flags.call.dry_run));
  }
  auto request = flags.ToChange<roster::v1::ForceReleaseLockRequest>(reason);
  request.set_node(flags.node);
  request.set_fencing_token(flags.token != 0 ? flags.token
                                             : holder.fencing_token());
  const auto response = client.Call(&Stub::ForceReleaseLock, request);
  if (!response.ok())
    // Without the token it would be another request once the node is gone.
    return ForRepeating(response.status(),
                        base::StrCat(request.request_id(), " --token ",
                                     request.fencing_token()));
  const Contender& loser = there ? holder : response->holder();
  return PrintOne(
      *response, flags.what(),
      base::StrCat(DryRunLine(flags), "'", Visible(flags.what()),
                   flags.call.dry_run ? "' would be" : "' was",
                   " taken away from ", Visible(ContenderName(loser)),
                   ", token ", loser.fencing_token(), "\n",
                   flags.call.dry_run ? "" : kGoesOn),
      flags.format);
}

CoordinationPart MakeRelease(CLI::App& lock, Flags& flags) {
  CoordinationPart part = MakeCoordinationPart(
      lock.add_subcommand("release", "Take a lock away from a holder"), flags,
      "lock", LockNames(), &Release);
  part.command.app
      ->add_option("--node", flags.node, "The holder's node, as it is shown")
      ->required()
      ->type_name("NODE");
  part.command.app
      ->add_option("--token", flags.token, "Only if this is its token")
      ->type_name("N");
  AddCoordinationChangeFlags(part, flags);
  return part;
}

}  // namespace

Command AddLockCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  CoordinationPart show = MakeCoordinationPart(
      app.add_subcommand("lock", "Who has which lock, and who waits for it"),
      *flags, "lock", LockNames(), &Show);
  AddShowFlags(show, *flags);
  CLI::App& lock = *show.command.app;
  lock.footer(
      R"(Without NAME, all locks: read-write locks and semaphores too. AGE is since when
each stands in line; when a waiter came to hold it nobody wrote down.
'release' deletes the holder's node. It does not stop a holder that goes on:
Roster's locks tell theirs, Curator's and kazoo's do not.

Examples:
  rosterctl lock
  rosterctl lock reports
  rosterctl lock --path /curator/locks/nightly -o json
  rosterctl lock release reports --reason 'web-01 hangs' \
      --node _c_0f3e9c1e-5d0a-4c58-8a58-3a9d6a2f1c11-lock-0000000007)");
  return JoinParts(flags, {MakeRelease(lock, *flags), show});
}

}  // namespace roster::cli
