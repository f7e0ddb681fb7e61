#include "monitor/gateway/openapi.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "monitor/gateway/rest_routes.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using nlohmann::json;

// Every "$ref" in `value`.
void CollectRefs(const json& value, std::set<std::string>& refs) {
  if (value.is_object() && value.contains("$ref")) refs.insert(value["$ref"]);
  if (value.is_structured())
    for (const json& item : value) CollectRefs(item, refs);
}

TEST(OpenApiTest, HasEveryRoute) {
  const json document = json::parse(OpenApiDocument());
  EXPECT_EQ(document["openapi"], "3.0.3");
  for (const RestRoute& route : RestRoutes())
    EXPECT_TRUE(document["paths"][route.path].contains(
        absl::AsciiStrToLower(route.verb)))
        << route.path;
}

TEST(OpenApiTest, EveryReferenceLeadsSomewhere) {
  const json document = json::parse(OpenApiDocument());
  std::set<std::string> refs;
  CollectRefs(document, refs);
  EXPECT_GT(refs.size(), 40u);
  for (const std::string& ref : refs) {
    ASSERT_EQ(ref.rfind("#/", 0), 0u) << ref;
    EXPECT_TRUE(document.contains(json::json_pointer(ref.substr(1)))) << ref;
  }
}

TEST(OpenApiTest, EveryOperationHasAnIdOfItsOwn) {
  std::set<std::string> ids;
  const json document = json::parse(OpenApiDocument());
  for (const auto& [path, verbs] : document["paths"].items())
    for (const auto& [verb, operation] : verbs.items())
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << path;
  EXPECT_GT(ids.size(), 30u);
}

TEST(OpenApiTest, FieldsOfAPathAreRequiredParameters) {
  const json document = json::parse(OpenApiDocument());
  const json& parameters =
      document["paths"]["/api/v1/budgets/{budget.name}"]["put"]["parameters"];
  bool found = false;
  for (const json& parameter : parameters)
    found = found || (parameter["name"] == "budget.name" &&
                      parameter["in"] == "path" && parameter["required"]);
  EXPECT_TRUE(found) << parameters.dump();
}

TEST(OpenApiTest, TypesAreThoseOfTheJsonMapping) {
  const json document = json::parse(OpenApiDocument());
  const json& member = document["components"]["schemas"]["Member"];
  EXPECT_EQ(member["properties"]["revision"]["type"], "string");
  EXPECT_EQ(member["properties"]["present"]["type"], "boolean");
  EXPECT_EQ(member["properties"]["joined_at"]["format"], "date-time");
  EXPECT_EQ(member["properties"]["labels"]["additionalProperties"]["type"],
            "string");
  EXPECT_EQ(member["properties"]["tasks"]["items"]["$ref"],
            "#/components/schemas/Task");
  EXPECT_EQ(member["properties"]["status"]["enum"][2], "MEMBER_STATUS_UP");
  const json& config = document["components"]["schemas"]["ConfigEntry"];
  EXPECT_EQ(config["properties"]["value"]["format"], "byte");
}

}  // namespace
}  // namespace roster::monitor
