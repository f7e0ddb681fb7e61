#include "registrar/host_identity.h"

#include <signal.h>
#include <unistd.h>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace roster::registrar {
namespace {

// Namespace of our host ids; any fixed UUID would do.
constexpr char kHostNamespace[] = "6f0c3bd2-7c1e-4d0e-9a53-1d1f3c9a7b64";

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string HostId() {
  std::string machine = FirstLine("/etc/machine-id");
  if (machine.empty()) machine = FirstLine("/var/lib/dbus/machine-id");
  const std::string boot = FirstLine("/proc/sys/kernel/random/boot_id");
  std::error_code error;
  const std::string pid_namespace =
      std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  // The machine id is often missing in containers; the other two tell hosts
  // apart without it, but nothing makes up for them.
  if (boot.empty() || pid_namespace.empty()) return "";
  boost::uuids::name_generator_sha1 generate(
      boost::uuids::string_generator()(kHostNamespace));
  return to_string(
      generate(absl::StrCat(machine, "\n", boot, "\n", pid_namespace)));
}

struct ProcessStat {
  char state = '?';
  std::string started;  // clock ticks since boot
};

std::optional<ProcessStat> ReadProcessStat(const std::string& path) {
  const std::string line = FirstLine(path);
  // The second field is the command in parentheses and may hold anything, so
  // counting starts behind the last parenthesis: there is field 3, the state;
  // the start time is field 22. See proc(5).
  const size_t end = line.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  const std::vector<std::string> fields =
      absl::StrSplit(line.substr(end + 1), ' ', absl::SkipEmpty());
  if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
  return ProcessStat{fields[0][0], fields[19]};
}

}  // namespace

model::Writer ThisWriter() {
  model::Writer writer;
  writer.host_id = HostId();
  writer.pid = getpid();
  if (const auto stat = ReadProcessStat("/proc/self/stat"))
    writer.pid_started = stat->started;
  return writer;
}

bool IsDeadHere(const model::Writer& other, const model::Writer& self) {
  if (self.host_id.empty() || other.host_id != self.host_id) return false;
  if (other.pid <= 0 || other.pid > INT_MAX) return false;
  // Asked first: with the mount option hidepid another user's live process is
  // missing from /proc, but a signal to it is refused, not lost.
  if (kill(static_cast<pid_t>(other.pid), 0) != 0 && errno == ESRCH)
    return true;
  const auto stat = ReadProcessStat(absl::StrCat("/proc/", other.pid, "/stat"));
  if (!stat) return false;
  if (stat->state == 'Z' || stat->state == 'X') return true;
  return !other.pid_started.empty() && stat->started != other.pid_started;
}

std::string NewIncarnation() {
  return to_string(boost::uuids::random_generator()());
}

}  // namespace roster::registrar
