#include "services/reviewer/offline/rubric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/persona.h"

namespace seaworthy::offline {
namespace {

using ::testing::HasSubstr;

v1::Persona PersonaWith(const std::string& rubric) {
  v1::Persona persona;
  persona.set_persona_id("auditor");
  persona.set_prompt_hash(rubric);
  v1::BeatSpec* beat = persona.add_beats();
  beat->set_beat_id("paper");
  beat->set_title("The paper");
  persona.set_rubric(rubric);
  return persona;
}

std::string Message(const std::string& signal) {
  const std::string fallback = "  - {id: any, beat: paper, fallback: true, say: 'About {name}.'}\n";
  return std::string(ParseRubric(PersonaWith("signals:\n" + fallback + signal)).status().message());
}

TEST(Rubric, ReadsSignals) {
  const auto rubric =
      ParseRubric(PersonaWith("threshold: 1\nsignals:\n  - {id: any, beat: paper, fallback: true, weight: "
                              "-2, say: ['a {name}', 'b {name}']}\n"));
  ASSERT_TRUE(rubric.ok()) << rubric.status();
  EXPECT_EQ(rubric->threshold, 1);
  ASSERT_EQ(rubric->signals.size(), 1u);
  EXPECT_EQ(rubric->signals[0].weight, -2);
  EXPECT_EQ(rubric->signals[0].say.size(), 2u);
}

TEST(Rubric, ErrorsNameSignalAndKey) {
  EXPECT_THAT(Message("  - {id: x, beat: nowhere, say: hm}\n"), HasSubstr("`rubric.signals.x.beat`"));
  EXPECT_THAT(Message("  - {id: x, beat: paper, when: 'has', say: hm}\n"), HasSubstr("signals.x.when"));
  EXPECT_THAT(Message("  - {id: x, beat: paper, say: '{open'}\n"), HasSubstr("signals.x.say"));
  EXPECT_THAT(Message("  - {id: x, weight: heavy}\n"), HasSubstr("must be a number"));
  EXPECT_THAT(Message("  - {id: any}\n"), HasSubstr("stands twice"));
  EXPECT_THAT(Message("  - {id: x, wieght: 2}\n"), HasSubstr("signals.x.wieght"));
  EXPECT_THAT(Message("  - {id: x, weight: 1, when: ship}\n"), HasSubstr("vote"));
  EXPECT_THAT(Message("  - {id: x, beat: paper, kind: prediction, say: hm}\n"), HasSubstr("`probability`"));
}

TEST(Rubric, BeatThatCouldStaySilentIsRefused) {
  const auto rubric = ParseRubric(PersonaWith("signals:\n  - {id: a, beat: paper, say: hm}\n"));
  EXPECT_THAT(std::string(rubric.status().message()), HasSubstr("`fallback: true`"));
}

TEST(RubricCache, ParsesEachFileOnce) {
  RubricCache cache;
  const v1::Persona persona =
      PersonaWith("signals:\n  - {id: any, beat: paper, fallback: true, say: 'About {name}.'}\n");
  const auto first = cache.Get(persona);
  const auto second = cache.Get(persona);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
}

TEST(Rubric, EveryPersonaOfTheProjectHasOne) {
  const auto personas = LoadPersonas("prompts");
  ASSERT_TRUE(personas.ok()) << personas.status();
  for (const auto& persona : *personas)
    EXPECT_TRUE(ParseRubric(persona).ok()) << ParseRubric(persona).status();
}

// What stands fixed for eight words or more is what makes verdicts alike.
TEST(Rubric, PhrasingsAreInterruptedOften) {
  const auto personas = LoadPersonas("prompts");
  ASSERT_TRUE(personas.ok());
  for (const auto& persona : *personas) {
    const auto rubric = ParseRubric(persona);
    ASSERT_TRUE(rubric.ok());
    for (const Signal& signal : rubric->signals) {
      for (const Phrase& phrase : signal.say) {
        EXPECT_LT(phrase.LongestFixedRun({}), 8u) << persona.persona_id() << " " << signal.id;
      }
    }
  }
}

}  // namespace
}  // namespace seaworthy::offline
