#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/control_client.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {

// What drain_member processes have written into their journal so far.
class Journal {
 public:
  explicit Journal(const std::string& path);

  // How often `what` ("started", "told", "began", "finished", "dropped",
  // "released", "ended") happened to `member`; to all of them if it is empty.
  int Count(const std::string& what, const std::string& member = "") const;
  // Tasks that were begun and neither finished nor dropped, as
  // "member/pid/task".
  std::set<std::string> Open() const;
  // Those of them whose process is gone: its member was started anew since.
  std::set<std::string> Lost() const;

 private:
  struct Line {
    std::string member, pid, what, task;
  };
  std::vector<Line> lines_;
};

// A rosterd, with a client of its control.
struct Monitor {
  // On `servers`, with a live view.
  explicit Monitor(const std::string& servers,
                   std::vector<std::string> flags = {});

  std::string Status(const std::string& member) {
    return rosterd->Status(member);
  }
  bool Alive() { return rosterd->process().Running(); }
  bool Leads() { return control.LeaderPid() == rosterd->process().pid(); }
  void Kill9();

  std::unique_ptr<RosterdProcess> rosterd;
  ControlClient control;
};

// Members that live in processes of their own on a ZooKeeper server; the
// shared one, unless a test brings its own.
class ControlE2eTest : public ::testing::Test {
 protected:
  ControlE2eTest() : ControlE2eTest(ZkServer::Shared()) {}
  explicit ControlE2eTest(ZkServer& server);

  std::unique_ptr<Monitor> StartMonitor(std::vector<std::string> flags = {}) {
    return std::make_unique<Monitor>(servers_, std::move(flags));
  }
  // drain_member, with the journal of this test.
  std::unique_ptr<Subprocess> StartMember(const std::string& name,
                                          std::vector<std::string> flags = {});
  Journal ReadJournal() const { return Journal(journal_); }
  // Nodes without a process that are members which speak control and obey
  // nothing.
  void Join(const std::string& name);

  // Events of one member, oldest first; of all if `member` is empty.
  static std::vector<v1::Event> EventsOf(Monitor& monitor,
                                         const std::string& member,
                                         v1::EventType type);

  ZkServer& server_;
  const std::string chroot_;
  const std::string servers_;
  ZkProbe probe_;
  const TempDir dir_{"roster-control"};
  const std::string journal_ = dir_.File("journal");
};

}  // namespace roster::testing
