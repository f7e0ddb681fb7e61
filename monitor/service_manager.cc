#include "monitor/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace roster::monitor {

void TellServiceManager(std::string_view state) {
  const char* const socket_name = std::getenv("NOTIFY_SOCKET");
  if (socket_name == nullptr) return;
  const std::string_view name = socket_name;
  sockaddr_un address{.sun_family = AF_UNIX};
  const bool known_kind = name.starts_with('/') || name.starts_with('@');
  if (!known_kind || name.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, name.data(), name.size());
  // "@" stands for the NUL that a name has which is no file.
  if (name.starts_with('@')) address.sun_path[0] = '\0';

  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, /*protocol=*/0);
  if (fd < 0) return;
  const auto length = offsetof(sockaddr_un, sun_path) + name.size();
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address),
         static_cast<socklen_t>(length));
  close(fd);
}

}  // namespace roster::monitor
