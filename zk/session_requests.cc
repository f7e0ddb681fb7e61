#include <zookeeper/zookeeper.h>

#include <utility>

#include "base/strings.h"
#include "zk/client_types.h"
#include "zk/op_batch.h"
#include "zk/path.h"
#include "zk/session_impl.h"
#include "zk/status.h"

namespace roster::zk {
namespace {

using base::StrCat;

void* Context(WatcherId watcher) {
  return reinterpret_cast<void*>(static_cast<uintptr_t>(watcher));
}

watcher_fn WatchFunction(WatcherId watcher) {
  return watcher == 0 ? nullptr : &Handle::OnWatchEvent;
}

}  // namespace

template <typename Done>
struct Session::Impl::Request {
  Impl* impl;
  // Tells whether `impl` may be touched. The client gives requests back before
  // its handle is gone.
  Handle* handle;
  std::string_view verb;
  std::string path;
  WatcherId watcher;
  Done done;

  // Takes back what the client carried; null if nobody waits for it any more.
  static std::unique_ptr<Request> Take(const void* data) {
    std::unique_ptr<Request> request(
        static_cast<Request*>(const_cast<void*>(data)));
    if (request->handle->closed()) return nullptr;
    return request;
  }

  absl::Status StatusOf(int rc) const {
    if (rc == ZOK) return absl::OkStatus();
    return StatusFromCode(rc, StrCat(verb, " ", path));
  }
  void NoteWatch(WatchSet::Kind kind) {
    if (watcher != 0) impl->watches_.Add(kind, path);
  }
};

std::string Session::Impl::FullPath(std::string_view path) const {
  if (chroot_.empty()) return std::string(path);
  if (path == "/") return chroot_;
  return StrCat(chroot_, path);
}

std::string_view Session::Impl::LocalPath(std::string_view full_path) const {
  if (full_path.size() < chroot_.size()) return full_path;
  full_path.remove_prefix(chroot_.size());
  return full_path.empty() ? "/" : full_path;
}

absl::Status Session::Impl::Admit(std::string_view verb,
                                  const std::string& path,
                                  size_t data_size) const {
  if (absl::Status status = ValidatePath(path); !status.ok())
    return absl::InvalidArgumentError(
        StrCat(verb, ": ", base::Message(status)));
  if (chroot_.size() + path.size() + data_size + kPacketOverhead > kMaxPacket)
    return absl::InvalidArgumentError(
        StrCat(verb, " ", path, ": ", data_size,
               " bytes are more than ZooKeeper takes in a request"));
  if (!connected())
    return absl::UnavailableError(
        StrCat(verb, " ", path, ": not connected to ZooKeeper",
               info_.reason.empty() ? "" : "; ", info_.reason));
  return absl::OkStatus();
}

template <typename Done, typename Issue>
void Session::Impl::Send(std::string_view verb, const std::string& path,
                         WatcherId watcher, Done done, const Issue& issue) {
  if (!handle_ || !handle_->connected())
    return FailLater(std::move(done), absl::UnavailableError(StrCat(
                                          verb, " ", path, ": not connected")));
  auto request = std::make_unique<Request<Done>>(
      Request<Done>{this, handle_.get(), verb, path, watcher, std::move(done)});
  const int rc =
      handle_->Request([&](zhandle_t* zh) { return issue(zh, request.get()); });
  if (rc == ZOK) {
    request.release();  // comes back in the completion
  } else {
    FailLater(std::move(request->done), request->StatusOf(rc));
  }
}

void Session::Impl::OnData(int rc, const char* value, int length,
                           const struct ::Stat* stat, const void* data) {
  const auto request = Request<Callback<Node>>::Take(data);
  if (!request) return;
  if (rc != ZOK) return request->done(request->StatusOf(rc));
  request->NoteWatch(WatchSet::Kind::kNode);
  Node node;
  if (value != nullptr && length > 0)
    node.data = {value, static_cast<size_t>(length)};
  node.stat = FromClient(*stat);
  request->done(node);
}

void Session::Impl::OnStat(int rc, const struct ::Stat* stat,
                           const void* data) {
  const auto request = Request<Callback<Stat>>::Take(data);
  if (!request) return;
  if (rc == ZOK || rc == ZNONODE) request->NoteWatch(WatchSet::Kind::kNode);
  if (rc != ZOK) return request->done(request->StatusOf(rc));
  request->done(FromClient(*stat));
}

void Session::Impl::OnChildren(int rc, const struct ::String_vector* names,
                               const struct ::Stat* stat, const void* data) {
  const auto request = Request<Callback<Children>>::Take(data);
  if (!request) return;
  if (rc != ZOK) return request->done(request->StatusOf(rc));
  request->NoteWatch(WatchSet::Kind::kChildren);
  Children children;
  children.names.assign(names->data, names->data + names->count);
  children.stat = FromClient(*stat);
  request->done(std::move(children));
}

void Session::Impl::OnCreated(int rc, const char* path,
                              const struct ::Stat* stat, const void* data) {
  const auto request = Request<Callback<Created>>::Take(data);
  if (!request) return;
  if (rc != ZOK) return request->done(request->StatusOf(rc));
  request->done(
      Created{std::string(request->impl->LocalPath(path)), FromClient(*stat)});
}

void Session::Impl::OnVoid(int rc, const void* data) {
  const auto request = Request<DoneCallback>::Take(data);
  if (request) request->done(request->StatusOf(rc));
}

void Session::Impl::OnString(int rc, const char*, const void* data) {
  OnVoid(rc, data);
}

void Session::Impl::Get(const std::string& path, WatcherId watcher,
                        Callback<Node> done) {
  if (absl::Status status = Admit("get", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("get", path, watcher, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_awget(zh, FullPath(path).c_str(), WatchFunction(watcher),
                          Context(watcher), &Impl::OnData, request);
       });
}

void Session::Impl::Exists(const std::string& path, WatcherId watcher,
                           Callback<Stat> done) {
  if (absl::Status status = Admit("exists", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("exists", path, watcher, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_awexists(zh, FullPath(path).c_str(), WatchFunction(watcher),
                             Context(watcher), &Impl::OnStat, request);
       });
}

void Session::Impl::GetChildren(const std::string& path, WatcherId watcher,
                                Callback<Children> done) {
  if (absl::Status status = Admit("list", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("list", path, watcher, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_awget_children2(zh, FullPath(path).c_str(),
                                    WatchFunction(watcher), Context(watcher),
                                    &Impl::OnChildren, request);
       });
}

void Session::Impl::Create(const std::string& path, std::string_view data,
                           CreateMode mode, Callback<Created> done) {
  if (absl::Status status = Admit("create", path, data.size()); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("create", path, 0, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_acreate2(zh, FullPath(path).c_str(), DataPointer(data),
                             static_cast<int>(data.size()), AclFor(options_),
                             ClientMode(mode), &Impl::OnCreated, request);
       });
}

void Session::Impl::Set(const std::string& path, std::string_view data,
                        int32_t version, Callback<Stat> done) {
  if (absl::Status status = Admit("set", path, data.size()); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("set", path, 0, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_aset(zh, FullPath(path).c_str(), DataPointer(data),
                         static_cast<int>(data.size()), version, &Impl::OnStat,
                         request);
       });
}

void Session::Impl::Delete(const std::string& path, int32_t version,
                           DoneCallback done) {
  if (absl::Status status = Admit("delete", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("delete", path, 0, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_adelete(zh, FullPath(path).c_str(), version, &Impl::OnVoid,
                            request);
       });
}

void Session::Impl::Sync(const std::string& path, DoneCallback done) {
  if (absl::Status status = Admit("sync", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  Send("sync", path, 0, std::move(done),
       [&](zhandle_t* zh, const void* request) {
         return zoo_async(zh, FullPath(path).c_str(), &Impl::OnString, request);
       });
}

void Session::Impl::CreateWithParents(const std::string& path,
                                      DoneCallback done) {
  if (absl::Status status = Admit("create", path, 0); !status.ok())
    return FailLater(std::move(done), std::move(status));
  CreateMissing(FullPath(path), std::move(done));
}

// Looks before it creates: where only parts of the tree may be changed, the
// server refuses to create even a node that exists.
void Session::Impl::CreateMissing(const std::string& path, DoneCallback done) {
  auto looked = [this, path,
                 done = std::move(done)](absl::StatusOr<Stat> stat) mutable {
    if (!absl::IsNotFound(stat.status())) return done(stat.status());
    const std::string parent = path.substr(0, path.rfind('/'));
    if (parent.empty()) return CreateLeaf(path, std::move(done));
    CreateMissing(parent, [this, path, done = std::move(done)](
                              absl::Status status) mutable {
      if (!status.ok()) return done(std::move(status));
      CreateLeaf(path, std::move(done));
    });
  };
  Send("exists", path, 0, Callback<Stat>(std::move(looked)),
       [&](zhandle_t* zh, const void* request) {
         return zoo_awexists(zh, path.c_str(), nullptr, nullptr, &Impl::OnStat,
                             request);
       });
}

void Session::Impl::CreateLeaf(const std::string& path, DoneCallback done) {
  auto created = [done =
                      std::move(done)](absl::StatusOr<Created> result) mutable {
    // Somebody else may have come first.
    const bool exists = result.ok() || absl::IsAlreadyExists(result.status());
    done(exists ? absl::OkStatus() : result.status());
  };
  Send("create", path, 0, Callback<Created>(std::move(created)),
       [&](zhandle_t* zh, const void* request) {
         return zoo_acreate2(zh, path.c_str(), "", 0, AclFor(options_),
                             ZOO_PERSISTENT, &Impl::OnCreated, request);
       });
}

}  // namespace roster::zk
