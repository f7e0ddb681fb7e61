#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/socket.h"

namespace roster::testing {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  int status = 0;                             // 0: there was none
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;

  // The body, parsed; discarded if it is no JSON.
  nlohmann::json Json() const {
    return nlohmann::json::parse(body, nullptr, false);
  }
  // The reason in the error's details; "" if there is none.
  std::string Reason() const;
};

// HttpClient asks one server, each time over a connection of its own.
//
// Thread-safety: thread-compatible.
class HttpClient {
 public:
  // "127.0.0.1:7471"
  explicit HttpClient(const std::string& address);

  HttpReply Get(const std::string& target, HttpFields fields = {}) {
    return Ask("GET", target, std::move(fields));
  }
  // A change, as a program asks for it.
  HttpReply Change(const std::string& method, const std::string& target,
                   const nlohmann::json& body = nullptr);
  // Whatever is wanted, byte by byte but for Content-Length, and Host unless it
  // is given.
  HttpReply Ask(const std::string& method, const std::string& target,
                HttpFields fields = {}, const std::string& body = "");

  uint16_t port() const { return port_; }

 private:
  const uint16_t port_;
};

struct SseEvent {
  std::string event;
  std::string id;
  std::string data;

  nlohmann::json Json() const {
    return nlohmann::json::parse(data, nullptr, false);
  }
};

// SseReader reads one stream of server-sent events.
//
// Thread-safety: thread-compatible.
class SseReader {
 public:
  // `target`: "/api/v1/watch?what=events".
  SseReader(const HttpClient& client, const std::string& target,
            const std::string& last_event_id = "");

  // Of the answer's head, which is waited for here or by what reads first. The
  // constructor does not wait: many can ask before anybody is answered.
  int status();
  // The next event; one without a name if the stream ended or was silent.
  SseEvent Next();
  // Reads until an event of that name and, if given, data that holds `text`.
  SseEvent Until(const std::string& event, const std::string& text = "");
  // The last id that came.
  const std::string& last_id() const { return last_id_; }
  void Close() { socket_.Close(); }

 private:
  bool ReadChunk();

  Socket socket_;
  int status_ = -1;  // the head was not read yet
  std::string text_;
  std::string last_id_;
};

}  // namespace roster::testing
