#include "services/reviewer/reviewer_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "absl/synchronization/mutex.h"
#include "common/hash.h"
#include "common/persona.h"
#include "common/rocksdb_event_log.h"
#include "services/reviewer/panel.h"
#include "services/reviewer/test_revision.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLongestBackoff = absl::Seconds(61);

// Answers as told, call by call; the last answer stays.
class FakeEndpoint : public InstantEndpoint {
 public:
  FakeEndpoint() : InstantEndpoint("fake") {}
  absl::StatusOr<Answer> Complete(const LlmRequest& request) override {
    absl::MutexLock lock(&mutex_);
    ++calls_;
    seen_text_ = request.announcement_text;
    const size_t at = std::min(static_cast<size_t>(calls_), answers_.size()) - 1;
    return answers_[at];
  }
  void Will(std::vector<absl::StatusOr<Answer>> answers) {
    absl::MutexLock lock(&mutex_);
    answers_ = std::move(answers);
  }
  int calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  std::string seen_text() const {
    absl::MutexLock lock(&mutex_);
    return seen_text_;
  }

 private:
  mutable absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string seen_text_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::StatusOr<Answer>> answers_ ABSL_GUARDED_BY(mutex_) = {
      Answer{R"({"vote":"ship","quote":"Fine."})", "fake-1"}};
};

class ReviewerServiceTest : public testing::Test {
 protected:
  ReviewerServiceTest() {
    log_ = *OpenRocksDbEventLog({dir_, &clock_, nullptr});
    objects_ = NewMemoryObjectStore();
    ReviewerService::Options options;
    options.log = log_.get();
    options.objects = objects_.get();
    options.clock = &clock_;
    VerdictSeeker::Options seek = PanelDefaults();
    seek.routes["default"] = {&endpoint_};
    seek.clock = &clock_;
    seek.timer = &timer_;
    seeker_ = std::make_unique<VerdictSeeker>(std::move(seek));
    options.seeker = seeker_.get();
    options.personas = *LoadPersonas("prompts");
    service_ = std::make_unique<ReviewerService>(options);
  }
  ~ReviewerServiceTest() override {
    seeker_->Stop();
    service_.reset();
    log_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Request(const std::string& persona, const std::string& dedup_id = "ask") {
    v1::Event event;
    v1::ReviewRequested* asked = event.mutable_review_requested();
    *asked->mutable_revision() = TestRevision("Harrow").request().revision;
    asked->mutable_revision()->set_text_object(*objects_->Put("Harrow is here."));
    asked->add_persona_ids(persona);
    ASSERT_TRUE(log_->Append({dedup_id, "review.requested", event.SerializeAsString()}).ok());
  }

  // The first event under `dedup_id`, moving the clock on by `step` meanwhile.
  v1::Event Wait(const std::string& dedup_id, absl::Duration step = absl::ZeroDuration()) {
    const absl::Time give_up = absl::Now() + kPatience;
    uint64_t seen = log_->LastSequence();
    while (absl::Now() < give_up) {
      const auto record = log_->FindByDedupId(dedup_id);
      v1::Event event;
      if (record.ok() && event.ParseFromString(record->payload)) return event;
      timer_.Advance(step);
      const auto more = log_->ReadAfter(seen, 1, absl::Milliseconds(50));
      if (more.ok() && !more->empty()) seen = more->back().sequence;
    }
    ADD_FAILURE() << "no event " << dedup_id;
    return v1::Event();
  }

  const std::string dir_ = testing::TempDir() + "/reviewer-" + RandomHex(8);
  FakeClock clock_;
  FakeTimer timer_{&clock_};
  FakeEndpoint endpoint_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<VerdictSeeker> seeker_;
  std::unique_ptr<ReviewerService> service_;
};

TEST_F(ReviewerServiceTest, RequestBecomesAVerdictWithItsProvenance) {
  ASSERT_TRUE(service_->Start().ok());
  Request("dx");
  const v1::Verdict verdict = Wait("verdict:a-tool@1/dx").verdict_given().verdict();
  EXPECT_EQ(verdict.vote(), v1::SHIP);
  EXPECT_EQ(verdict.provenance().endpoint(), "fake");
  EXPECT_EQ(verdict.provenance().model(), "fake-1");
  EXPECT_FALSE(verdict.provenance().rule_based());
  EXPECT_EQ(*objects_->Get(verdict.provenance().answer_object()), R"({"vote":"ship","quote":"Fine."})");
  EXPECT_THAT(*objects_->Get(verdict.provenance().request_object()), HasSubstr("\"persona_id\":\"dx\""));
  EXPECT_EQ(endpoint_.seen_text(), "Harrow is here.");
}

TEST_F(ReviewerServiceTest, SameRevisionAskedTwiceGivesOneVerdict) {
  ASSERT_TRUE(service_->Start().ok());
  Request("dx", "ask-1");
  Wait("verdict:a-tool@1/dx");
  const uint64_t before = log_->LastSequence();
  Request("dx", "ask-2");
  Request("futurist", "ask-3");
  Wait("verdict:a-tool@1/futurist");
  EXPECT_LE(log_->LastSequence(), before + 3);
}

TEST_F(ReviewerServiceTest, PassingTroubleIsTriedAgain) {
  endpoint_.Will({absl::UnavailableError("busy"), absl::DeadlineExceededError("slow"),
                  InstantEndpoint::Answer{R"({"vote":"skip","quote":"No."})", "m"}});
  ASSERT_TRUE(service_->Start().ok());
  Request("business");
  const v1::Verdict verdict = Wait("verdict:a-tool@1/business", kLongestBackoff).verdict_given().verdict();
  EXPECT_EQ(verdict.vote(), v1::SKIP);
  EXPECT_EQ(verdict.provenance().attempts(), 3u);
}

TEST_F(ReviewerServiceTest, TroubleThatStaysBecomesAFailure) {
  endpoint_.Will({absl::UnavailableError("the model is away")});
  ASSERT_TRUE(service_->Start().ok());
  Request("dx");
  const v1::ReviewFailed failed = Wait("review-failed:a-tool@1/dx", kLongestBackoff).review_failed();
  EXPECT_EQ(failed.persona_id(), "dx");
  EXPECT_THAT(failed.reason(), HasSubstr("the model is away"));
  EXPECT_EQ(failed.outcome(), "transport");
  EXPECT_EQ(endpoint_.calls(), 3);
}

TEST_F(ReviewerServiceTest, BadAnswerFailsAtOnce) {
  endpoint_.Will({InstantEndpoint::Answer{R"({"vote":"perhaps","quote":"x"})", "m"}});
  ASSERT_TRUE(service_->Start().ok());
  Request("dx");
  EXPECT_THAT(Wait("review-failed:a-tool@1/dx").review_failed().reason(), HasSubstr("`perhaps`"));
  EXPECT_EQ(endpoint_.calls(), 1);
}

TEST_F(ReviewerServiceTest, UnknownPersonaFailsByName) {
  ASSERT_TRUE(service_->Start().ok());
  Request("astrologer");
  EXPECT_THAT(Wait("review-failed:a-tool@1/astrologer").review_failed().reason(), HasSubstr("`astrologer`"));
}

TEST_F(ReviewerServiceTest, ReviewsWithoutALogToo) {
  v1::ReviewRevisionRequest request;
  *request.mutable_request()->mutable_revision() = TestRevision("Harrow").request().revision;
  request.set_persona_id("dx");
  const auto verdict = service_->ReviewRevision(request);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->quote(), "Fine.");
  EXPECT_TRUE(absl::IsInvalidArgument(service_->ReviewRevision({}).status()));
}

TEST_F(ReviewerServiceTest, ListsPersonasInOrder) {
  const auto personas = service_->ListPersonas({});
  ASSERT_TRUE(personas.ok());
  EXPECT_EQ(personas->personas_size(), 4);
  EXPECT_EQ(personas->personas(0).persona_id(), "dx");
}

TEST_F(ReviewerServiceTest, StopsTwiceWithoutHarm) {
  ASSERT_TRUE(service_->Start().ok());
  service_->Stop();
  service_->Stop();
}

}  // namespace
}  // namespace seaworthy
