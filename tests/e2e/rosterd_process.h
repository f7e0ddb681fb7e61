#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "roster/v1/membership.grpc.pb.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace roster::testing {

// RosterdProcess is the real rosterd, on free loopback ports, with a gRPC stub
// to ask it, the real rosterctl, and its HTTP port. It is ended with the
// object.
//
// Thread-safety: thread-compatible.
class RosterdProcess {
 public:
  // Starts rosterd with `flags` added, and waits for its address file. Aborts
  // with its log if that does not come.
  explicit RosterdProcess(std::vector<std::string> flags);
  // The usual case: watch `servers` with a short session.
  static std::unique_ptr<RosterdProcess> Watching(
      const std::string& servers, std::vector<std::string> flags = {});
  ~RosterdProcess();

  const std::string& grpc() const { return grpc_; }
  const std::string& http() const { return http_; }
  const std::string& zookeeper() const { return zookeeper_; }
  Subprocess& process() { return *process_; }
  std::string Log() const { return process_->Stderr(); }
  v1::MembershipService::Stub& stub() { return *stub_; }

  // Runs rosterctl against it.
  CommandResult Rosterctl(std::vector<std::string> arguments);
  // Output of `rosterctl members -o json`, parsed.
  nlohmann::json Members();
  // One member of that, or null.
  nlohmann::json Member(const std::string& name);
  // Its status without the prefix, or "" for an unknown one. By gRPC.
  std::string Status(const std::string& name);
  // GetMember; throws nothing, a default message if it fails.
  v1::Member Get(const std::string& name);
  v1::ClusterSummary Summary(const std::string& cluster = "");
  // True when the view is live.
  bool Connected();
  // Body of an HTTP GET, with the status line's code in `code` if given.
  std::string HttpGet(const std::string& path, int* code = nullptr);
  std::vector<v1::Event> Events();

 private:
  TempDir dir_{"roster-e2e"};
  std::unique_ptr<Subprocess> process_;
  std::string grpc_, http_, zookeeper_;
  std::unique_ptr<v1::MembershipService::Stub> stub_;
};

// Paths of the programs under test.
std::string RosterdBinary();
std::string RosterctlBinary();
std::string FileIndexerBinary();
std::string DrainMemberBinary();
std::string SourceDir();

}  // namespace roster::testing
