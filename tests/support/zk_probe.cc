#include "tests/support/zk_probe.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "tests/support/socket.h"
#include "tests/support/zk_wire.h"

namespace roster::testing {
namespace {

using base::MutexLock;

constexpr int32_t kPingXid = -2;
constexpr int32_t kWatchEventXid = -1;
constexpr int32_t kReadPermission = 1;
constexpr int32_t kAllPermissions = 31;

// world:anyone with these permissions, the only ACL that tests need.
void WriteAcl(int32_t permissions, ZkWriter& writer) {
  writer.Int(1).Int(permissions).String("world").String("anyone");
}

// A granted session.
struct Grant {
  int64_t session_id = 0;
  absl::Duration timeout;
};

absl::StatusOr<std::string> ReadFrame(Socket& socket) {
  ROSTER_ASSIGN_OR_RETURN(const std::string length, socket.Read(4));
  return socket.Read(static_cast<uint32_t>(ZkReader(length).Int()));
}

// Asks for a new session (id 0) or for an old one; Unavailable if the server
// says that the old one has expired.
absl::StatusOr<Grant> Handshake(Socket& socket, absl::Duration timeout,
                                int64_t session_id) {
  const std::string password =
      session_id == 0 ? std::string(16, '\0') : ZkSessionPassword(session_id);
  ROSTER_RETURN_IF_ERROR(socket.Write(
      ZkWriter()
          .Int(0)   // protocol version
          .Long(0)  // last zxid seen
          .Int(static_cast<int32_t>(absl::ToInt64Milliseconds(timeout)))
          .Long(session_id)
          .String(password)
          .Bool(false)  // read only
          .Frame()));
  ROSTER_ASSIGN_OR_RETURN(const std::string frame, ReadFrame(socket));
  ZkReader reply(frame);
  reply.Int();  // protocol version
  Grant grant;
  grant.timeout = absl::Milliseconds(reply.Int());
  grant.session_id = reply.Long();
  if (grant.session_id == 0) return absl::UnavailableError("session expired");
  return grant;
}

}  // namespace

class ZkProbe::Impl {
 public:
  Impl(std::string_view connect_string, ZkProbeOptions options)
      : options_(options) {
    const size_t slash =
        std::min(connect_string.find('/'), connect_string.size());
    chroot_ = std::string(connect_string.substr(slash));
    if (chroot_ == "/") chroot_.clear();
    const std::pair<std::string, std::string> host_port =
        absl::StrSplit(std::string(connect_string.substr(0, slash)), ':');
    int port = 0;
    if (host_port.first != "127.0.0.1" ||
        !absl::SimpleAtoi(host_port.second, &port)) {
      std::fprintf(stderr, "ZkProbe: not 127.0.0.1:<port>: %s\n",
                   std::string(connect_string).c_str());
      std::abort();
    }
    port_ = static_cast<uint16_t>(port);
    heartbeat_ = std::thread([this] { Heartbeat(); });
  }

  ~Impl() {
    {
      MutexLock lock(&mu_);
      stopping_ = true;
      wake_.NotifyAll();
      // Whatever fails here, the server expires the session by itself.
      if (socket_.open())
        (void)Exchange(ZkOp::kCloseSession, NextXid(), ZkWriter(), "close");
    }
    heartbeat_.join();
  }

  absl::Status Connect() {
    MutexLock lock(&mu_);
    return EnsureConnected();
  }

  int64_t session_id() {
    MutexLock lock(&mu_);
    return grant_.session_id;
  }

  // Sends a request whose fields `write` adds after the path; `read` takes the
  // reply apart.
  template <typename Write>
  absl::StatusOr<std::string> Call(ZkOp op, const std::string& path,
                                   const std::string& verb, Write write) {
    const std::string full =
        path == "/" && !chroot_.empty() ? chroot_ : absl::StrCat(chroot_, path);
    ZkWriter fields;
    fields.String(full);
    write(fields);
    MutexLock lock(&mu_);
    ROSTER_RETURN_IF_ERROR(EnsureConnected());
    return Exchange(op, NextXid(), fields, absl::StrCat(verb, " ", path));
  }

  absl::Status ExpireSession(int64_t session_id) {
    ROSTER_ASSIGN_OR_RETURN(Socket socket,
                            Socket::Connect(port_, options_.request_timeout));
    const absl::Status taken =
        Handshake(socket, options_.session_timeout, session_id).status();
    if (absl::IsUnavailable(taken) && taken.message() == "session expired")
      return absl::OkStatus();
    ROSTER_RETURN_IF_ERROR(taken);
    ROSTER_RETURN_IF_ERROR(
        socket.Write(ZkWriter()
                         .Int(1)
                         .Int(static_cast<int32_t>(ZkOp::kCloseSession))
                         .Frame()));
    // The reply comes once the nodes of the session are gone.
    return ReadFrame(socket).status();
  }

  void Abandon() {
    MutexLock lock(&mu_);
    socket_.Close();
    grant_ = {};
  }

  const std::string& chroot() const { return chroot_; }

 private:
  int32_t NextXid() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return ++last_xid_; }

  absl::Status EnsureConnected() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (socket_.open()) return absl::OkStatus();
    ROSTER_ASSIGN_OR_RETURN(Socket socket,
                            Socket::Connect(port_, options_.request_timeout));
    absl::StatusOr<Grant> grant =
        Handshake(socket, options_.session_timeout, grant_.session_id);
    if (!grant.ok()) {
      // An expired session is not asked for again.
      if (grant.status().message() == "session expired") grant_ = {};
      return grant.status();
    }
    grant_ = *grant;
    socket_ = std::move(socket);
    wake_.NotifyAll();
    return absl::OkStatus();
  }

  // One request and its reply's content. Any failure to exchange closes the
  // connection.
  absl::StatusOr<std::string> Exchange(ZkOp op, int32_t xid,
                                       const ZkWriter& fields,
                                       const std::string& what)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    absl::StatusOr<std::string> reply = ExchangeOnce(op, xid, fields, what);
    const absl::StatusCode code = reply.status().code();
    if (code == absl::StatusCode::kUnavailable ||
        code == absl::StatusCode::kDeadlineExceeded ||
        code == absl::StatusCode::kDataLoss)
      socket_.Close();
    return reply;
  }

  absl::StatusOr<std::string> ExchangeOnce(ZkOp op, int32_t xid,
                                           const ZkWriter& fields,
                                           const std::string& what)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    ZkWriter request;
    request.Int(xid).Int(static_cast<int32_t>(op)).Raw(fields);
    ROSTER_RETURN_IF_ERROR(socket_.Write(request.Frame()));
    while (true) {
      ROSTER_ASSIGN_OR_RETURN(const std::string frame, ReadFrame(socket_));
      ZkReader header(frame);
      const int32_t reply_xid = header.Int();
      header.Long();  // zxid
      const int32_t error = header.Int();
      if (reply_xid == kWatchEventXid) continue;
      if (reply_xid != xid || !header.ok())
        return absl::DataLossError(absl::StrCat(what, ": not its reply"));
      ROSTER_RETURN_IF_ERROR(ZkErrorStatus(error, what));
      return frame.substr(16);
    }
  }

  // Keeps the session alive while the test does other things.
  void Heartbeat() {
    MutexLock lock(&mu_);
    while (!stopping_) {
      if (!socket_.open()) {
        wake_.Wait(&mu_);
        continue;
      }
      if (!wake_.WaitWithTimeout(&mu_, grant_.timeout / 3)) continue;
      // A failure closes the connection; the next request reports it.
      if (socket_.open())
        (void)Exchange(ZkOp::kPing, kPingXid, ZkWriter(), "ping");
    }
  }

  // Constant after construction.
  const ZkProbeOptions options_;
  std::string chroot_;
  uint16_t port_ = 0;

  base::Mutex mu_;
  base::CondVar wake_;
  Socket socket_ ABSL_GUARDED_BY(mu_);
  Grant grant_ ABSL_GUARDED_BY(mu_);
  int32_t last_xid_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread heartbeat_;
};

ZkProbe::ZkProbe(std::string_view connect_string, ZkProbeOptions options)
    : impl_(std::make_unique<Impl>(connect_string, options)) {}
ZkProbe::~ZkProbe() = default;

absl::Status ZkProbe::Connect() { return impl_->Connect(); }
int64_t ZkProbe::session_id() { return impl_->session_id(); }
void ZkProbe::Abandon() { impl_->Abandon(); }
absl::Status ZkProbe::ExpireSession(int64_t session_id) {
  return impl_->ExpireSession(session_id);
}

absl::StatusOr<std::string> ZkProbe::Get(const std::string& path) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string reply,
      impl_->Call(ZkOp::kGetData, path, "get",
                  [](ZkWriter& fields) { fields.Bool(false); }));
  return ZkReader(reply).String();
}

absl::StatusOr<NodeStat> ZkProbe::Stat(const std::string& path) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string reply,
      impl_->Call(ZkOp::kExists, path, "stat",
                  [](ZkWriter& fields) { fields.Bool(false); }));
  return ZkReader(reply).Stat();
}

bool ZkProbe::Exists(const std::string& path) {
  const absl::Status status = Stat(path).status();
  if (status.ok() || absl::IsNotFound(status)) return status.ok();
  std::fprintf(stderr, "ZkProbe: %s\n", status.ToString().c_str());
  std::abort();
}

absl::StatusOr<std::vector<std::string>> ZkProbe::Children(
    const std::string& path) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string reply,
      impl_->Call(ZkOp::kGetChildren2, path, "list",
                  [](ZkWriter& fields) { fields.Bool(false); }));
  ZkReader reader(reply);
  std::vector<std::string> names(std::max(0, reader.Int()));
  for (std::string& name : names) name = reader.String();
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::string> ZkProbe::Create(const std::string& path,
                                            std::string_view data,
                                            NodeKind kind) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string reply,
      impl_->Call(ZkOp::kCreate, path, "create", [&](ZkWriter& fields) {
        fields.String(data);
        WriteAcl(kAllPermissions, fields);
        fields.Int(static_cast<int32_t>(kind));
      }));
  return ZkReader(reply).String().substr(impl_->chroot().size());
}

absl::Status ZkProbe::CreateWithParents(const std::string& path) {
  for (size_t slash = 1; slash < path.size();) {
    const size_t end = std::min(path.find('/', slash), path.size());
    absl::Status status = Create(path.substr(0, end), "").status();
    if (!status.ok() && !absl::IsAlreadyExists(status)) return status;
    slash = end + 1;
  }
  return absl::OkStatus();
}

absl::StatusOr<NodeStat> ZkProbe::Set(const std::string& path,
                                      std::string_view data, int32_t version) {
  ROSTER_ASSIGN_OR_RETURN(
      const std::string reply,
      impl_->Call(ZkOp::kSetData, path, "set",
                  [&](ZkWriter& fields) { fields.String(data).Int(version); }));
  return ZkReader(reply).Stat();
}

absl::Status ZkProbe::Delete(const std::string& path, int32_t version) {
  return impl_
      ->Call(ZkOp::kDelete, path, "delete",
             [&](ZkWriter& fields) { fields.Int(version); })
      .status();
}

absl::Status ZkProbe::DeleteTree(const std::string& path) {
  ROSTER_ASSIGN_OR_RETURN(const std::vector<std::string> names, Children(path));
  for (const std::string& name : names)
    ROSTER_RETURN_IF_ERROR(DeleteTree(absl::StrCat(path, "/", name)));
  return Delete(path);
}

absl::Status ZkProbe::MakeReadOnly(const std::string& path) {
  return impl_
      ->Call(ZkOp::kSetAcl, path, "set ACL",
             [](ZkWriter& fields) {
               WriteAcl(kReadPermission, fields);
               fields.Int(-1);
             })
      .status();
}

}  // namespace roster::testing
