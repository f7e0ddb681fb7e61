#pragma once

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "bench/end_to_end/latency.h"

namespace roster::bench {

// Resident memory of a process in MiB, from /proc; 0 if it is gone.
inline double ResidentMiB(const std::string& pid = "self") {
  std::ifstream status("/proc/" + pid + "/status");
  std::string line;
  while (std::getline(status, line)) {
    long kib = 0;
    if (std::sscanf(line.c_str(), "VmRSS: %ld kB", &kib) == 1)
      return kib / 1024.0;
  }
  return 0;
}

// Carries out the commands that the watching roles share.
inline void AnswerCommand(const std::string& command, Latencies& latencies,
                          double& cpu_start) {
  if (command == "clear") {
    latencies.Clear();
    cpu_start = ProcessCpuSeconds();
    std::cout << "cleared" << std::endl;
  } else if (command == "report") {
    std::cout << latencies.Report()
              << absl::StrFormat(" cpu=%.2f rss=%.1f",
                                 ProcessCpuSeconds() - cpu_start, ResidentMiB())
              << std::endl;
  }
}

}  // namespace roster::bench
