# Writes a C++ source that holds files as arrays. Run at build time:
#   cmake -DROOT=<folder> -DFILES=<paths in it, joined by |> -DOUT=<file.cc>
#         -P embed.cmake
# The served path of a file is its path in ROOT; its ETag is its SHA-256, so
# that a browser asks again for nothing that it has.
cmake_minimum_required(VERSION 3.25)

set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_svg "image/svg+xml")

string(REPLACE "|" ";" files "${FILES}")
set(arrays "")
set(entries "")
set(index 0)
foreach(file IN LISTS files)
  get_filename_component(extension "${file}" LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)  # without the dot
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "console: no content type for ${file}")
  endif()
  file(READ "${ROOT}/${file}" hex HEX)
  file(SHA256 "${ROOT}/${file}" hash)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," octets "${hex}")
  string(APPEND arrays
    "constexpr unsigned char kFile${index}[] = {${octets}0};\n")
  string(APPEND entries
    "    {\"/${file}\", \"${types_${extension}}\", \"\\\"${hash}\\\"\",\n"
    "     {reinterpret_cast<const char*>(kFile${index}), ${bytes}}},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUT}.new"
"// Made by console/embed.cmake.
#include \"console/console_files.h\"

namespace roster::console {
namespace {

${arrays}
const ConsoleFile kFiles[] = {
${entries}};

}  // namespace

std::span<const ConsoleFile> ConsoleFiles() { return kFiles; }

}  // namespace roster::console
")
file(RENAME "${OUT}.new" "${OUT}")
