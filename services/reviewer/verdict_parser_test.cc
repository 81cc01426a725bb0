#include "services/reviewer/verdict_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/reviewer/test_revision.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

LlmRequest Request() {
  v1::Persona persona;
  persona.set_persona_id("auditor");
  for (const char* id : {"paper", "gap"}) {
    persona.add_beats()->set_beat_id(id);
    persona.mutable_beats()->rbegin()->set_title("Title");
  }
  return TestRevision("Harrow").With("license", "MIT", "released under MIT today").For(persona);
}

absl::StatusOr<v1::Verdict> Parse(const std::string& raw) { return ParseVerdict(raw, Request()); }
std::string Message(const std::string& raw) { return std::string(Parse(raw).status().message()); }

v1::Claim::Support SupportOf(const std::string& rest) {
  const auto verdict = Parse(
      R"({"vote":"ship","quote":"It is MIT.","claims":[{"text":"It is MIT.","kind":"fact",)" + rest + "}]}");
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() ? verdict->claims(0).support() : v1::Claim::SUPPORT_UNSPECIFIED;
}

TEST(VerdictParser, TheLeastThereCanBe) {
  const auto verdict = Parse(R"({"vote":"ship","quote":"Fine."})");
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->verdict_id(), "a-tool@1/auditor");
  EXPECT_EQ(verdict->vote(), v1::SHIP);
  EXPECT_EQ(verdict->quote(), "Fine.");
  EXPECT_EQ(verdict->beats_size(), 0);
}

TEST(VerdictParser, BeatsAreFoundInTheQuoteAndPutInOrder) {
  const auto verdict = Parse(
      R"({"vote":"skip","quote":"One. Two.","beats":[{"id":"gap","text":"Two."},{"id":"paper","text":"One."}]})");
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  ASSERT_EQ(verdict->beats_size(), 2);
  EXPECT_EQ(verdict->beats(0).beat_id(), "paper");
  EXPECT_EQ(verdict->beats(1).begin(), 5u);
  EXPECT_EQ(verdict->beats(1).end(), 9u);
}

TEST(VerdictParser, ErrorsNameThePath) {
  EXPECT_THAT(Message("{"), HasSubstr("no JSON"));
  EXPECT_THAT(Message("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(Message(R"({"quote":"x"})"), HasSubstr("`vote` is missing"));
  EXPECT_THAT(Message(R"({"vote":"maybe","quote":"x"})"), HasSubstr("`maybe`"));
  EXPECT_THAT(Message(R"({"vote":"ship"})"), HasSubstr("`quote` is missing"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":" "})"), HasSubstr("`quote`"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","confidence":1.5})"), HasSubstr("`confidence`"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","beats":[{"id":"moat","text":"x"}]})"),
              HasSubstr("`beats[0].id`"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","beats":[{"id":"gap","text":"y"}]})"),
              HasSubstr("`beats[0].text`"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","claims":[{"text":"x","kind":"hunch"}]})"),
              HasSubstr("`claims[0].kind`"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","claims":[{"text":"y","kind":"fact"}]})"),
              HasSubstr("`claims[0].text`"));
}

TEST(VerdictParser, AKeySaidTwiceIsRefused) {
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","vote":"skip"})"), HasSubstr("`vote` stands twice"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":"x","claims":[{"text":"x","kind":"fact","kind":"fact"}]})"),
              HasSubstr("`kind` stands twice"));
}

TEST(VerdictParser, SizeAndDepthAreBounded) {
  EXPECT_THAT(Message(std::string(kMaxAnswerBytes + 1, ' ')), HasSubstr("at most"));
  EXPECT_THAT(Message(std::string(100'000, '[')), HasSubstr("deeper"));
  EXPECT_THAT(Message(R"({"vote":"ship","quote":")" + std::string(kMaxQuoteBytes + 1, 'x') + "\"}"),
              HasSubstr("`quote`"));
}

TEST(VerdictParser, EvidenceFromAFactKeepsItsPlace) {
  const LlmRequest request = Request();
  const auto verdict =
      ParseVerdict(R"({"vote":"ship","quote":"It is MIT.","claims":[{"text":"It is MIT.","kind":"fact",)"
                   R"("evidence":[{"field":"license","quote":"under MIT"}]}]})",
                   request);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  const v1::Evidence& evidence = verdict->claims(0).evidence(0);
  EXPECT_EQ(request.announcement_text.substr(evidence.begin(), evidence.end() - evidence.begin()),
            "under MIT");
  EXPECT_EQ(evidence.announcement_id(), "ann-1");
}

TEST(VerdictParser, ClaimsAreSupportedByWhatOccursOnly) {
  EXPECT_EQ(SupportOf(R"("evidence":[{"quote":"under MIT"}])"), v1::Claim::SUPPORTED);
  EXPECT_EQ(SupportOf(R"("evidence":[{"quote":"under GPL"}])"), v1::Claim::UNSUPPORTED);
  EXPECT_EQ(SupportOf(R"("evidence":[{"quote":"under MIT"},{"quote":"invented"}])"), v1::Claim::UNSUPPORTED);
  EXPECT_EQ(SupportOf(R"("evidence":[])"), v1::Claim::UNSUPPORTED);
  EXPECT_EQ(SupportOf(R"("evidence":[{"quote":"released\n under MIT"}])"), v1::Claim::SUPPORTED);
}

TEST(VerdictParser, AbsencesAreChecked) {
  EXPECT_EQ(SupportOf(R"("absent":["entry_price_usd"])"), v1::Claim::SUPPORTED);
  EXPECT_EQ(SupportOf(R"("absent":["license"])"), v1::Claim::CONTRADICTED);
}

TEST(VerdictParser, PredictionsKeepDateOddsAndJudge) {
  const auto verdict = Parse(
      R"({"vote":"ship","quote":"By then.","claims":[{"text":"By then.","kind":"prediction","absent":["roadmap"],)"
      R"("due_date":"2027-12-31","probability":0.6,"decided_by":"a table"}]})");
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->claims(0).due_date(), "2027-12-31");
  EXPECT_EQ(verdict->claims(0).probability(), 0.6);
}

}  // namespace
}  // namespace seaworthy
