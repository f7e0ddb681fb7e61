#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::monitor {

struct ClusterOption {
  std::string name;
  std::string members_path;
};

// What rosterd was told. The same names serve as flags (--grpc-listen), as
// keys of the configuration file (grpc-listen) and as environment variables
// (ROSTER_GRPC_LISTEN). A flag beats a variable beats the file.
struct Options {
  std::string zookeeper = "127.0.0.1:2181";
  std::string zookeeper_credentials_file;  // holds "user:password"
  std::vector<ClusterOption> clusters;     // never empty after parsing
  std::string state_path = "/roster";
  std::vector<std::string> grpc_listen = {"127.0.0.1:7470"};
  std::vector<std::string> http_listen = {"127.0.0.1:7471"};
  // Names that browsers may ask for HTTP by, beside localhost and addresses;
  // "*": any. See monitor/gateway/host_check.h.
  std::vector<std::string> http_hosts;
  bool insecure_listen = false;
  // PEM files for gRPC; see monitor/rpc/tls_credentials.h. All empty:
  // plaintext.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  // Names of authenticated actors who may change things; empty: everybody.
  std::vector<std::string> controllers;
  absl::Duration session_timeout = absl::Seconds(10);
  // How often each ZooKeeper server is asked how it is; zero: never.
  absl::Duration zookeeper_stats_interval = absl::Seconds(15);
  std::string address_file;
  // A folder, for who led last; empty: forgotten with the process.
  std::string data;
  std::string log_format = "text";  // text | json
  std::string log_level = "info";   // debug | info | warning | error
  absl::Duration left_retention = absl::Hours(1);
  absl::Duration lost_retention = absl::Hours(24 * 7);
  size_t event_history = 100'000;     // events
  size_t max_member_series = 20'000;  // members with series of their own
  bool dev = false;
  std::string dev_data;  // empty: a temporary folder that goes with rosterd
  int dev_port = 0;      // 0: any free port
};

// The outcome of reading the command line: either options, or something to
// print and an exit code (--help, --version, mistakes).
struct ParsedOptions {
  Options options;
  bool exit_now = false;
  int exit_code = 0;
  std::string message;  // for stdout when exit_code is 0, else for stderr
  // For the log: what is most likely a mistake, and no reason not to start.
  std::vector<std::string> warnings;
};

// Reads flags, the environment and the file of --config. Every mistake names
// its flag, or its file and line.
ParsedOptions ParseOptions(int argc, const char* const* argv);

}  // namespace roster::monitor
