#include "services/publisher/desk/evidence_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/desk/word_diff.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

using nlohmann::json;

v1::Claim& AddClaim(v1::Verdict& verdict, const std::string& text, v1::Claim::Kind kind,
                    v1::Claim::Support support) {
  v1::Claim& claim = *verdict.add_claims();
  claim.set_text(text);
  claim.set_kind(kind);
  claim.set_support(support);
  return claim;
}

// Claimed words in brackets after their sign, marked ones in braces.
std::string Shown(const v1::Verdict& verdict) {
  std::string text;
  for (const json& span : ClaimSpans(verdict)) {
    if (span["claimed"].get<bool>()) absl::StrAppend(&text, span["sign"].get<std::string>(), "[");
    for (const json& piece : span["pieces"]) {
      const std::string words = piece["text"].get<std::string>();
      absl::StrAppend(&text, piece["marked"].get<bool>() ? "{" + words + "}" : words);
    }
    if (span["claimed"].get<bool>()) absl::StrAppend(&text, "]");
  }
  return text;
}

std::string Diff(const std::string& was, const std::string& is) {
  std::string text;
  for (const json& run : WordDiff(was, is)) {
    const std::string words = run["text"].get<std::string>();
    absl::StrAppend(&text, run["out"].get<bool>()  ? "-(" + words + ")"
                           : run["in"].get<bool>() ? "+(" + words + ")"
                                                   : words);
  }
  return text;
}

TEST(ClaimSpansTest, ClaimsStandAtTheirWordsWithMarksInside) {
  v1::Verdict verdict;
  verdict.set_quote("It costs $20 a month. By 2027 it is gone. Fine.");
  AddClaim(verdict, "By 2027 it is gone.", v1::Claim::PREDICTION, v1::Claim::SUPPORT_UNSPECIFIED);
  AddClaim(verdict, "It costs $20 a month.", v1::Claim::FACT, v1::Claim::SUPPORTED);
  AddMark(verdict, "$20", v1::Mark::PRICE, v1::Claim::SUPPORTED, "");
  EXPECT_EQ(Shown(verdict), "✓[It costs {$20} a month.] ◷[By 2027 it is gone.] Fine.");
}

TEST(ClaimSpansTest, WordsThatStandNowhereOrOverlapArePlacedNowhere) {
  v1::Verdict verdict;
  verdict.set_quote("One two three.");
  AddClaim(verdict, "One two", v1::Claim::FACT, v1::Claim::UNSUPPORTED);
  AddClaim(verdict, "two three.", v1::Claim::FACT, v1::Claim::CONTRADICTED);
  AddClaim(verdict, "four", v1::Claim::FACT, v1::Claim::SUPPORTED);
  EXPECT_EQ(Shown(verdict), "?[One two] three.");
  EXPECT_EQ(ClaimRows(verdict).size(), 3u);
}

TEST(EvidencePathTest, LeadsToTheVeryBytes) {
  v1::Evidence evidence;
  EXPECT_EQ(EvidencePath(evidence), "");
  evidence.set_announcement_id("ann-1");
  evidence.set_begin(7);
  evidence.set_end(12);
  EXPECT_EQ(EvidencePath(evidence), "/desk/announcements/ann-1?words=7-12#words");
}

TEST(WordDiffTest, ShowsWordsTakenOutAndPutIn) {
  EXPECT_EQ(Diff("It runs in 24 GB today.", "It runs in 12 GB today."), "It runs in -(24 )+(12 )GB today.");
  EXPECT_EQ(Diff("", "new words"), "+(new words)");
  EXPECT_EQ(Diff("same", "same"), "same");
  EXPECT_EQ(Diff("größer als", "größer"), "größer-(als)");
}

TEST(WordDiffTest, VeryLongTextsAreNotCompared) {
  std::string lengthy;
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&lengthy, "word ");
  EXPECT_EQ(WordDiff(lengthy, lengthy).size(), 2u);
}

}  // namespace
}  // namespace seaworthy
