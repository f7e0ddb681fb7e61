#pragma once

#include <algorithm>
#include <regex>
#include <string>

#include "nlohmann/json.hpp"

namespace roster::testing {

// The first thing in `value` that `schema` does not allow, with its place; ""
// if there is none. Knows as much of JSON Schema 2020-12 as our schemas use:
// type, enum, required, properties, items, minimum, maximum, exclusiveMinimum,
// minLength, maxLength, maxItems, pattern. As a test is about what is written,
// a property that the schema does not have is a mistake, too.
//
// Source: JSON Schema Validation, draft 2020-12.
inline std::string FindSchemaViolation(const nlohmann::json& schema,
                                       const nlohmann::json& value,
                                       const std::string& at = "$");

namespace internal {

inline bool HasType(const nlohmann::json& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

inline std::string CheckNumber(const nlohmann::json& schema, double number) {
  if (schema.contains("minimum") && number < schema["minimum"].get<double>())
    return "too small";
  if (schema.contains("maximum") && number > schema["maximum"].get<double>())
    return "too big";
  if (schema.contains("exclusiveMinimum") &&
      number <= schema["exclusiveMinimum"].get<double>())
    return "too small";
  return "";
}

inline std::string CheckText(const nlohmann::json& schema,
                             const std::string& text) {
  if (text.size() < schema.value("minLength", size_t{0})) return "too short";
  if (text.size() > schema.value("maxLength", SIZE_MAX)) return "too long";
  if (schema.contains("pattern") &&
      !std::regex_search(text,
                         std::regex(schema["pattern"].get<std::string>())))
    return "not of the pattern";
  return "";
}

inline std::string CheckObject(const nlohmann::json& schema,
                               const nlohmann::json& object,
                               const std::string& at) {
  for (const auto& name : schema.value("required", nlohmann::json::array()))
    if (!object.contains(name.get<std::string>()))
      return at + "." + name.get<std::string>() + ": missing";
  if (!schema.contains("properties")) return "";  // described elsewhere
  for (const auto& [name, value] : object.items()) {
    if (!schema["properties"].contains(name))
      return at + "." + name + ": not in the schema";
    const std::string problem =
        FindSchemaViolation(schema["properties"][name], value, at + "." + name);
    if (!problem.empty()) return problem;
  }
  return "";
}

inline std::string CheckArray(const nlohmann::json& schema,
                              const nlohmann::json& array,
                              const std::string& at) {
  if (array.size() > schema.value("maxItems", SIZE_MAX))
    return at + ": too many";
  for (size_t i = 0; i < array.size(); ++i) {
    const std::string problem = FindSchemaViolation(
        schema["items"], array[i], at + "[" + std::to_string(i) + "]");
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace internal

inline std::string FindSchemaViolation(const nlohmann::json& schema,
                                       const nlohmann::json& value,
                                       const std::string& at) {
  if (schema.contains("type")) {
    const nlohmann::json types = schema["type"].is_array()
                                     ? schema["type"]
                                     : nlohmann::json{schema["type"]};
    const bool fits =
        std::any_of(types.begin(), types.end(), [&](const auto& type) {
          return internal::HasType(value, type.template get<std::string>());
        });
    if (!fits) return at + ": not of the type";
  }
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) ==
          schema["enum"].end())
    return at + ": not one of the values";
  std::string problem;
  if (value.is_number()) problem = internal::CheckNumber(schema, value);
  if (value.is_string()) problem = internal::CheckText(schema, value);
  if (!problem.empty()) return at + ": " + problem;
  if (value.is_object()) return internal::CheckObject(schema, value, at);
  if (value.is_array()) return internal::CheckArray(schema, value, at);
  return "";
}

}  // namespace roster::testing
