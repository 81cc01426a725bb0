#include "services/reviewer/reviewer_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/hash.h"
#include "common/persona.h"
#include "common/rocksdb_event_log.h"
#include "services/reviewer/panel.h"
#include "services/reviewer/test_revision.h"
#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

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

// What is logged while it lives.
class HeardLog : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Until `words` were said, moving the clock on by `step` meanwhile.
  bool Wait(const std::string& words, FakeTimer& timer, absl::Duration step = absl::ZeroDuration()) {
    const absl::Time give_up = absl::Now() + kPatience;
    while (absl::Now() < give_up) {
      absl::MutexLock lock(&heard_mutex_);
      const auto said = [&]() ABSL_SHARED_LOCKS_REQUIRED(heard_mutex_) { return CountLocked(words) > 0; };
      if (heard_mutex_.AwaitWithTimeout(absl::Condition(&said), absl::Milliseconds(20))) return true;
      timer.Advance(step);
    }
    return false;
  }
  int Count(const std::string& words) {
    absl::MutexLock lock(&heard_mutex_);
    return CountLocked(words);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    absl::MutexLock lock(&heard_mutex_);
    lines_.emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}

 private:
  int CountLocked(const std::string& words) ABSL_SHARED_LOCKS_REQUIRED(heard_mutex_) {
    return static_cast<int>(std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(words) != std::string::npos;
    }));
  }

  absl::Mutex heard_mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(heard_mutex_);
};

class ReviewerServiceTest : public testing::Test {
 protected:
  ReviewerServiceTest() {
    log_ = *OpenRocksDbEventLog({dir_, &clock_, nullptr});
    objects_ = NewMemoryObjectStore();
    ReviewerService::Options& options = options_;
    options.log = log_.get();
    options.objects = objects_.get();
    options.clock = &clock_;
    VerdictSeeker::Options seek = PanelDefaults();
    seek.routes["default"] = {&endpoint_};
    seek.limits[&endpoint_].url = "openai:https://me:secret@llm.example/v1?key=secret";
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

  // The others are another process's.
  void AnswerOnlyFor(const std::string& persona) {
    for (const v1::Persona& other : options_.personas) options_.known.insert(other.persona_id());
    std::erase_if(options_.personas, [&](const auto& one) { return one.persona_id() != persona; });
    service_ = std::make_unique<ReviewerService>(options_);
  }

  void Request(const std::string& persona, const std::string& dedup_id = "ask", uint32_t round = 0) {
    Request(std::vector<std::string>{persona}, dedup_id, round);
  }
  void Request(const std::vector<std::string>& personas, const std::string& dedup_id = "ask",
               uint32_t round = 0) {
    v1::Event event;
    v1::ReviewRequested* asked = event.mutable_review_requested();
    *asked->mutable_revision() = TestRevision("Harrow").request().revision;
    asked->mutable_revision()->set_text_object(*objects_->Put("Harrow is here."));
    for (const std::string& persona : personas) asked->add_persona_ids(persona);
    asked->set_round(round);
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

  v1::ReviewerStatus Status() { return service_->GetReviewerStatus({}).value(); }

  // Calls until the endpoint is left alone.
  void BreakTheEndpoint() {
    endpoint_.Will({absl::UnavailableError("the model is away")});
    auto request = std::make_shared<LlmRequest>();
    request->persona = std::make_shared<v1::Persona>(service_->ListPersonas({})->personas(0));
    request->revision = TestRevision("Harrow").request().revision;
    for (int i = 0; i < 100 && seeker_->lane("dx").open; ++i) {
      absl::Notification done;
      seeker_->Seek(request, [&](auto) { done.Notify(); });
      while (!done.WaitForNotificationWithTimeout(absl::Milliseconds(1))) timer_.Advance(absl::Seconds(1));
    }
    ASSERT_FALSE(seeker_->lane("dx").open);
  }

  // Waits until the queue has nothing left.
  bool Settled(const std::string& queue) {
    const absl::Time give_up = absl::Now() + kPatience;
    while (absl::Now() < give_up) {
      for (const SubscriptionStatus& status : log_->ListSubscriptions()) {
        if (status.name == queue && status.pending + status.in_flight + status.retrying == 0) return true;
      }
      log_->ReadAfter(log_->LastSequence(), 1, absl::Milliseconds(10)).IgnoreError();
    }
    return false;
  }

  const std::string dir_ = testing::TempDir() + "/reviewer-" + RandomHex(8);
  FakeClock clock_;
  FakeTimer timer_{&clock_};
  FakeEndpoint endpoint_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<VerdictSeeker> seeker_;
  ReviewerService::Options options_;
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
  EXPECT_TRUE(Settled("reviewer.dx"));
  EXPECT_EQ(endpoint_.calls(), 2);
}

TEST_F(ReviewerServiceTest, ALaterRoundGivesAVerdictOfItsOwn) {
  ASSERT_TRUE(service_->Start().ok());
  Request("dx", "ask-1");
  EXPECT_EQ(Wait("verdict:a-tool@1/dx").verdict_given().verdict().round(), 0U);
  Request("dx", "ask-2", 1);
  const v1::Verdict again = Wait("verdict:a-tool@1/dx#1").verdict_given().verdict();
  EXPECT_EQ(again.round(), 1U);
  EXPECT_EQ(again.verdict_id(), "a-tool@1/dx");
  EXPECT_EQ(endpoint_.calls(), 2);
}

TEST_F(ReviewerServiceTest, ALaterRoundThatFailsSaysItsRound) {
  ASSERT_TRUE(service_->Start().ok());
  Request("nobody", "ask-1", 2);
  EXPECT_EQ(Wait("review-failed:a-tool@1/nobody#2").review_failed().round(), 2U);
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

TEST_F(ReviewerServiceTest, APersonaThatAnotherAnswersForDoesNotFailHere) {
  AnswerOnlyFor("dx");
  ASSERT_TRUE(service_->Start().ok());
  Request({"astrologer", "business", "dx"});
  Wait("review-failed:a-tool@1/astrologer");
  Wait("verdict:a-tool@1/dx");
  EXPECT_TRUE(absl::IsNotFound(log_->FindByDedupId("review-failed:a-tool@1/business").status()));
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

TEST_F(ReviewerServiceTest, StatusOfAPanelAtWorkHasNothingClosed) {
  ASSERT_TRUE(service_->Start().ok());
  Request("dx");
  Wait("verdict:a-tool@1/dx");
  const v1::ReviewerStatus status = Status();
  ASSERT_EQ(status.lanes_size(), 4);
  EXPECT_EQ(status.lanes(0).persona_id(), "dx");
  for (const v1::LaneStatus& lane : status.lanes()) EXPECT_TRUE(lane.open()) << lane.reason();
  EXPECT_EQ(status.endpoints(0).state(), "closed");
  EXPECT_FALSE(status.endpoints(0).has_until());
  EXPECT_EQ(status.endpoints(0).outcomes().at("ok"), 1u);
}

TEST_F(ReviewerServiceTest, StatusSaysWhyALaneIsClosedAndUntilWhen) {
  BreakTheEndpoint();
  const v1::ReviewerStatus status = Status();
  EXPECT_NE(status.endpoints(0).state(), "closed");
  EXPECT_THAT(status.endpoints(0).message(), HasSubstr("the model is away"));
  EXPECT_TRUE(status.endpoints(0).has_until());
  EXPECT_GT(status.endpoints(0).outcomes().at("transport"), 0u);
  EXPECT_FALSE(status.lanes(0).open());
  EXPECT_THAT(status.lanes(0).reason(), HasSubstr("fake"));
  EXPECT_TRUE(status.lanes(0).has_until());
}

TEST_F(ReviewerServiceTest, StatusShowsNoCredentialsOfAnAddress) {
  EXPECT_EQ(Status().endpoints(0).url(), "openai:https://llm.example/v1");
}

TEST_F(ReviewerServiceTest, AClosedLaneIsLoggedOnceAndOnceWhenItOpens) {
  const auto heard = std::make_shared<HeardLog>();
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("heard", heard));
  BreakTheEndpoint();
  ASSERT_TRUE(service_->Start().ok());
  EXPECT_TRUE(heard->Wait("the lane of dx is closed", timer_));
  EXPECT_TRUE(heard->Wait("the lane of dx is open again", timer_, absl::Seconds(10)));
  service_->Stop();
  spdlog::set_default_logger(before);
  EXPECT_EQ(heard->Count("the lane of dx is closed, its requests wait: "), 1);
  EXPECT_EQ(heard->Count("the lane of dx is open again"), 1);
}

TEST_F(ReviewerServiceTest, StopsTwiceWithoutHarm) {
  ASSERT_TRUE(service_->Start().ok());
  service_->Stop();
  service_->Stop();
}

}  // namespace
}  // namespace seaworthy
