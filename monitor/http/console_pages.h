#pragma once

#include <span>

#include "console/console_files.h"
#include "monitor/http/http_router.h"

namespace roster::monitor {

// Adds the console's files to `router`: each at its path, and /index.html at
// "/" too. They are served with an ETag and asked for anew at each visit, so
// that a page never mixes the files of two versions of rosterd, and with a
// policy that lets the page run and load nothing but them and the API of the
// same origin.
void AddConsolePages(std::span<const console::ConsoleFile> files,
                     HttpRouter& router);

}  // namespace roster::monitor
