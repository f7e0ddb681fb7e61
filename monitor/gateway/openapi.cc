#include "monitor/gateway/openapi.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/version.h"
#include "monitor/gateway/cross_site.h"
#include "monitor/gateway/rest_request.h"
#include "monitor/gateway/rest_routes.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using Json = nlohmann::ordered_json;

// "roster.v1.WatchMembersResponse.Reset" is "WatchMembersResponse.Reset".
std::string NameOf(const Descriptor& message) {
  const std::string package = message.file()->package() + ".";
  return message.full_name().substr(package.size());
}

Json Ref(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

Json EnumSchema(const google::protobuf::EnumDescriptor& type) {
  Json values = Json::array();
  for (int i = 0; i < type.value_count(); ++i)
    values.push_back(type.value(i)->name());
  return {{"type", "string"}, {"enum", std::move(values)}};
}

// Collects the messages that the document speaks of.
class Schemas {
 public:
  Json OfMessage(const Descriptor& message) {
    if (message.full_name() == "google.protobuf.Timestamp")
      return {{"type", "string"}, {"format", "date-time"}};
    if (message.full_name() == "google.protobuf.Duration")
      return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}};
    if (seen_.insert(message.full_name()).second) waiting_.push_back(&message);
    return Ref(NameOf(message));
  }

  Json OfField(const FieldDescriptor& field) {
    if (field.is_map())
      return {{"type", "object"},
              {"additionalProperties",
               OfValue(*field.message_type()->map_value())}};
    if (field.is_repeated())
      return {{"type", "array"}, {"items", OfValue(field)}};
    return OfValue(field);
  }

  Json All() {
    Json all = Json::object();
    while (!waiting_.empty()) {
      const Descriptor* message = waiting_.back();
      waiting_.pop_back();
      Json properties = Json::object();
      for (int i = 0; i < message->field_count(); ++i)
        properties[message->field(i)->name()] = OfField(*message->field(i));
      all[NameOf(*message)] = {{"type", "object"},
                               {"properties", std::move(properties)}};
    }
    return all;
  }

 private:
  Json OfValue(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}, {"format", "int32"}};
      case FieldDescriptor::CPPTYPE_INT64:
        return {{"type", "string"}, {"format", "int64"}};
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", "string"}, {"format", "uint64"}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.type() == FieldDescriptor::TYPE_BYTES)
          return {{"type", "string"}, {"format", "byte"}};
        return {{"type", "string"}};
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumSchema(*field.enum_type());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return OfMessage(*field.message_type());
    }
    return Json::object();
  }

  std::set<std::string> seen_;
  std::vector<const Descriptor*> waiting_;
};

Json Content(Json schema) {
  return {{"application/json", {{"schema", std::move(schema)}}}};
}

Json Parameter(const std::string& name, const char* in, Json schema) {
  Json parameter = {{"name", name}, {"in", in}};
  if (std::string_view(in) == "path") parameter["required"] = true;
  parameter["schema"] = std::move(schema);
  return parameter;
}

// The names in braces.
std::set<std::string> PathFieldsOf(const std::string& path) {
  std::set<std::string> names;
  for (size_t at = path.find('{'); at != std::string::npos;
       at = path.find('{', at + 1))
    names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
  return names;
}

Json ParametersOf(const RestRoute& route, Schemas& schemas) {
  Json parameters = Json::array();
  const std::set<std::string> in_path = PathFieldsOf(route.path);
  for (const std::string& name : in_path)
    parameters.push_back(Parameter(name, "path", {{"type", "string"}}));
  const Descriptor& request = *route.method->input_type();
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    if (in_path.count(field.name()) > 0) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
    // What has a body is asked by it; the cluster may be asked for by both.
    if (route.has_body() && field.name() != "cluster") continue;
    parameters.push_back(
        Parameter(field.name(), "query", schemas.OfField(field)));
  }
  if (route.has_body()) {
    Json token = Parameter(std::string(kCsrfHeader), "header",
                           {{"type", "string"}, {"minLength", 1}});
    token["required"] = true;
    parameters.push_back(std::move(token));
    parameters.push_back(
        Parameter(std::string(kActorHeader), "header", {{"type", "string"}}));
  } else {
    parameters.push_back(
        Parameter("If-None-Match", "header", {{"type", "string"}}));
  }
  return parameters;
}

Json OperationOf(const RestRoute& route, Schemas& schemas) {
  Json operation = {{"operationId", route.method->name()},
                    {"tags", {route.method->service()->name()}},
                    {"parameters", ParametersOf(route, schemas)}};
  if (route.has_body())
    operation["requestBody"] = {
        {"content", Content(schemas.OfMessage(*route.method->input_type()))}};
  Json responses = {{"200",
                     {{"description", "As asked."},
                      {"content", Content(schemas.OfMessage(
                                      *route.method->output_type()))}}}};
  if (!route.has_body())
    responses["304"] = {{"description", "As the tag says."}};
  responses["default"] = {{"description", "An error; docs/errors.md."},
                          {"content", Content(Ref("Error"))}};
  operation["responses"] = std::move(responses);
  return operation;
}

Json ErrorSchema() {
  return {
      {"type", "object"},
      {"required", {"code", "message", "details"}},
      {"properties",
       {{"code", {{"type", "string"}}},
        {"message", {{"type", "string"}}},
        {"details", {{"type", "array"}, {"items", {{"type", "object"}}}}}}}};
}

Json WatchOperation() {
  Json parameters = Json::array();
  for (const char* name : {"cluster", "selector", "what", "member",
                           "from_oldest", "last_event_id"})
    parameters.push_back(Parameter(name, "query", {{"type", "string"}}));
  parameters.push_back(
      Parameter("Last-Event-ID", "header", {{"type", "string"}}));
  return {{"operationId", "Watch"},
          {"parameters", std::move(parameters)},
          {"responses",
           {{"200",
             {{"description", "Server-sent events; docs/http.md."},
              {"content",
               {{"text/event-stream", {{"schema", {{"type", "string"}}}}}}}}},
            {"default",
             {{"description", "An error; docs/errors.md."},
              {"content", Content(Ref("Error"))}}}}}};
}

Json SessionOperation() {
  return {{"operationId", "GetSession"},
          {"responses",
           {{"200",
             {{"description", "What a page needs before its first change."},
              {"content",
               Content({{"type", "object"},
                        {"properties",
                         {{"csrf_header", {{"type", "string"}}},
                          {"csrf_token", {{"type", "string"}}},
                          {"actor_header", {{"type", "string"}}},
                          {"server_version", {{"type", "string"}}}}}})}}}}}};
}

}  // namespace

std::string OpenApiDocument() {
  Schemas schemas;
  Json paths = Json::object();
  std::set<std::string> ids;
  for (const RestRoute& route : RestRoutes()) {
    const std::string verb = absl::AsciiStrToLower(route.verb);
    Json operation = OperationOf(route, schemas);
    // A call may have two places; an id may not.
    if (!ids.insert(route.method->name()).second)
      operation["operationId"] = route.method->name() + "ByPath";
    paths[route.path][verb] = std::move(operation);
  }
  paths["/api/v1/watch"]["get"] = WatchOperation();
  paths["/api/v1/session"]["get"] = SessionOperation();
  Json components = schemas.All();
  components["Error"] = ErrorSchema();
  return Json{{"openapi", "3.0.3"},
              {"info", {{"title", "Roster"}, {"version", kVersion}}},
              {"paths", std::move(paths)},
              {"components", {{"schemas", std::move(components)}}}}
             .dump(2) +
         "\n";
}

}  // namespace roster::monitor
