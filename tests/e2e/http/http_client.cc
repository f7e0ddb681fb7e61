#include "tests/e2e/http/http_client.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace roster::testing {
namespace {

absl::StatusOr<std::string> ReadLine(Socket& socket) {
  std::string line;
  while (line.size() < 2 || line.substr(line.size() - 2) != "\r\n") {
    ROSTER_ASSIGN_OR_RETURN(const std::string byte, socket.Read(1));
    line += byte;
  }
  return line.substr(0, line.size() - 2);
}

absl::StatusOr<HttpReply> ReadHead(Socket& socket) {
  HttpReply reply;
  ROSTER_ASSIGN_OR_RETURN(std::string line, ReadLine(socket));
  if (line.size() > 9) reply.status = std::atoi(line.c_str() + 9);
  while (true) {
    ROSTER_ASSIGN_OR_RETURN(line, ReadLine(socket));
    if (line.empty()) return reply;
    const std::pair<std::string, std::string> field =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    reply.fields[absl::AsciiStrToLower(field.first)] = field.second;
  }
}

absl::StatusOr<HttpReply> ReadReply(Socket& socket) {
  ROSTER_ASSIGN_OR_RETURN(HttpReply reply, ReadHead(socket));
  const int length = std::atoi(reply.fields["content-length"].c_str());
  if (length > 0) {
    ROSTER_ASSIGN_OR_RETURN(reply.body, socket.Read(length));
  }
  return reply;
}

std::string Head(const std::string& method, const std::string& target,
                 const HttpFields& fields) {
  std::string head = method + " " + target + " HTTP/1.1\r\n";
  const bool has_host =
      std::any_of(fields.begin(), fields.end(),
                  [](const auto& field) { return field.first == "Host"; });
  if (!has_host) head += "Host: localhost\r\n";
  for (const auto& [name, value] : fields) head += name + ": " + value + "\r\n";
  return head;
}

}  // namespace

std::string HttpReply::Reason() const {
  const nlohmann::json error = Json();
  if (!error.is_object() || !error.contains("details")) return "";
  for (const nlohmann::json& detail : error["details"])
    if (detail.contains("reason")) return detail["reason"];
  return "";
}

HttpClient::HttpClient(const std::string& address)
    : port_(static_cast<uint16_t>(
          std::atoi(address.substr(address.rfind(':') + 1).c_str()))) {}

HttpReply HttpClient::Change(const std::string& method,
                             const std::string& target,
                             const nlohmann::json& body) {
  HttpFields fields = {{"X-Roster-Csrf", "1"}};
  if (body.is_null()) return Ask(method, target, fields);
  fields.emplace_back("Content-Type", "application/json");
  return Ask(method, target, fields, body.dump());
}

HttpReply HttpClient::Ask(const std::string& method, const std::string& target,
                          HttpFields fields, const std::string& body) {
  if (!body.empty() || method != "GET")
    fields.emplace_back("Content-Length", std::to_string(body.size()));
  auto socket = Socket::Connect(port_);
  if (!socket.ok() ||
      !socket->Write(Head(method, target, fields) + "\r\n" + body).ok())
    return {};
  return ReadReply(*socket).value_or(HttpReply());
}

SseReader::SseReader(const HttpClient& client, const std::string& target,
                     const std::string& last_event_id) {
  HttpFields fields = {{"Accept", "text/event-stream"}};
  if (!last_event_id.empty())
    fields.emplace_back("Last-Event-ID", last_event_id);
  auto socket = Socket::Connect(client.port());
  if (!socket.ok() || !socket->Write(Head("GET", target, fields) + "\r\n").ok())
    return;
  socket_ = *std::move(socket);
}

int SseReader::status() {
  if (status_ < 0) status_ = ReadHead(socket_).value_or(HttpReply()).status;
  return status_;
}

bool SseReader::ReadChunk() {
  if (status() != 200) return false;
  const auto size = ReadLine(socket_);
  if (!size.ok()) return false;
  const size_t bytes = std::strtoul(size->c_str(), nullptr, 16);
  const auto chunk = socket_.Read(bytes + 2);
  if (!chunk.ok() || bytes == 0) return false;
  text_ += chunk->substr(0, bytes);
  return true;
}

SseEvent SseReader::Next() {
  SseEvent event;
  while (event.event.empty()) {
    size_t end = 0;
    while ((end = text_.find("\n\n")) == std::string::npos)
      if (!ReadChunk()) return {};
    for (const absl::string_view line :
         absl::StrSplit(text_.substr(0, end), '\n')) {
      const std::pair<std::string, std::string> field =
          absl::StrSplit(line, absl::MaxSplits(": ", 1));
      if (field.first == "event") event.event = field.second;
      if (field.first == "id") event.id = last_id_ = field.second;
      if (field.first == "data") event.data += field.second;
    }
    text_.erase(0, end + 2);
  }
  return event;
}

SseEvent SseReader::Until(const std::string& event, const std::string& text) {
  while (true) {
    SseEvent next = Next();
    if (next.event.empty()) return next;
    if (next.event == event && next.data.find(text) != std::string::npos)
      return next;
  }
}

}  // namespace roster::testing
