#include "monitor/address_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace roster::monitor {

absl::Status WriteAddressFile(const std::string& file,
                              const BoundAddresses& addresses) {
  const nlohmann::ordered_json json = {{"grpc", addresses.grpc},
                                       {"http", addresses.http},
                                       {"zookeeper", addresses.zookeeper},
                                       {"pid", addresses.pid}};
  const std::string unfinished = absl::StrCat(file, ".tmp");
  {
    std::ofstream out(unfinished, std::ios::trunc);
    out << json.dump(2) << "\n";
    out.close();
    if (!out)
      return absl::InvalidArgumentError(
          absl::StrCat("--address-file: cannot write ", unfinished));
  }
  if (std::rename(unfinished.c_str(), file.c_str()) != 0)
    return absl::InvalidArgumentError(absl::StrCat(
        "--address-file: cannot write ", file, ": ", std::strerror(errno)));
  return absl::OkStatus();
}

}  // namespace roster::monitor
