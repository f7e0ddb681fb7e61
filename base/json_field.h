#pragma once

#include <cstdint>
#include <string>

namespace roster::base {

// The fields of a JSON object (one of nlohmann's types) for readers who take
// what they can get: "", or 0, if there is none or it is of another kind. What
// people write by hand is read strictly instead; see model/json_fields.h.

template <typename Json>
std::string TextField(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return "";
  return found->template get<std::string>();
}

template <typename Json>
int64_t IntegerField(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  return found->template get<int64_t>();
}

}  // namespace roster::base
