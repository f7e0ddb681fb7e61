#pragma once

#include <string_view>

namespace roster::monitor {

// Tells the service manager that started this process how it is: lines of
// "READY=1", "STOPPING=1", "STATUS=..." as in sd_notify(3). Does nothing where
// there is none, or if it cannot be told: nobody serves worse for that.
//
// The protocol is one datagram to the socket that $NOTIFY_SOCKET names, and
// stable by systemd's promise. libsystemd would do it as well, and bring six
// compression and crypto libraries into the process, a megabyte in all.
//
// Thread-safety: thread-safe while nobody changes the environment.
void TellServiceManager(std::string_view state);

}  // namespace roster::monitor
