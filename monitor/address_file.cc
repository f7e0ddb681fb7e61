#include "monitor/address_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace roster::monitor {

absl::Status WriteAddressFile(const std::string& file,
                              const BoundAddresses& addresses) {
  const nlohmann::ordered_json json = {{"grpc", addresses.grpc},
                                       {"http", addresses.http},
                                       {"zookeeper", addresses.zookeeper},
                                       {"pid", addresses.pid}};
  // A device or a folder of that name is a mistake, and not to be replaced.
  std::error_code error;
  const auto type = std::filesystem::status(file, error).type();
  if (type != std::filesystem::file_type::not_found &&
      type != std::filesystem::file_type::regular)
    return absl::InvalidArgumentError(
        base::StrCat("--address-file ", file, ": it is not a regular file"));
  const std::string unfinished = base::StrCat(file, ".tmp");
  {
    std::ofstream out(unfinished, std::ios::trunc);
    out << json.dump(2) << "\n";
    out.close();
    if (!out)
      return absl::InvalidArgumentError(
          base::StrCat("--address-file: cannot write ", unfinished));
  }
  if (std::rename(unfinished.c_str(), file.c_str()) != 0) {
    const int cause = errno;
    std::filesystem::remove(unfinished, error);
    return absl::InvalidArgumentError(base::StrCat(
        "--address-file: cannot write ", file, ": ", std::strerror(cause)));
  }
  return absl::OkStatus();
}

}  // namespace roster::monitor
