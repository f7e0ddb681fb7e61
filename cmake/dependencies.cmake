# Every dependency of the build, each once, with its reason. The Debian
# packages are in scripts/install-deps.
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)           # status, strings, time, containers
find_package(ZooKeeper REQUIRED)             # the C client, single-threaded build
find_package(Boost 1.81 REQUIRED)            # Asio: the executor; Beast: HTTP
find_package(nlohmann_json CONFIG REQUIRED)  # JSON of the wire formats
find_package(Protobuf REQUIRED)              # messages of the API
find_package(gRPC CONFIG REQUIRED)           # the API
find_package(prometheus-cpp CONFIG REQUIRED) # metrics; core only
find_package(ZLIB REQUIRED)                  # gzip of HTTP responses
find_package(yaml-cpp CONFIG REQUIRED)       # configuration file, YAML output
find_package(spdlog CONFIG REQUIRED)         # logs of rosterd
find_package(CLI11 CONFIG REQUIRED)          # flags of rosterd and rosterctl
if(BUILD_TESTING)
  find_package(GTest CONFIG REQUIRED)
  find_package(benchmark CONFIG REQUIRED)
  include(GoogleTest)
endif()
