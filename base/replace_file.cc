#include "base/replace_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace roster::base {
namespace {

absl::Status SystemError(std::string_view what, const std::string& file) {
  return absl::ErrnoToStatus(errno, std::string(what) + " " + file);
}

// A descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", file);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) return SystemError("fsync", file);
  return absl::OkStatus();
}

// The rename itself is on disk once the folder is.
void SyncFolderOf(const std::string& file) {
  const size_t slash = file.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : file.substr(0, slash + 1);
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY));
  if (fd.get() >= 0) (void)::fsync(fd.get());
}

}  // namespace

absl::Status ReplaceFile(const std::string& file, std::string_view bytes) {
  std::string beside = file + ".XXXXXX";  // mkstemp: for the owner alone
  const Descriptor fd(::mkstemp(beside.data()));
  if (fd.get() < 0) return SystemError("create", beside);
  absl::Status status = WriteAll(fd.get(), bytes, beside);
  if (status.ok() && ::rename(beside.c_str(), file.c_str()) != 0)
    status = SystemError("rename to", file);
  if (!status.ok()) {
    (void)::unlink(beside.c_str());
    return status;
  }
  SyncFolderOf(file);
  return absl::OkStatus();
}

}  // namespace roster::base
