#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace roster::testing {

struct ZkServerOptions {
  // The unit of everything timed in the server: it closes expired sessions at
  // multiples of this, up to one tick late.
  absl::Duration tick = absl::Milliseconds(200);
  // What clients may ask for; the server clamps to it.
  absl::Duration min_session_timeout = absl::Milliseconds(400);
  absl::Duration max_session_timeout = absl::Minutes(2);
  int heap_mb = 128;
  uint16_t port = 0;  // 0: PickFreePort()
  // Lines added to the configuration, "name=value".
  std::vector<std::string> extra_config;
  // Added for the Java machine, "-Dname=value": some settings are not read
  // from the configuration.
  std::vector<std::string> jvm_flags;
  // What is run: a class of ZooKeeper's, or the source file of one that calls
  // it.
  std::string main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  int ensemble_id = 0;  // content of the file `myid`; 0: standalone
};

// ZkServer is a real ZooKeeper server, Debian's, in a process of its own on
// 127.0.0.1 with its data in a temporary folder. It does not sync to disk
// (forceSync=no): it survives its own death, not the machine's. A missing Java
// or server is an error, never a reason to skip a test.
//
// A start takes half a second, so tests share Shared() and work below a chroot
// each; a test that stops, kills or pauses a server makes its own.
//
// Thread-safety: thread-compatible; connection strings and NewChroot() are
// thread-safe. Start it on a thread that lives as long (see Subprocess).
class ZkServer {
 public:
  // A server that serves. Aborts, with the server's log, if it does not start.
  explicit ZkServer(ZkServerOptions options = {});
  // A server that is not started yet.
  static std::unique_ptr<ZkServer> NotStarted(ZkServerOptions options = {});
  ~ZkServer();
  ZkServer(const ZkServer&) = delete;
  ZkServer& operator=(const ZkServer&) = delete;

  // The server of this test program: started at the first call, ended with the
  // program. Do not stop or pause it.
  static ZkServer& Shared();

  // Starts the process and waits until it serves sessions. Does nothing if it
  // runs. Port and data stay the same over stop and start.
  absl::Status Start();
  // Starts the process only. WaitUntilServing() does the rest: members of an
  // ensemble serve once a majority runs.
  absl::Status Launch();
  absl::Status WaitUntilServing(absl::Duration timeout = absl::Seconds(30));
  void Stop();   // SIGTERM, waits for the end
  void Kill9();  // SIGKILL, waits for the end
  absl::Status Restart();
  // Freezes the process (SIGSTOP): connections stay open, nothing answers.
  void Pause();
  void Resume();
  // Deletes all data of the server. REQUIRES: it is stopped.
  void WipeData();

  uint16_t port() const { return options_.port; }
  // "127.0.0.1:<port><chroot>".
  std::string ConnectString(const std::string& chroot = "") const;
  // Creates a path that no other test uses, "/t7-3", and returns it.
  std::string NewChroot(const std::string& prefix = "t");
  // Answer to a four-letter word ("srvr", "mntr", "cons", "wchs", "dump").
  absl::StatusOr<std::string> FourLetterWord(
      std::string_view word, absl::Duration timeout = absl::Seconds(10)) const;
  std::filesystem::path DataDir() const { return dir_.path() / "data"; }
  std::string Log() const;

 private:
  struct DoNotStart {};
  ZkServer(ZkServerOptions options, DoNotStart);
  void WriteConfig();
  // Whether the process ended because another one listens on its port.
  bool PortWasTaken();

  const TempDir dir_{"roster-zk"};
  ZkServerOptions options_;  // the port may change until the first start
  const bool may_move_;      // the port was not asked for
  bool served_ = false;
  std::unique_ptr<Subprocess> process_;
};

}  // namespace roster::testing
