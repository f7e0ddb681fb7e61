#include "tests/e2e/control_fixture.h"

#include <signal.h>

#include <map>
#include <sstream>

#include "base/strings.h"

namespace roster::testing {

Journal::Journal(const std::string& path) {
  std::istringstream in(ReadFile(path));
  for (Line line; in >> line.member >> line.pid >> line.what >> line.task;)
    lines_.push_back(line);
}

int Journal::Count(const std::string& what, const std::string& member) const {
  int count = 0;
  for (const Line& line : lines_)
    count += line.what == what && (member.empty() || line.member == member);
  return count;
}

std::set<std::string> Journal::Open() const {
  std::set<std::string> open;
  for (const Line& line : lines_) {
    const std::string task =
        base::StrCat(line.member, "/", line.pid, "/", line.task);
    if (line.what == "began") open.insert(task);
    if (line.what == "finished" || line.what == "dropped") open.erase(task);
  }
  return open;
}

std::set<std::string> Journal::Lost() const {
  std::set<std::string> lost = Open();
  std::map<std::string, std::string> newest;
  for (const Line& line : lines_) newest[line.member] = line.pid;
  for (const auto& [member, pid] : newest) {
    const std::string alive = base::StrCat(member, "/", pid, "/");
    std::erase_if(lost, [&](const std::string& task) {
      return task.compare(0, alive.size(), alive) == 0;
    });
  }
  return lost;
}

Monitor::Monitor(const std::string& servers, std::vector<std::string> flags)
    : rosterd(RosterdProcess::Watching(servers, std::move(flags))),
      control(rosterd->grpc()) {
  EXPECT_TRUE(WaitUntil([&] { return rosterd->Connected(); }, "a live view"));
}

void Monitor::Kill9() {
  rosterd->process().Kill(SIGKILL);
  EXPECT_OK(rosterd->process().Wait(absl::Seconds(5)).status());
}

ControlE2eTest::ControlE2eTest(ZkServer& server)
    : server_(server),
      chroot_(server.NewChroot("control")),
      servers_(server.ConnectString(chroot_)),
      probe_(servers_) {
  EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
}

std::unique_ptr<Subprocess> ControlE2eTest::StartMember(
    const std::string& name, std::vector<std::string> flags) {
  std::vector<std::string> argv = {
      DrainMemberBinary(), "--zookeeper", servers_, "--name", name,
      "--journal",         journal_};
  argv.insert(argv.end(), flags.begin(), flags.end());
  auto process = Subprocess::Start({.argv = argv});
  EXPECT_OK(process.status());
  return *std::move(process);
}

void ControlE2eTest::Join(const std::string& name) {
  ASSERT_OK(probe_
                .Create("/clusterServer/" + name,
                        R"({"v":1,"state":"UP","applied_epoch":0})",
                        NodeKind::kEphemeral)
                .status());
}

std::vector<v1::Event> ControlE2eTest::EventsOf(Monitor& monitor,
                                                const std::string& member,
                                                v1::EventType type) {
  std::vector<v1::Event> events;
  for (const v1::Event& event : monitor.rosterd->Events())
    if (event.type() == type && (member.empty() || event.member() == member))
      events.push_back(event);
  return events;
}

}  // namespace roster::testing
