#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "monitor/control/config_backend.h"
#include "roster/v1/config.grpc.pb.h"

namespace roster::monitor {

// A cluster whose configuration is served.
struct ConfiguredCluster {
  std::string name;
  ConfigBackend* backend = nullptr;  // outlives the service
};

// ConfigService serves proto/roster/v1/config.proto. What is wrong with a
// request by itself it refuses; everything else goes to the cluster's backend,
// which answers on a thread of its own. It never waits.
//
// Who asks is told by the connection where that is authenticated, else by the
// request, and marked as claimed.
//
// Thread-safety: thread-safe.
// Lifetime: outlives the gRPC server; the backends outlive the server too, and
// have answered every call before it ends.
class ConfigService final : public roster::v1::ConfigService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit ConfigService(std::vector<ConfiguredCluster> clusters);

  Reactor* ListConfig(Context* context,
                      const roster::v1::ListConfigRequest* request,
                      roster::v1::ListConfigResponse* response) override;
  Reactor* GetConfig(Context* context,
                     const roster::v1::GetConfigRequest* request,
                     roster::v1::GetConfigResponse* response) override;
  Reactor* PutConfig(Context* context,
                     const roster::v1::PutConfigRequest* request,
                     roster::v1::PutConfigResponse* response) override;
  Reactor* DeleteConfig(Context* context,
                        const roster::v1::DeleteConfigRequest* request,
                        roster::v1::DeleteConfigResponse* response) override;
  Reactor* ListConfigHistory(
      Context* context, const roster::v1::ListConfigHistoryRequest* request,
      roster::v1::ListConfigHistoryResponse* response) override;
  Reactor* RollbackConfig(
      Context* context, const roster::v1::RollbackConfigRequest* request,
      roster::v1::RollbackConfigResponse* response) override;

 private:
  // The backend of the cluster of that name; of the only one for "".
  absl::StatusOr<ConfigBackend*> Find(const std::string& cluster) const;
  template <typename Request, typename Response>
  Reactor* Change(Context* context, const Request& request, Response* response);

  std::vector<ConfiguredCluster> clusters_;  // constant after construction
  std::vector<std::string> names_;
};

}  // namespace roster::monitor
