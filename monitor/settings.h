#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "monitor/options.h"

namespace roster::monitor {

// Declares every setting of rosterd once, as a flag of `app` that has a
// variable too; what is read goes into `options`, which outlives `app`. A value
// that is wrong is refused by a CLI::ValidationError that names the flag.
void DeclareSettings(CLI::App& app, Options& options);

// "; did you mean --zookeeper?" for a flag, or a key with `dashes` "", that
// there is not; "" if none is near.
std::string DidYouMean(const std::string& typed, const CLI::App& app,
                       const std::string& dashes);

// What is to be said of each variable in `environment` ("NAME=value") that
// looks like one of rosterd's, and is nobody's: most likely a typo. Pure.
std::vector<std::string> UnknownVariables(
    const std::vector<std::string>& environment, const CLI::App& app);

}  // namespace roster::monitor
