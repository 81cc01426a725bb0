#include "services/reviewer/prompt/verdict_schema.h"

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

// Keeps the order of keys: models write them in it.
using Json = nlohmann::ordered_json;

Json Type(const char* type) { return {{"type", type}}; }
Json OrNull(const char* type) { return {{"type", {type, "null"}}}; }
Json List(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json OneOf(Json values) { return {{"type", "string"}, {"enum", std::move(values)}}; }

Json Object(Json properties) {
  Json required = Json::array();
  for (const auto& property : properties.items()) required.push_back(property.key());
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json ClaimSchema() {
  return Object({{"text", Type("string")},
                 {"kind", OneOf({"fact", "judgment", "prediction"})},
                 {"evidence", List(Object({{"field", OrNull("string")}, {"quote", Type("string")}}))},
                 {"absent", List(Type("string"))},
                 {"fields", List(Type("string"))},
                 {"due_date", OrNull("string")},
                 {"probability", OrNull("number")},
                 {"decided_by", OrNull("string")}});
}

}  // namespace

std::string VerdictSchema(const v1::Persona& persona) {
  Json ids = Json::array();
  for (const v1::BeatSpec& beat : persona.beats()) ids.push_back(beat.beat_id());
  // The vote comes after the argument that leads to it.
  const Json schema =
      Object({{"quote", Type("string")},
              {"beats", List(Object({{"id", OneOf(std::move(ids))}, {"text", Type("string")}}))},
              {"claims", List(ClaimSchema())},
              {"competitors", List(Type("string"))},
              {"flip", OrNull("string")},
              {"vote", OneOf({"ship", "skip"})},
              {"confidence", Type("number")}});
  return schema.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace seaworthy
