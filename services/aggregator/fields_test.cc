#include "services/aggregator/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One value of each typed field, and `links`.
const std::vector<std::pair<std::string, std::string>>& Values() {
  static const auto* const values =
      new std::vector<std::pair<std::string, std::string>>{{"name", "Ada"},
                                                           {"vendor", "Acme"},
                                                           {"kind", "model"},
                                                           {"category", "chat"},
                                                           {"modality", "image"},
                                                           {"parameters_b", "70"},
                                                           {"license", "MIT"},
                                                           {"formats", "gguf"},
                                                           {"context_tokens", "8192"},
                                                           {"pricing", "free"},
                                                           {"entry_price_usd", "0.5"},
                                                           {"release_date", "2026-03-01"},
                                                           {"links", "https://ada.example/"}};
  return *values;
}
v1::Revision Full() {
  v1::Revision revision;
  for (const auto& [field, value] : Values()) EXPECT_TRUE(SetField(field, {value}, revision).ok()) << field;
  return revision;
}
v1::Revision With(const std::string& field, const std::vector<std::string>& values) {
  v1::Revision revision = Full();
  const absl::Status set = SetField(field, values, revision);
  EXPECT_TRUE(set.ok()) << set;
  return revision;
}
std::string WhyNot(const std::string& field, const std::vector<std::string>& values) {
  v1::Revision revision = Full();
  const absl::Status set = SetField(field, values, revision);
  EXPECT_EQ(set.code(), absl::StatusCode::kInvalidArgument) << field;
  EXPECT_EQ(ChangedFields(Full(), revision), std::vector<std::string>()) << "and nothing is changed";
  return std::string(set.message());
}

TEST(FieldsTest, WhatIsSetIsSaid) {
  const v1::Revision full = Full();
  for (const auto& [field, value] : Values()) {
    EXPECT_TRUE(IsField(field)) << field;
    EXPECT_THAT(ValuesOf(full, field), ElementsAre(value)) << field;
  }
  EXPECT_THAT(ValuesOf(With("formats", {"safetensors", "gguf"}), "formats"),
              ElementsAre("gguf", "safetensors"));
  EXPECT_THAT(ValuesOf(With("parameters_b", {"70", "0.256"}), "parameters_b"), ElementsAre("0.256", "70"));
}

TEST(FieldsTest, NoValueIsNotKnown) {
  for (const auto& [field, value] : Values()) {
    if (field == "name") continue;
    EXPECT_THAT(ValuesOf(With(field, {}), field), IsEmpty()) << field;
    EXPECT_FALSE(SayTheSame(Full(), With(field, {}), field)) << field;
    EXPECT_TRUE(SayTheSame(With(field, {}), With(field, {}), field)) << field;
  }
  EXPECT_THAT(WhyNot("name", {}), HasSubstr("say which"));
}

TEST(FieldsTest, OneFieldIsTakenOverAndNoOther) {
  for (const auto& [field, value] : Values()) {
    v1::Revision to;
    CopyField(Full(), field, to);
    for (const auto& [other, set] : Values()) {
      EXPECT_EQ(ValuesOf(to, other).size(), other == field ? 1u : 0u) << field << " " << other;
    }
    to = Full();
    CopyField(v1::Revision(), field, to);
    EXPECT_THAT(ValuesOf(to, field), IsEmpty()) << field;
  }
}

TEST(FieldsTest, AFactsValuesAreSaidOnce) {
  v1::Revision revision;
  for (const char* value : {"vllm", "ollama", "vllm"}) {
    v1::Fact& fact = *revision.add_facts();
    fact.set_field("runtime");
    fact.set_value(value);
  }
  EXPECT_THAT(ValuesOf(revision, "runtime"), ElementsAre("ollama", "vllm"));
  EXPECT_TRUE(IsHardFact("runtime"));
  EXPECT_TRUE(IsField("runtime"));
  EXPECT_TRUE(IsField("roadmap"));
  EXPECT_FALSE(IsHardFact("roadmap"));
  EXPECT_FALSE(IsField("colour"));
}

TEST(FieldsTest, AWrongValueIsNamedWithWhatItShouldBe) {
  EXPECT_THAT(WhyNot("kind", {"boat"}), HasSubstr("`boat` is no value of kind; it is one of model"));
  EXPECT_THAT(WhyNot("pricing", {"cheap"}), HasSubstr("free, paid, freemium"));
  for (const char* date : {"2026", "2026-3-1", "2026/03/01", "2026-03-0a", "20260301", "2026-03-01T"}) {
    EXPECT_THAT(WhyNot("release_date", {date}), HasSubstr("write YYYY-MM-DD or YYYY-MM")) << date;
  }
  for (const char* number : {"seven", "-1", "1e16", "inf", "nan"}) {
    for (const char* field : {"parameters_b", "context_tokens", "entry_price_usd"}) {
      EXPECT_THAT(WhyNot(field, {number}), HasSubstr("a plain decimal")) << field << " " << number;
    }
  }
  EXPECT_THAT(WhyNot("license", {""}), HasSubstr("1 to 400 bytes"));
  EXPECT_THAT(WhyNot("license", {std::string(401, 'x')}), HasSubstr("1 to 400 bytes"));
  EXPECT_THAT(WhyNot("license", {"MIT", "Apache-2.0"}), HasSubstr("license has one value, not 2"));
  EXPECT_THAT(WhyNot("formats", std::vector<std::string>(13, "gguf")),
              HasSubstr("13 values of formats; at most 12"));
  for (const char* price : {"free", "paid", "freemium"}) With("pricing", {price});
  EXPECT_THAT(ValuesOf(With("release_date", {"2026-03"}), "release_date"), ElementsAre("2026-03"));
}

struct Two {
  std::string field;
  std::vector<std::string> one;
  std::vector<std::string> other;
};

TEST(FieldsTest, SpellingAndRoundingAreNoDifference) {
  for (const Two& two : std::vector<Two>{{"vendor", {"Acme"}, {"Acme, Inc."}},
                                         {"license", {"Apache 2.0"}, {"apache-2.0"}},
                                         {"category", {"Chat Model"}, {"chat-model"}},
                                         {"context_tokens", {"131072"}, {"128000"}},
                                         {"parameters_b", {"70", "8"}, {"8.03", "70.6"}},
                                         {"release_date", {"2026-03-01"}, {"2026-03-04"}},
                                         {"release_date", {"2026-03"}, {"2026-03-31"}},
                                         {"formats", {"GGUF", "awq"}, {"AWQ", "gguf"}},
                                         {"name", {"Ada"}, {"ADA"}}}) {
    EXPECT_TRUE(SayTheSame(With(two.field, two.one), With(two.field, two.other), two.field)) << two.field;
  }
}

TEST(FieldsTest, WhatDiffersIsFound) {
  for (const Two& two : std::vector<Two>{{"vendor", {"Acme"}, {"Apex"}},
                                         {"license", {"MIT"}, {"Apache-2.0"}},
                                         {"kind", {"model"}, {"library"}},
                                         {"context_tokens", {"131072"}, {"8192"}},
                                         {"parameters_b", {"70"}, {"70", "8"}},
                                         {"parameters_b", {"70"}, {"60"}},
                                         {"entry_price_usd", {"0.5"}, {"0.6"}},
                                         {"release_date", {"2026-03-01"}, {"2026-03-05"}},
                                         {"formats", {"gguf"}, {"gguf", "awq"}}}) {
    const v1::Revision one = With(two.field, two.one);
    const v1::Revision other = With(two.field, two.other);
    EXPECT_FALSE(SayTheSame(one, other, two.field)) << two.field;
    EXPECT_THAT(ChangedFields(one, other), ElementsAre(two.field));
  }
}

TEST(FieldsTest, APriceIsForSomething) {
  v1::Revision one = Full();
  v1::Revision other = Full();
  one.set_entry_price_unit("month");
  EXPECT_TRUE(SayTheSame(one, other, "entry_price_usd")) << "the other does not say for what";
  EXPECT_TRUE(SayTheSame(other, one, "entry_price_usd"));
  other.set_entry_price_unit("month");
  EXPECT_TRUE(SayTheSame(one, other, "entry_price_usd"));
  other.set_entry_price_unit("million tokens");
  EXPECT_FALSE(SayTheSame(one, other, "entry_price_usd"));
  v1::Revision to;
  CopyField(other, "entry_price_usd", to);
  EXPECT_EQ(to.entry_price_unit(), "million tokens");
}

}  // namespace
}  // namespace seaworthy
