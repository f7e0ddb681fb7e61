#include "coordination/queue.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "base/strings.h"
#include "coordination/change_signal.h"
#include "coordination/held_node.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

std::string Entries(const std::string& path) {
  return ChildPath(path, "entries");
}
std::string Taken(const std::string& path) { return ChildPath(path, "taken"); }

absl::Status MakeFolders(Client& client, const std::string& entries,
                         const std::string& taken, absl::Time deadline) {
  return RetryRead(client, deadline, [&] {
    absl::Status made = client.blocking().CreateWithParents(entries, deadline);
    if (!made.ok()) return made;
    return client.blocking().CreateWithParents(taken, deadline);
  });
}

}  // namespace

// One search for an item.
class Queue::Taker {
 public:
  Taker(Queue& queue, absl::Time deadline)
      : client_(queue.client_),
        queue_(queue),
        deadline_(deadline),
        signal_(*queue.signal_) {}

  absl::StatusOr<QueueItem> Take(bool wait) {
    while (true) {
      const uint64_t seen = signal_.count();
      absl::Time next_due = absl::InfiniteFuture();
      absl::StatusOr<QueueItem> item = TakeFirst(next_due);
      if (!absl::IsNotFound(item.status()) || !wait) return item;
      // Woken by an item put, by one given back, and when one falls due.
      signal_.Wait(seen, std::min(deadline_, next_due));
      if (client_.blocking().closed())
        return absl::CancelledError(
            base::StrCat(queue_.options_.path, ": the client was closed"));
      if (absl::Now() >= deadline_)
        return absl::DeadlineExceededError(
            base::StrCat(queue_.options_.path, ": no item in time"));
    }
  }

 private:
  // NotFound if there is none to take now.
  absl::StatusOr<QueueItem> TakeFirst(absl::Time& next_due) {
    absl::StatusOr<std::vector<std::string>> names = List(queue_.entries_);
    if (!names.ok()) return names.status();
    // After the entries: an item that is not taken now was not taken when it
    // was listed, or was dealt with since, which Claim() finds out.
    absl::StatusOr<std::vector<std::string>> taken = List(queue_.taken_);
    if (!taken.ok()) return taken.status();
    const absl::flat_hash_set<std::string> taken_names(taken->begin(),
                                                       taken->end());
    for (const QueueItemName& item : SortQueueItems(*names)) {
      if (taken_names.contains(item.name)) continue;
      if (item.due > absl::Now()) {
        next_due = std::min(next_due, item.due);
        continue;
      }
      absl::StatusOr<QueueItem> claimed = Claim(item.name);
      if (!absl::IsNotFound(claimed.status())) return claimed;
    }
    return absl::NotFoundError(
        base::StrCat(queue_.options_.path, ": no item to take"));
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& path) {
    auto names = signal_.List(path, deadline_);
    if (!absl::IsNotFound(names.status())) return names;
    if (absl::Status status =
            MakeFolders(client_, queue_.entries_, queue_.taken_, deadline_);
        !status.ok())
      return status;
    return signal_.List(path, deadline_);
  }

  // NotFound if somebody else was quicker.
  absl::StatusOr<QueueItem> Claim(const std::string& name) {
    const QueueOptions& options = queue_.options_;
    const std::string path = ChildPath(queue_.taken_, name);
    const std::string entry = ChildPath(queue_.entries_, name);
    // Tells this claim apart, also from others of this process.
    const std::string id = base::StrCat(
        options.consumer, options.consumer.empty() ? "" : " ",
        boost::uuids::to_string(boost::uuids::random_generator()()));
    const absl::Status created = client_.blocking().Multi(
        {zk::Op::Check(entry, zk::kAnyVersion),
         zk::Op::Create(path, id, zk::CreateMode::kEphemeral)},
        deadline_);
    if (absl::IsNotFound(created) || absl::IsAlreadyExists(created))
      return absl::NotFoundError(base::StrCat(path, ": taken by another"));
    if (!created.ok() && !IsCutOff(client_, created)) return created;
    if (!created.ok() && !zk::IsOutcomeUnknown(created)) {
      // It was not sent. There is time until the next look.
      return absl::NotFoundError(base::StrCat(path, ": not connected"));
    }
    auto claim = std::make_unique<HeldNode>(
        client_, HeldNodeOptions{path, id, options.on_change, options.log});
    absl::StatusOr<Grant> grant = claim->Adopt(deadline_);
    if (!grant.ok()) return grant.status();
    absl::StatusOr<zk::OwnedNode> node = RetryRead(client_, deadline_, [&] {
      return client_.blocking().Get(entry, deadline_);
    });
    // NotFound: taken out by one that knows no claims.
    if (!node.ok()) return node.status();
    return QueueItem(client_, options.path, name, std::move(node->data),
                     std::move(claim));
  }

  Client& client_;
  Queue& queue_;
  const absl::Time deadline_;
  ChangeSignal& signal_;
};

Queue::Queue(Client& client, QueueOptions options)
    : client_(client),
      options_(std::move(options)),
      entries_(Entries(options_.path)),
      taken_(Taken(options_.path)),
      signal_(std::make_unique<ChangeSignal>(client)) {}
Queue::~Queue() = default;

absl::StatusOr<std::string> Queue::Put(std::string_view data,
                                       const PutOptions& options,
                                       absl::Time deadline) {
  if (options.priority < 0 || options.priority > 999)
    return absl::InvalidArgumentError(
        base::StrCat("priority ", options.priority, ": must be 0 to 999"));
  if (absl::Status status = AwaitRoom(deadline); !status.ok()) return status;
  const std::string prefix = ChildPath(
      entries_, QueueItemPrefix(options.priority, options.not_before));
  base::Backoff backoff(absl::Milliseconds(10), absl::Milliseconds(500));
  while (true) {
    absl::StatusOr<zk::Created> created = client_.blocking().Create(
        prefix, data, zk::CreateMode::kPersistentSequential, deadline);
    if (created.ok()) return created->path.substr(entries_.size() + 1);
    const absl::Status& status = created.status();
    if (absl::IsNotFound(status)) {
      absl::Status made = MakeFolders(client_, entries_, taken_, deadline);
      if (!made.ok()) return made;
      continue;
    }
    // Again only if it was certainly not carried out.
    if (!IsCutOff(client_, status) || zk::IsOutcomeUnknown(status) ||
        absl::Now() >= deadline)
      return status;
    Pause(backoff, deadline);
  }
}

absl::Status Queue::AwaitRoom(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  if (options_.max_items <= 0) return absl::OkStatus();
  while (true) {
    const uint64_t seen = signal_->count();
    auto names = signal_->List(entries_, deadline);
    if (absl::IsNotFound(names.status())) return absl::OkStatus();
    if (!names.ok()) return names.status();
    if (static_cast<int64_t>(names->size()) < options_.max_items)
      return absl::OkStatus();
    if (!signal_->Wait(seen, deadline))
      return absl::ResourceExhaustedError(
          base::StrCat(options_.path, ": full with ", names->size(), " items"));
  }
}

absl::StatusOr<QueueItem> Queue::Take(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  return Taker(*this, deadline).Take(/*wait=*/true);
}

absl::StatusOr<QueueItem> Queue::TryTake(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  return Taker(*this, deadline).Take(/*wait=*/false);
}

absl::StatusOr<std::string> Queue::Pop(absl::Time deadline) {
  while (true) {
    absl::StatusOr<QueueItem> item = Take(deadline);
    if (!item.ok()) return item.status();
    const absl::Status done = item->Done(deadline);
    if (done.ok()) return item->data();
    // Somebody else has it: on to the next.
    if (!absl::IsAborted(done)) return done;
  }
}

absl::StatusOr<int64_t> Queue::Size(absl::Time deadline) {
  absl::StatusOr<zk::Stat> stat = RetryRead(client_, deadline, [&] {
    return client_.blocking().Exists(entries_, deadline);
  });
  if (absl::IsNotFound(stat.status())) return 0;
  if (!stat.ok()) return stat.status();
  return stat->num_children;
}

QueueItem::QueueItem(Client& client, std::string path, std::string name,
                     std::string data, std::unique_ptr<HeldNode> claim)
    : client_(&client),
      path_(std::move(path)),
      name_(std::move(name)),
      data_(std::move(data)),
      claim_(std::move(claim)) {}
QueueItem::QueueItem(QueueItem&&) noexcept = default;
QueueItem& QueueItem::operator=(QueueItem&&) noexcept = default;
QueueItem::~QueueItem() = default;

const Grant& QueueItem::grant() const {
  static const Grant none;
  return claim_ == nullptr ? none : claim_->grant();
}

// Only in the session that has the claim: in a later one, the node of that name
// could be another consumer's.
absl::Status QueueItem::Remove(const std::string& entry, absl::Time deadline) {
  struct Nothing {};
  return client_->blocking()
      .Await<Nothing>(
          base::StrCat("finish ", entry), deadline,
          [grant = grant(), entry](zk::Session& session,
                                   zk::Session::Callback<Nothing> done) {
            if (!grant.may_act())
              return done(absl::UnavailableError("the claim is in doubt"));
            session.Multi(
                {zk::Op::Delete(grant.node_path(), zk::kAnyVersion),
                 zk::Op::Delete(entry, zk::kAnyVersion)},
                [done = std::move(done)](absl::Status status) mutable {
                  if (!status.ok()) return done(std::move(status));
                  done(Nothing{});
                });
          })
      .status();
}

absl::Status QueueItem::Done(absl::Time deadline) {
  const absl::Status lost = absl::AbortedError(
      base::StrCat(path_, ": item ", name_, " was lost to another consumer"));
  if (claim_ == nullptr) return lost;
  zk::BlockingSession& session = client_->blocking();
  const std::string entry = ChildPath(Entries(path_), name_);
  while (grant().state() != GrantState::kLost) {
    const absl::Status removed = Remove(entry, deadline);
    if (removed.ok()) {
      claim_->Forget();
      claim_.reset();
      return removed;
    }
    // The claim is gone, or the item, taken out without a claim.
    if (absl::IsNotFound(removed) || !IsCutOff(*client_, removed)) {
      claim_.reset();
      return absl::IsNotFound(removed) ? lost : removed;
    }
    // It may have been carried out: then the claim is gone with the item.
    const absl::StatusOr<Grant> still = claim_->Adopt(deadline);
    if (absl::IsNotFound(still.status())) {
      const absl::StatusOr<zk::Stat> item = RetryRead(
          *client_, deadline, [&] { return session.Exists(entry, deadline); });
      if (!item.ok() && !absl::IsNotFound(item.status())) return item.status();
      claim_.reset();
      return item.ok() ? lost : absl::OkStatus();
    }
    if (!still.ok()) return still.status();
    if (absl::Now() >= deadline) return removed;
  }
  claim_.reset();
  return lost;
}

void QueueItem::Return() { claim_.reset(); }

}  // namespace roster::coordination
