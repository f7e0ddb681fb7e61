#include "zk/blocking_session.h"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "zk/status.h"

namespace roster::zk {
namespace {

// What a call without a value answers with.
struct Nothing {};

absl::StatusOr<Nothing> ToResult(absl::Status status) {
  if (status.ok()) return Nothing{};
  return status;
}

absl::StatusOr<OwnedNode> Own(absl::StatusOr<Node> node) {
  if (!node.ok()) return std::move(node).status();
  return OwnedNode{std::string(node->data), node->stat};
}

}  // namespace

namespace internal {

absl::Status TimedOut(std::string_view what) {
  return StatusFromCode(ZOPERATIONTIMEOUT, what);
}
absl::Status Closed(std::string_view what) {
  return StatusFromCode(ZCLOSING, what);
}

}  // namespace internal

BlockingSession::BlockingSession(base::Loop& loop, Session& session)
    : loop_(loop), session_(session), shared_(std::make_shared<Shared>()) {}

BlockingSession::~BlockingSession() { Close(); }

void BlockingSession::Close() {
  base::MutexLock lock(&shared_->mu);
  shared_->closed = true;
  shared_->changed.NotifyAll();
}

bool BlockingSession::closed() const {
  base::MutexLock lock(&shared_->mu);
  return shared_->closed;
}

absl::StatusOr<OwnedNode> BlockingSession::Get(const std::string& path,
                                               absl::Time deadline) {
  return Await<OwnedNode>(
      base::StrCat("get ", path), deadline,
      [path](Session& session, Session::Callback<OwnedNode> done) {
        session.Get(
            path, /*watcher=*/0,
            [done = std::move(done)](absl::StatusOr<Node> node) mutable {
              done(Own(std::move(node)));
            });
      });
}

std::vector<absl::StatusOr<OwnedNode>> BlockingSession::GetAll(
    const std::vector<std::string>& paths, absl::Time deadline) {
  using Results = std::vector<absl::StatusOr<OwnedNode>>;
  // Few enough at a time that nobody else's requests wait long.
  constexpr size_t kAtATime = 256;

  Results all;
  all.reserve(paths.size());
  for (size_t begin = 0; begin < paths.size(); begin += kAtATime) {
    std::vector<std::string> part(
        paths.begin() + begin,
        paths.begin() + std::min(begin + kAtATime, paths.size()));
    const size_t count = part.size();
    // Not in the call: its arguments may be made in any order.
    const std::string what = base::StrCat("get ", part.front(), " and others");
    absl::StatusOr<Results> results = Await<Results>(
        what, deadline,
        [part = std::move(part)](Session& session,
                                 Session::Callback<Results> done) {
          struct Gathered {
            Results results;
            size_t missing = 0;
            Session::Callback<Results> done;
          };
          auto gathered = std::make_shared<Gathered>();
          gathered->results.resize(part.size(), absl::UnknownError(""));
          gathered->missing = part.size();
          gathered->done = std::move(done);
          for (size_t i = 0; i < part.size(); ++i)
            session.Get(part[i], /*watcher=*/0,
                        [gathered, i](absl::StatusOr<Node> node) {
                          gathered->results[i] = Own(std::move(node));
                          if (--gathered->missing == 0)
                            gathered->done(std::move(gathered->results));
                        });
        });
    if (results.ok()) {
      for (auto& result : *results) all.push_back(std::move(result));
    } else {
      all.resize(all.size() + count, results.status());
    }
  }
  return all;
}

absl::StatusOr<Stat> BlockingSession::Exists(const std::string& path,
                                             absl::Time deadline) {
  return Await<Stat>(base::StrCat("exists ", path), deadline,
                     [path](Session& session, Session::Callback<Stat> done) {
                       session.Exists(path, /*watcher=*/0, std::move(done));
                     });
}

absl::StatusOr<Children> BlockingSession::GetChildren(const std::string& path,
                                                      absl::Time deadline) {
  return Await<Children>(
      base::StrCat("list ", path), deadline,
      [path](Session& session, Session::Callback<Children> done) {
        session.GetChildren(path, /*watcher=*/0, std::move(done));
      });
}

absl::StatusOr<Created> BlockingSession::Create(const std::string& path,
                                                std::string_view data,
                                                CreateMode mode,
                                                absl::Time deadline) {
  return Await<Created>(base::StrCat("create ", path), deadline,
                        [path, data = std::string(data), mode](
                            Session& session, Session::Callback<Created> done) {
                          session.Create(path, data, mode, std::move(done));
                        });
}

absl::Status BlockingSession::CreateWithParents(const std::string& path,
                                                absl::Time deadline) {
  return Await<Nothing>(
             base::StrCat("create ", path), deadline,
             [path](Session& session, Session::Callback<Nothing> done) {
               session.CreateWithParents(
                   path, [done = std::move(done)](absl::Status status) mutable {
                     done(ToResult(std::move(status)));
                   });
             })
      .status();
}

absl::StatusOr<Stat> BlockingSession::Set(const std::string& path,
                                          std::string_view data,
                                          int32_t version,
                                          absl::Time deadline) {
  return Await<Stat>(base::StrCat("set ", path), deadline,
                     [path, data = std::string(data), version](
                         Session& session, Session::Callback<Stat> done) {
                       session.Set(path, data, version, std::move(done));
                     });
}

absl::Status BlockingSession::Delete(const std::string& path, int32_t version,
                                     absl::Time deadline) {
  return Await<Nothing>(base::StrCat("delete ", path), deadline,
                        [path, version](Session& session,
                                        Session::Callback<Nothing> done) {
                          session.Delete(path, version,
                                         [done = std::move(done)](
                                             absl::Status status) mutable {
                                           done(ToResult(std::move(status)));
                                         });
                        })
      .status();
}

absl::Status BlockingSession::Multi(std::vector<Op> ops, absl::Time deadline) {
  return Await<Nothing>(
             "multi", deadline,
             [ops = std::move(ops)](Session& session,
                                    Session::Callback<Nothing> done) mutable {
               session.Multi(std::move(ops), [done = std::move(done)](
                                                 absl::Status status) mutable {
                 done(ToResult(std::move(status)));
               });
             })
      .status();
}

absl::Status BlockingSession::Sync(const std::string& path,
                                   absl::Time deadline) {
  return Await<Nothing>(
             base::StrCat("sync ", path), deadline,
             [path](Session& session, Session::Callback<Nothing> done) {
               session.Sync(
                   path, [done = std::move(done)](absl::Status status) mutable {
                     done(ToResult(std::move(status)));
                   });
             })
      .status();
}

}  // namespace roster::zk
