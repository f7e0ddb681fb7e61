#pragma once

#include <span>
#include <string_view>

namespace roster::console {

// One file of the console, as it is embedded in the program.
struct ConsoleFile {
  std::string_view path;  // "/index.html", "/src/main.js"
  std::string_view content_type;
  std::string_view etag;  // quoted: the SHA-256 of the content
  std::string_view content;
};

// All of them. Made from the files in this folder by embed.cmake; lives as long
// as the program.
std::span<const ConsoleFile> ConsoleFiles();

}  // namespace roster::console
