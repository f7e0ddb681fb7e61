#include <zookeeper/zookeeper.h>

#include <utility>

#include "base/strings.h"
#include "zk/client_types.h"
#include "zk/op_batch.h"
#include "zk/session_impl.h"
#include "zk/status.h"

namespace roster::zk {
namespace {

using base::StrCat;

std::string_view Verb(Op::Kind kind) {
  switch (kind) {
    case Op::Kind::kCreate:
      return "create";
    case Op::Kind::kSet:
      return "set";
    case Op::Kind::kDelete:
      return "delete";
    case Op::Kind::kCheck:
      return "check";
  }
  return "unknown";
}

// `op` and `path` must live until the request has been made.
void InitStep(const Op& op, const std::string& path, const ACL_vector* acl,
              zoo_op_t* step) {
  const int length = static_cast<int>(op.data.size());
  switch (op.kind) {
    case Op::Kind::kCreate:
      return zoo_create_op_init(step, path.c_str(), op.data.data(), length, acl,
                                ClientMode(op.mode), nullptr, 0);
    case Op::Kind::kSet:
      return zoo_set_op_init(step, path.c_str(), op.data.data(), length,
                             op.version, nullptr);
    case Op::Kind::kDelete:
      return zoo_delete_op_init(step, path.c_str(), op.version);
    case Op::Kind::kCheck:
      return zoo_check_op_init(step, path.c_str(), op.version);
  }
}

}  // namespace

// The client fills the results in while the request is under way.
struct Session::Impl::MultiRequest {
  Handle* handle;
  std::vector<Op> ops;
  std::vector<zoo_op_result_t> results;
  DoneCallback done;

  absl::Status StatusOf(int rc) const {
    if (rc == ZOK) return absl::OkStatus();
    for (size_t i = 0; i < ops.size(); ++i) {
      // Steps before the failed one say OK, those after it "inconsistency".
      const int error = results[i].err;
      if (error != ZOK && error != ZRUNTIMEINCONSISTENCY)
        return StatusFromCode(
            error, StrCat("multi step ", i + 1, ": ", Verb(ops[i].kind), " ",
                          ops[i].path));
    }
    return StatusFromCode(rc, StrCat("multi of ", ops.size(), " steps, ",
                                     ops.front().path, " first"));
  }
};

Op Op::Create(std::string path, std::string data, CreateMode mode) {
  return {Kind::kCreate, std::move(path), std::move(data), -1, mode};
}
Op Op::Set(std::string path, std::string data, int32_t version) {
  return {Kind::kSet, std::move(path), std::move(data), version};
}
Op Op::Delete(std::string path, int32_t version) {
  return {Kind::kDelete, std::move(path), "", version};
}
Op Op::Check(std::string path, int32_t version) {
  return {Kind::kCheck, std::move(path), "", version};
}

void Session::Impl::OnMulti(int rc, const void* data) {
  std::unique_ptr<MultiRequest> request(
      static_cast<MultiRequest*>(const_cast<void*>(data)));
  if (!request->handle->closed()) request->done(request->StatusOf(rc));
}

void Session::Impl::Multi(std::vector<Op> ops, DoneCallback done) {
  if (ops.empty()) return FailLater(std::move(done), absl::OkStatus());
  size_t bytes = 0;
  for (const Op& op : ops) bytes += chroot_.size() + PacketBytes(op);
  for (const Op& op : ops) {
    if (absl::Status status = Admit("multi", op.path, bytes - op.path.size());
        !status.ok())
      return FailLater(std::move(done), std::move(status));
  }
  auto request = std::make_unique<MultiRequest>();
  request->handle = handle_.get();
  request->ops = std::move(ops);
  request->done = std::move(done);
  request->results.resize(request->ops.size());
  std::vector<std::string> paths;
  for (const Op& op : request->ops) paths.push_back(FullPath(op.path));
  std::vector<zoo_op_t> steps(request->ops.size());
  for (size_t i = 0; i < steps.size(); ++i)
    InitStep(request->ops[i], paths[i], AclFor(options_), &steps[i]);
  const int rc = handle_->Request([&](zhandle_t* zh) {
    return zoo_amulti(zh, static_cast<int>(steps.size()), steps.data(),
                      request->results.data(), &Impl::OnMulti, request.get());
  });
  if (rc == ZOK) {
    request.release();  // comes back in OnMulti()
  } else {
    FailLater(std::move(request->done), request->StatusOf(rc));
  }
}

}  // namespace roster::zk
