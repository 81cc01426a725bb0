#include "common/event_log_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "common/event_log.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

NewEvent EventWith(std::string subject, std::string payload = "x") {
  return {"id", std::move(subject), std::move(payload)};
}

std::string WhyNot(const std::vector<NewEvent>& events) { return std::string(CheckEvents(events).message()); }

SubscriptionOptions Options() {
  SubscriptionOptions options;
  options.name = "reader";
  options.subjects = {"a.b"};
  return options;
}

Record RecordOf(std::string subject) {
  Record record;
  record.sequence = 7;
  record.subject = std::move(subject);
  return record;
}

std::vector<NewEvent> GiveUp(const Record& record, const std::set<std::string>& taken) {
  return GiveUpOn("reader", record, 5, "no", absl::UnixEpoch(),
                  [&taken](const std::string& id) { return taken.count(id) != 0; });
}

TEST(EventLogChecksTest, SubjectsAreWordsJoinedByDots) {
  for (const char* good : {"a", "z.0", "tool.announced", "a_b-c.9"}) {
    EXPECT_TRUE(CheckEvents({EventWith(good)}).ok()) << good;
  }
  for (const char* bad :
       {"", ".", "a.", ".a", "a..b", "A", "a b", "a/b", "a:b", "{", "`", "a\n", "\xc3\xa4"}) {
    EXPECT_THAT(WhyNot({EventWith(bad)}), HasSubstr("event 0: the subject")) << bad;
  }
}

TEST(EventLogChecksTest, EachBoundHoldsToTheByte) {
  EXPECT_TRUE(CheckEvents({EventWith(std::string(kMaxSubjectBytes, 'a'))}).ok());
  EXPECT_THAT(WhyNot({EventWith(std::string(kMaxSubjectBytes + 1, 'a'))}), HasSubstr("at most 255"));
  EXPECT_TRUE(CheckEvents({EventWith("a", std::string(kMaxPayloadBytes, 'x'))}).ok());
  EXPECT_THAT(WhyNot({EventWith("a", std::string(kMaxPayloadBytes + 1, 'x'))}), HasSubstr("object store"));
  EXPECT_TRUE(CheckEvents({{std::string(kMaxDedupIdBytes, 'i'), "a", ""}}).ok());
  EXPECT_THAT(WhyNot({{std::string(kMaxDedupIdBytes + 1, 'i'), "a", ""}}), HasSubstr("dedup_id"));
  EXPECT_THAT(WhyNot({EventWith("a"), {"", "a", ""}}), HasSubstr("event 1: dedup_id has 0 bytes"));
}

TEST(EventLogChecksTest, ABatchIsBoundedInEventsAndBytes) {
  EXPECT_TRUE(CheckEvents(std::vector<NewEvent>(kMaxBatchEvents, EventWith("a"))).ok());
  EXPECT_THAT(WhyNot(std::vector<NewEvent>(kMaxBatchEvents + 1, EventWith("a"))), HasSubstr("4097 events"));
  const size_t rest = EventWith("a").dedup_id.size() + EventWith("a").subject.size();
  std::vector<NewEvent> events(kMaxBatchBytes / kMaxPayloadBytes,
                               EventWith("a", std::string(kMaxPayloadBytes - rest, 'x')));
  EXPECT_TRUE(CheckEvents(events).ok());
  events.back().payload += 'x';
  EXPECT_THAT(WhyNot(events), HasSubstr("bytes; at most"));
}

TEST(EventLogChecksTest, ASubscriptionsOptionsAreChecked) {
  EXPECT_TRUE(CheckSubscription(Options()).ok());
  const auto refused = [](auto change) {
    SubscriptionOptions options = Options();
    change(options);
    return CheckSubscription(options).code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](auto& o) { o.name = ""; }));
  EXPECT_TRUE(refused([](auto& o) { o.name = std::string(kMaxSubscriptionNameBytes + 1, 'a'); }));
  EXPECT_TRUE(refused([](auto& o) { o.subjects.push_back("A"); }));
  EXPECT_TRUE(refused([](auto& o) { o.subjects.push_back(std::string(kMaxSubjectBytes + 1, 'a')); }));
  EXPECT_TRUE(refused([](auto& o) { o.max_in_flight = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.max_attempts = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.ack_wait = absl::ZeroDuration(); }));
}

TEST(EventLogChecksTest, ADeadLettersIdNamesItsSubscription) {
  EXPECT_EQ(DeadLetterSubscription("dead:reviewer.dx:12"), "reviewer.dx");
  EXPECT_EQ(DeadLetterSubscription("dead:reviewer.dx:12.2"), "reviewer.dx");
  for (const char* other : {"", "dead", "dead:", "dead:alone", "review:dx:12"}) {
    EXPECT_EQ(DeadLetterSubscription(other), "") << other;
  }
}

TEST(EventLogChecksTest, EachLetterOfARecordHasAnIdOfItsOwn) {
  EXPECT_EQ(GiveUp(RecordOf("a"), {}).at(0).dedup_id, "dead:reader:7");
  EXPECT_EQ(GiveUp(RecordOf("a"), {"dead:reader:7"}).at(0).dedup_id, "dead:reader:7.2");
  EXPECT_EQ(GiveUp(RecordOf("a"), {"dead:reader:7", "dead:reader:7.2"}).at(0).dedup_id, "dead:reader:7.3");
}

TEST(EventLogChecksTest, LettersWithoutEndAreNotLookedFor) {
  int asked = 0;
  const auto always = [&asked](const std::string&) { return ++asked > 0; };
  EXPECT_EQ(GiveUpOn("reader", RecordOf("a"), 5, "no", absl::UnixEpoch(), always).size(), 1u);
  EXPECT_LE(asked, 1000);
}

TEST(EventLogChecksTest, ADeadLetterHasNoLetterOfItsOwn) {
  EXPECT_TRUE(GiveUp(RecordOf(std::string(kDeadLetterSubject)), {}).empty());
}

}  // namespace
}  // namespace seaworthy
