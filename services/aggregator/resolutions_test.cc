// How predictions came out, and calibration. After each test the log must make
// the same state again.
#include "services/aggregator/resolutions.h"

#include <thread>

#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using Outcome = v1::PredictionResolution;

class ResolutionsTest : public EditorialFixture {
 protected:
  void TearDown() override {
    EditorialFixture::TearDown();
    ExpectRecountsTheSame();
  }

  // `ada-vs-bob`, with one prediction by `dx` for each probability; below 0:
  // none stated.
  void Predict(const std::vector<double>& probabilities) {
    Tell({Model("Ada")});
    Tell({Model("Bob")});
    v1::Verdict verdict = MakeVerdict("ada", 1, "dx", v1::SHIP);
    for (size_t i = 0; i < probabilities.size(); ++i) {
      v1::Claim& claim = *verdict.add_claims();
      claim.set_kind(v1::Claim::PREDICTION);
      claim.set_text(absl::StrCat("prediction ", i));
      claim.set_due_date(absl::StrCat("2027-0", i + 1, "-01"));
      if (probabilities[i] >= 0) claim.set_probability(probabilities[i]);
    }
    Give(verdict);
    Give("ada", 1, "business", v1::SKIP);
    Review("bob");
  }
  std::vector<v1::Prediction> Listed(bool published = false, int resolved = 0) {
    v1::ListPredictionsRequest request;
    request.set_published(published);
    request.set_resolved(resolved);
    const auto response = service_->ListPredictions(request).value();
    return {response.predictions().begin(), response.predictions().end()};
  }
  std::string IdOf(size_t number) { return Listed().at(number).prediction_id(); }
  absl::StatusOr<v1::Prediction> Resolve(const std::string& id, Outcome::Outcome outcome,
                                         const std::string& request_id = "",
                                         const std::string& url = "https://example.org/proof") {
    v1::ResolvePredictionRequest request;
    v1::PredictionResolution& resolution = *request.mutable_resolution();
    resolution.set_prediction_id(id);
    resolution.set_outcome(outcome);
    resolution.set_source_url(url);
    resolution.set_note("As the vendor's page says.");
    resolution.set_editor("eve");
    resolution.set_request_id(request_id);
    return service_->ResolvePrediction(request);
  }
  v1::Calibration Calibration() {
    const auto health = service_->GetPanelHealth({}).value();
    return health.calibration_size() == 0 ? v1::Calibration() : health.calibration(0);
  }
  // The counts as they are and counted anew from all resolutions.
  void ExpectRecountsTheSame() {
    const auto store = StateStore::Open((dir_ / "again").string()).value();
    const auto state = store->Snapshot();
    const auto counted = ReadCalibrations(*state).value();
    const auto recounted = RecountCalibrations(*state).value();
    ASSERT_EQ(counted.size(), recounted.size());
    for (size_t i = 0; i < counted.size(); ++i) {
      EXPECT_EQ(SerializeDeterministically(counted[i]), SerializeDeterministically(recounted[i]));
    }
  }
};

TEST_F(ResolutionsTest, AnEditorSaysHowItCameOutAndWhereThatCanBeRead) {
  Predict({0.7});
  const auto resolved = Resolve(IdOf(0), Outcome::CAME_TRUE);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->resolution().outcome(), Outcome::CAME_TRUE);
  EXPECT_EQ(resolved->resolution().source_url(), "https://example.org/proof");
  EXPECT_EQ(resolved->resolution().editor(), "eve");
  EXPECT_TRUE(resolved->resolution().has_resolve_time());
  EXPECT_TRUE(Listed(false, 1).empty());
  ASSERT_EQ(Listed(false, 2).size(), 1u);
}

TEST_F(ResolutionsTest, ReadersSeeItToo) {
  Predict({0.7});
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::DID_NOT).ok());
  ASSERT_EQ(Listed(true).size(), 1u);
  EXPECT_EQ(Listed(true)[0].prediction_id(), IdOf(0));
  EXPECT_EQ(Listed(true)[0].resolution().outcome(), Outcome::DID_NOT);
}

TEST_F(ResolutionsTest, WhatIsResolvedIsOpenedAgainBeforeItIsResolvedOtherwise) {
  Predict({0.7});
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::CAME_TRUE).ok());
  const absl::Status refused = Resolve(IdOf(0), Outcome::DID_NOT).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Says(refused, "eve has resolved")) << refused;
  EXPECT_TRUE(Says(refused, "came true; open it again first")) << refused;
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::OPEN_AGAIN, "", "").ok());
  EXPECT_FALSE(Listed()[0].has_resolution());
  EXPECT_TRUE(Resolve(IdOf(0), Outcome::DID_NOT).ok());
}

TEST_F(ResolutionsTest, WhatIsOpenIsNotOpenedAgain) {
  Predict({0.7});
  EXPECT_EQ(Resolve(IdOf(0), Outcome::OPEN_AGAIN).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ResolutionsTest, TheSameRequestResolvesOnce) {
  Predict({0.7});
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::CAME_TRUE, "one").ok());
  const uint64_t length = log_->LastSequence();
  EXPECT_TRUE(Resolve(IdOf(0), Outcome::CAME_TRUE, "one").ok());
  EXPECT_EQ(log_->LastSequence(), length);
  EXPECT_EQ(Resolve(IdOf(0), Outcome::VOID, "one").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Calibration().resolved(), 1u);
}

TEST_F(ResolutionsTest, WithoutAnOutcomeOrASourceItIsRefused) {
  Predict({0.7});
  for (const char* url : {"", "example.org", "javascript:alert(1)", "https://", "https:///x", "ftp://a/b",
                          "https://a b/", "http://a/\n"}) {
    EXPECT_EQ(Resolve(IdOf(0), Outcome::CAME_TRUE, "", url).status().code(),
              absl::StatusCode::kInvalidArgument)
        << url;
  }
  EXPECT_EQ(Resolve(IdOf(0), Outcome::OUTCOME_UNSPECIFIED).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Listed()[0].has_resolution());
}

TEST_F(ResolutionsTest, WhatNobodyPredictedIsNotFound) {
  Predict({0.7});
  EXPECT_EQ(Resolve("p-0123456789abcdef", Outcome::VOID).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Resolve(std::string(129, 'p'), Outcome::VOID).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ResolutionsTest, CalibrationFollows) {
  Predict({0.9, 0.9, 0.1, -1});
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::CAME_TRUE).ok());
  ASSERT_TRUE(Resolve(IdOf(1), Outcome::DID_NOT).ok());
  ASSERT_TRUE(Resolve(IdOf(2), Outcome::DID_NOT).ok());
  ASSERT_TRUE(Resolve(IdOf(3), Outcome::CAME_TRUE).ok());
  const v1::Calibration calibration = Calibration();
  EXPECT_EQ(calibration.persona_id(), "dx");
  EXPECT_EQ(calibration.resolved(), 3u);
  EXPECT_EQ(calibration.came_true(), 1u);
  EXPECT_EQ(calibration.without_probability(), 1u);
  EXPECT_NEAR(calibration.brier(), (0.01 + 0.81 + 0.01) / 3, 1e-9);
  ASSERT_EQ(calibration.bins_size(), 10);
  EXPECT_EQ(calibration.bins(9).count(), 2u);
  EXPECT_EQ(calibration.bins(9).came_true(), 1u);
  EXPECT_NEAR(calibration.bins(9).probability_sum(), 1.8, 1e-9);
  EXPECT_EQ(calibration.bins(1).count(), 1u);
}

TEST_F(ResolutionsTest, WhatIsVoidOrOpenedAgainCountsNowhere) {
  Predict({1.0, 0.5});
  ASSERT_TRUE(Resolve(IdOf(0), Outcome::VOID).ok());
  ASSERT_TRUE(Resolve(IdOf(1), Outcome::DID_NOT).ok());
  EXPECT_EQ(Calibration().resolved(), 1u);
  ASSERT_TRUE(Resolve(IdOf(1), Outcome::OPEN_AGAIN).ok());
  EXPECT_EQ(Calibration().resolved(), 0u);
  EXPECT_EQ(Calibration().brier(), 0.0);
}

TEST_F(ResolutionsTest, OfManyEditorsAtOnceOneResolvesAndTheOthersReadWho) {
  Predict({0.7});
  const std::string id = IdOf(0);
  std::atomic<int> winners{0};
  std::vector<std::thread> editors;
  for (int i = 0; i < 8; ++i) {
    editors.emplace_back([this, &winners, &id, i] {
      const auto resolved = Resolve(id, i % 2 == 0 ? Outcome::CAME_TRUE : Outcome::DID_NOT);
      if (resolved.ok()) ++winners;
      EXPECT_TRUE(resolved.ok() || Says(resolved.status(), "eve has resolved")) << resolved.status();
    });
  }
  for (std::thread& editor : editors) editor.join();
  EXPECT_EQ(winners, 1);
}

TEST_F(ResolutionsTest, APredictionTakenOutKeepsItsResolutionForWhenItReturns) {
  Predict({0.7});
  const std::string id = IdOf(0);
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_TRUE(Resolve(id, Outcome::CAME_TRUE).ok());
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  EXPECT_TRUE(Listed(true).empty());
  EXPECT_EQ(Listed()[0].resolution().outcome(), Outcome::CAME_TRUE);
  ASSERT_TRUE(Do(v1::REOPEN).ok());
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  EXPECT_EQ(Listed(true)[0].resolution().outcome(), Outcome::CAME_TRUE);
}

}  // namespace
}  // namespace seaworthy
