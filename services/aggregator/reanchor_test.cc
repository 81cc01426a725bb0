#include "services/aggregator/reanchor.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

// A verdict of three sentences, each a beat and a claim.
class ReanchorTest : public testing::Test {
 protected:
  ReanchorTest() {
    for (const char* sentence : {"It runs.", "It costs €20.", "It will last."}) Add(sentence);
  }
  void Add(const std::string& sentence) {
    std::string quote = verdict_.quote();
    if (!quote.empty()) quote += " ";
    v1::Beat& beat = *verdict_.add_beats();
    beat.set_beat_id(sentence);
    beat.set_text(sentence);
    beat.set_begin(static_cast<uint32_t>(quote.size()));
    quote += sentence;
    beat.set_end(static_cast<uint32_t>(quote.size()));
    verdict_.add_claims()->set_text(sentence);
    verdict_.set_quote(quote);
  }
  const v1::Amendment& Edit(const std::string& quote) {
    amendment_.set_quote(quote);
    Reanchor(verdict_, amendment_);
    for (const v1::Beat& beat : amendment_.beats()) {
      EXPECT_EQ(quote.substr(beat.begin(), beat.end() - beat.begin()), beat.text());
    }
    return amendment_;
  }

  v1::Verdict verdict_;
  v1::Amendment amendment_;
};

TEST_F(ReanchorTest, ASentenceTakenOutTakesItsBeatAndClaimAlong) {
  const v1::Amendment& edited = Edit("It runs. It will last.");
  ASSERT_EQ(edited.beats_size(), 2);
  EXPECT_EQ(edited.beats(1).text(), "It will last.");
  EXPECT_EQ(edited.beats(1).begin(), 9u);
  EXPECT_EQ(edited.claims_size(), 2);
}

TEST_F(ReanchorTest, AWordChangedChangesItsBeatAndClaim) {
  const v1::Amendment& edited = Edit("It runs. It costs €25. It will last.");
  ASSERT_EQ(edited.beats_size(), 3);
  EXPECT_EQ(edited.beats(1).text(), "It costs €25.");
  EXPECT_EQ(edited.claims(1).text(), "It costs €25.");
  EXPECT_EQ(edited.beats(2).text(), "It will last.");
}

TEST_F(ReanchorTest, NewWordsForASentenceBecomeItsBeatButNotItsClaim) {
  const v1::Amendment& edited = Edit("It runs. Nobody knows the price! It will last.");
  ASSERT_EQ(edited.beats_size(), 3);
  EXPECT_EQ(edited.beats(1).text().substr(0, 6), "Nobody");
  EXPECT_EQ(edited.claims_size(), 2);
}

TEST_F(ReanchorTest, CharactersAreNeverCutApart) {
  const v1::Amendment& edited = Edit("It runs. It costs ₤20. It will last.");
  EXPECT_EQ(edited.beats(1).text(), "It costs ₤20.");
}

TEST_F(ReanchorTest, AWholeNewQuoteKeepsOneBeat) {
  const v1::Amendment& edited = Edit("Quite other words");
  EXPECT_EQ(edited.claims_size(), 0);
  ASSERT_EQ(edited.beats_size(), 1);
  EXPECT_EQ(edited.beats(0).text(), "Quite other words");
}

TEST_F(ReanchorTest, ABeatWhoseSpanIsNotItsTextIsDropped) {
  verdict_.mutable_beats(0)->set_end(9999);
  EXPECT_EQ(Edit("It runs. It costs €20. It will last!").beats_size(), 2);
}

TEST_F(ReanchorTest, WhatAnEditorAcceptedStaysAccepted) {
  v1::Mark& old = *verdict_.add_marks();
  old.set_text("€20");
  old.set_kind(v1::Mark::PRICE);
  old.set_support(v1::Claim::UNSUPPORTED);
  old.set_accepted_by("eve");
  google::protobuf::RepeatedPtrField<v1::Mark> found;
  *found.Add() = old;
  found.Mutable(0)->clear_accepted_by();
  CarryMarks(verdict_, verdict_.quote(), found);
  EXPECT_EQ(found.Get(0).accepted_by(), "eve");
}

TEST_F(ReanchorTest, AMarkOnEvidenceStaysWhileItsWordsStand) {
  v1::Mark& old = *verdict_.add_marks();
  old.set_text("It runs.");
  old.set_kind(v1::Mark::EVIDENCE);
  google::protobuf::RepeatedPtrField<v1::Mark> found;
  CarryMarks(verdict_, "Yes. It runs.", found);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found.Get(0).begin(), 5u);
  found.Clear();
  CarryMarks(verdict_, "It does not.", found);
  EXPECT_EQ(found.size(), 0);
}

}  // namespace
}  // namespace seaworthy
