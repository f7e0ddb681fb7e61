#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "model/member_record.h"
#include "model/order.h"
#include "registrar/registrar.h"
#include "tests/support/subprocess.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::registrar {

// Collects log lines of a registrar.
//
// Thread-safety: thread-safe.
class LogLines {
 public:
  base::LogSink Sink();
  // Lines of at least `level` that contain `text`.
  size_t Count(base::LogLevel level, std::string_view text) const;

 private:
  struct Line {
    base::LogLevel level;
    std::string text;
  };
  struct Shared {
    base::Mutex mu;
    std::vector<Line> lines;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

// RegistrarTest gives each test a chroot of its own on a server, the shared one
// unless the test starts another, and an independent witness of what is there.
class RegistrarTest : public ::testing::Test {
 protected:
  static constexpr char kName[] = "web-01";
  static constexpr char kPath[] = "/clusterServer/web-01";
  static constexpr char kOrderPath[] = "/roster/default/control/web-01";

  RegistrarTest();
  // For tests that stop or pause the server.
  explicit RegistrarTest(testing::ZkServer& server);

  // Options of a member kName that writes often and whose session is short.
  RegistrarOptions Options();
  // Aborts the test program if the options are invalid.
  static std::unique_ptr<Registrar> Make(RegistrarOptions options);
  std::unique_ptr<Registrar> Make() { return Make(Options()); }
  // Makes a member and waits until it is registered.
  std::unique_ptr<Registrar> MakeRegistered(RegistrarOptions options);
  std::unique_ptr<Registrar> MakeRegistered() {
    return MakeRegistered(Options());
  }

  // What is in the node; nothing if it is missing.
  std::optional<model::MemberRecord> Record(const std::string& path = kPath);
  std::string State();  // name of the state in the record, or "no node"
  int64_t Czxid();      // of kPath; 0 if it is missing
  int64_t Owner();      // of kPath; 0 if it is missing

  // An order with one hold, or none, as an operator would write it.
  void WriteOrder(int64_t epoch, bool held);
  void WriteOrder(const model::Order& order);

  // Starts member_process with a session of `timeout`, kName.
  std::unique_ptr<testing::Subprocess> StartMember(
      absl::Duration timeout, const std::string& ending = "leave");

  testing::ZkServer& server_;
  const std::string chroot_;
  testing::ZkProbe probe_;
  LogLines log_;
};

}  // namespace roster::registrar
