#include "coordination/config_copy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::coordination {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCopyVersion = 1;

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

absl::Status Broken(const std::string& file, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(file, ": ", what));
}

std::string Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>()
                                                   : "";
}

}  // namespace

ConfigCopy::ConfigCopy(std::string file, std::string origin)
    : file_(std::move(file)), origin_(std::move(origin)) {}

absl::StatusOr<ConfigView> ConfigCopy::Load() const {
  std::ifstream in(file_, std::ios::binary);
  if (!in) return absl::NotFoundError(base::StrCat(file_, ": cannot be read"));
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Broken(file_, "no JSON object");
  if (const auto v = json.find("v"); v == json.end() || *v != kCopyVersion)
    return Broken(file_, "not a copy of a version that is known");
  if (Text(json, "origin") != origin_)
    return absl::FailedPreconditionError(
        base::StrCat(file_, ": a copy of \"", Text(json, "origin"),
                     "\", not \"", origin_, "\""));
  const auto as_of = model::ParseTimestamp(Text(json, "as_of"));
  if (!as_of) return Broken(file_, "as_of: no timestamp");
  const auto entries = json.find("entries");
  if (entries == json.end() || !entries->is_object())
    return Broken(file_, "entries: missing");
  ConfigView view{.source = ConfigView::Source::kCopy, .as_of = *as_of};
  for (const auto& [name, value] : entries->items()) {
    if (!value.is_object() || !model::ValidateConfigName(name).ok())
      return Broken(file_, "entries: not an object by name");
    auto entry = model::ParseConfigEntry(name, value.dump());
    if (!entry.ok()) return Broken(file_, base::Message(entry.status()));
    view.entries[name] =
        std::make_shared<const model::ConfigEntry>(*std::move(entry));
  }
  return view;
}

absl::Status ConfigCopy::Write(const ConfigView& view, absl::Time as_of) const {
  Json entries = Json::object();
  for (const auto& [name, entry] : view.entries)
    entries[name] = Json::parse(model::SerializeConfigEntry(*entry));
  const Json json = {{"v", kCopyVersion},
                     {"origin", origin_},
                     {"as_of", model::FormatTimestamp(as_of)},
                     {"entries", std::move(entries)}};
  return ReplaceFile(file_, json.dump(2, ' ', /*ensure_ascii=*/false,
                                      Json::error_handler_t::replace) +
                                "\n");
}

}  // namespace roster::coordination
