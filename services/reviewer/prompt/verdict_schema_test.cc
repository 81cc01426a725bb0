#include "services/reviewer/prompt/verdict_schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace seaworthy {
namespace {

using Json = nlohmann::json;

v1::Persona Auditor() {
  v1::Persona persona;
  persona.add_beats()->set_beat_id("paper");
  persona.add_beats()->set_beat_id("gap");
  return persona;
}

// What strict modes refuse, anywhere below `node`.
void ExpectStrict(const Json& node) {
  static const std::set<std::string> kKeys = {"type",  "properties", "required", "additionalProperties",
                                              "items", "enum"};
  for (const auto& entry : node.items()) EXPECT_TRUE(kKeys.contains(entry.key())) << entry.key();
  if (node.contains("items")) ExpectStrict(node["items"]);
  if (!node.contains("properties")) return;
  EXPECT_EQ(node["additionalProperties"], false);
  EXPECT_EQ(node["required"].size(), node["properties"].size());
  for (const auto& entry : node["properties"].items()) ExpectStrict(entry.value());
}

TEST(VerdictSchema, HoldsNothingThatStrictModesRefuse) {
  ExpectStrict(Json::parse(VerdictSchema(Auditor())));
}

TEST(VerdictSchema, NamesThePersonasBeatsOnly) {
  const Json schema = Json::parse(VerdictSchema(Auditor()));
  EXPECT_EQ(schema["properties"]["beats"]["items"]["properties"]["id"]["enum"], Json({"paper", "gap"}));
}

TEST(VerdictSchema, AsksForEveryKeyThatTheParserReads) {
  const Json schema = Json::parse(VerdictSchema(Auditor()));
  for (const char* key : {"vote", "confidence", "quote", "beats", "claims", "competitors", "flip"}) {
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  }
  const Json claim = schema["properties"]["claims"]["items"]["properties"];
  for (const char* key :
       {"text", "kind", "evidence", "absent", "fields", "due_date", "probability", "decided_by"}) {
    EXPECT_TRUE(claim.contains(key)) << key;
  }
  EXPECT_EQ(claim["due_date"]["type"], Json({"string", "null"}));
}

TEST(VerdictSchema, AsksForTheQuoteBeforeTheVote) {
  const std::string schema = VerdictSchema(Auditor());
  EXPECT_LT(schema.find("\"quote\""), schema.find("\"vote\""));
  EXPECT_EQ(schema, VerdictSchema(Auditor()));
}

}  // namespace
}  // namespace seaworthy
