#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "base/log.h"
#include "base/mutex.h"

namespace roster::monitor {

struct DevZooKeeperOptions {
  std::string data;  // folder; empty: a temporary one, removed at the end
  int port = 0;      // 0: any free one
  base::LogSink log;
  // Called once, on a thread of its own, if the server ends by itself. `why`
  // has the last lines of its log.
  std::function<void(std::string why)> on_exit;
};

// DevZooKeeper is a standalone ZooKeeper server of Debian's package, on
// loopback, as a child process that dies with this one. It is for trying out
// and for tests of a single machine; production has an ensemble.
//
// Start() returns as soon as the process runs; it is ready a second or two
// later, see Answers().
//
// Thread-safety: thread-compatible.
class DevZooKeeper {
 public:
  // NotFound, with the package to install, without Java or the server's jar.
  // Must be called on the main thread: the child dies with the calling one.
  static absl::StatusOr<std::unique_ptr<DevZooKeeper>> Start(
      DevZooKeeperOptions options);
  // Ends the server and removes a temporary folder.
  ~DevZooKeeper();

  DevZooKeeper(const DevZooKeeper&) = delete;
  DevZooKeeper& operator=(const DevZooKeeper&) = delete;

  // Whether it serves sessions. Asks, and waits for the answer up to a second.
  bool Answers() const;

  const std::string& servers() const { return servers_; }  // "127.0.0.1:port"
  // The folder that the destructor removes; "" if it does not.
  std::string temporary_folder() const {
    return remove_data_ ? options_.data : "";
  }
  // Removes such a folder although a server may still write into it.
  static void RemoveFolder(const std::string& folder);

 private:
  explicit DevZooKeeper(DevZooKeeperOptions options);

  absl::Status Prepare();
  absl::Status Launch();
  void StopServer();
  void WaitForExit();

  DevZooKeeperOptions options_;
  bool remove_data_ = false;
  int lock_fd_ = -1;  // held while the data folder is ours
  std::string servers_;
  pid_t pid_ = -1;
  // Reaps the child, and tells when that was not our doing.
  std::thread waiter_;
  base::Mutex mu_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool exited_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace roster::monitor
