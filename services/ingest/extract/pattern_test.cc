#include "services/ingest/extract/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingest/extract/prefixes.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::Optional;

std::optional<std::vector<std::string>> Prefixes(std::string_view expression) {
  return PrefixesOf(expression, false);
}

TEST(PrefixesTest, AlternativesAndOptionalPartsAreTold) {
  EXPECT_THAT(
      Prefixes(R"(\b(?:the )?(?:models?|optimi[sz]ed)\b)"),
      Optional(ElementsAre("model", "optimised", "optimized", "the model", "the optimise", "the optimize")));
}

TEST(PrefixesTest, NoneBeginsWithAnother) {
  EXPECT_THAT(Prefixes("runs|running|run on|ru"), Optional(ElementsAre("ru")));
}

TEST(PrefixesTest, ADigitStandsForAnyOfThem) {
  EXPECT_THAT(Prefixes(R"((\d+) ?GB|[0-9]{2})"), Optional(ElementsAre(kAnyDigit)));
  EXPECT_THAT(Prefixes(R"(up to \d+|v[1-3]\b)"), Optional(ElementsAre("up to ", "v1", "v2", "v3")));
}

TEST(PrefixesTest, WhatMayBeginWithAnythingIsUnknown) {
  for (std::string_view expression : {R"(\w+ model)", "(?:.|model)", "a?", "[^a]bc", "x*", R"(\pL\d)",
                                      "(?i)ab", "a|bc", "[a-z]b", "[A-b]c", "(?:ab|)cd?|e", "ab|[.x]"}) {
    EXPECT_EQ(Prefixes(expression), std::nullopt) << expression;
  }
}

TEST(PrefixesTest, LettersOfUnknownCaseEndAPrefix) {
  EXPECT_THAT(PrefixesOf("verf\u00FCgbar|\u53C2\u6570", true), Optional(ElementsAre("verf", "\u53C2\u6570")));
  EXPECT_EQ(PrefixesOf("\u00FCber", true), std::nullopt);
  EXPECT_THAT(Prefixes("\u00FCber"), Optional(ElementsAre("\u00FCber")));
}

// The same expression with and without an index of the text.
void ExpectSame(const char* expression, std::string_view given, bool ignore_case = false) {
  const Pattern pattern(expression, ignore_case);
  const std::string text(given), lower = Lower(text);
  const std::vector<Match> alone = pattern.FindAll(text);
  const LiteralIndex index(text, lower);
  const std::vector<Match> indexed = pattern.FindAll(text);
  ASSERT_EQ(alone.size(), indexed.size()) << expression;
  for (size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(alone[i].groups, indexed[i].groups) << expression;
  EXPECT_EQ(pattern.Matches(text), !alone.empty()) << expression;
}

TEST(PatternTest, AnIndexChangesNoMatch) {
  constexpr std::string_view kText =
      "The models run; MODEL 7B runs on 24 GB, 2024 GB or 16GB. Models running: remodel, model";
  for (bool ignore_case : {false, true}) {
    ExpectSame(R"(\b(?:models?|runs?)\b)", kText, ignore_case);
    ExpectSame(R"(\d{1,2} ?GB)", kText, ignore_case);
    ExpectSame(R"(\b(\d+) ?(GB|B)\b)", kText, ignore_case);
    ExpectSame(R"(model(?: (7B))?|(?:run\w*) (on|;))", kText, ignore_case);
    ExpectSame(R"(mod\w+$)", kText, ignore_case);
    ExpectSame(R"((?:^|; )model)", kText, ignore_case);
  }
}

TEST(PatternTest, ManyBeginningsOfNoMatchAreSearchedThrough) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "model x, ";
  ExpectSame(R"(\bmodel [a-z]\.)", text + "model y.");
  ExpectSame(R"(\bmodel [a-z]\.)", text);
}

}  // namespace
}  // namespace seaworthy
