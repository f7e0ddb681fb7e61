#pragma once

#include <zlib.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "tests/support/socket.h"

namespace roster::monitor {

struct RawResponse {
  int status = 0;
  std::string header;  // status line and fields, in lower case
  std::string body;

  // The value of a field, given in lower case; "" if it is missing.
  std::string Field(const std::string& name) const {
    const size_t at = header.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size() + 4;
    return header.substr(begin, header.find("\r\n", begin) - begin);
  }
};

// Reads one response off a connection that may carry more of them. `has_body`
// is false for the answer to a HEAD.
inline absl::StatusOr<RawResponse> ReadResponse(testing::Socket& socket,
                                                bool has_body = true) {
  RawResponse response;
  while (!response.header.ends_with("\r\n\r\n")) {
    ROSTER_ASSIGN_OR_RETURN(const std::string byte, socket.Read(1));
    response.header += byte;
  }
  absl::AsciiStrToLower(&response.header);
  response.status = std::atoi(response.header.c_str() + 9);
  const int length = std::atoi(response.Field("content-length").c_str());
  if (has_body && length > 0) {
    ROSTER_ASSIGN_OR_RETURN(response.body, socket.Read(length));
  }
  return response;
}

// Sends `bytes` on a new connection and reads the one response.
inline absl::StatusOr<RawResponse> Exchange(uint16_t port,
                                            std::string_view bytes,
                                            bool has_body = true) {
  ROSTER_ASSIGN_OR_RETURN(testing::Socket socket,
                          testing::Socket::Connect(port));
  ROSTER_RETURN_IF_ERROR(socket.Write(bytes));
  return ReadResponse(socket, has_body);
}

inline std::string RequestFor(const std::string& target,
                              const std::string& fields = "",
                              const std::string& method = "GET") {
  return method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

// What gzip made of some text; "" if it is no gzip.
inline std::string Gunzip(std::string packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "";
  std::string text(64 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = packed.size();
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = text.size();
  const bool done = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  text.resize(done ? stream.total_out : 0);
  inflateEnd(&stream);
  return text;
}

}  // namespace roster::monitor
