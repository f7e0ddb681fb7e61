#include "zk/client_log.h"

#include "base/quoted.h"
#include "base/strings.h"

namespace roster::zk {
namespace {

thread_local ClientLogScope* current_scope = nullptr;

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What lies between the first `before` and the next `after`.
std::string_view Between(std::string_view text, std::string_view before,
                         std::string_view after) {
  const size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  return text.substr(0, text.find(after));
}

// The C client's single-threaded build writes all lines of a process into one
// buffer. Where sessions live on several threads, another one's line may come
// into the middle of this: it may then say the wrong thing, but what is looked
// at does not change meanwhile.
std::string CopyOfSharedLine(const char* line) { return line; }

}  // namespace

std::string ReasonFromClientLine(std::string_view message) {
  // Socket [127.0.0.1:2181] zk retcode=-4, errno=111(Connection refused): ...
  if (message.substr(0, 7) != "Socket ") return {};
  const std::string_view server = Between(message, "Socket ", " zk retcode");
  if (Contains(message, "zk retcode=-112"))
    return "the server has expired the session";
  if (Contains(message, "zk retcode=-7,"))
    return base::StrCat(server, ": no answer in time");
  // The client sets EHOSTDOWN at the end of the stream.
  if (Contains(message, "(Host is down)"))
    return base::StrCat(server, ": connection closed by the server");
  const size_t errno_at = message.find("errno=");
  if (errno_at == std::string_view::npos) return std::string(message);
  return base::StrCat(server, ": ",
                      Between(message.substr(errno_at), "(", "): "));
}

ClientLogScope::ClientLogScope(const base::LogSink& sink,
                               std::string& last_error)
    : sink_(sink), last_error_(last_error), outer_(current_scope) {
  current_scope = this;
}

ClientLogScope::~ClientLogScope() { current_scope = outer_; }

void ClientLogScope::OnLine(const char* line) {
  if (current_scope != nullptr) current_scope->Handle(CopyOfSharedLine(line));
}

void ClientLogScope::Handle(std::string_view line) {
  // 2026-11-22 08:00:00,123:4242:ZOO_ERROR@function@2282: message
  const bool is_error = Contains(line, ":ZOO_ERROR@");
  const size_t level = line.find(":ZOO_");
  const size_t end = level == std::string_view::npos ? std::string_view::npos
                                                     : line.find(": ", level);
  if (end != std::string_view::npos) line.remove_prefix(end + 2);
  const std::string reason = ReasonFromClientLine(line);
  if (!reason.empty()) last_error_ = reason;
  const bool noise = !is_error || !reason.empty();
  base::Log(sink_, noise ? base::LogLevel::kDebug : base::LogLevel::kWarning,
            "zookeeper client says text=", base::Quoted(line));
}

}  // namespace roster::zk
