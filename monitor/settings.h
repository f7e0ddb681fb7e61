#pragma once

#include <CLI/CLI.hpp>
#include <string>

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

}  // namespace roster::monitor
