// For the tests of several aggregators: what they are told, and what has to be
// true of their log and states in the end.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event_log.h"
#include "common/lease_keeper.h"
#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/projector.h"

namespace seaworthy {

// True as soon as `is`, false where it does not become so.
inline bool Soon(const std::function<bool()>& is, absl::Duration within = absl::Seconds(60)) {
  SteadyWait wait;
  const absl::Duration end = SteadyClock::Real()->Now() + within;
  while (!is() && SteadyClock::Real()->Now() < end) wait.WaitFor(absl::Milliseconds(5));
  return is();
}

// Tells a log of tools, one after another, and gives verdicts on those that are
// to be reviewed.
class Teller {
 public:
  explicit Teller(EventLog* log) : log_(log) {}

  // Also gives the verdicts that were asked for by now.
  void TellOfTools(int count) {
    while (!unreviewed_.empty() && IsAskedFor(unreviewed_.front())) ReviewFirst();
    for (int i = 0; i < count; ++i) TellOfTool();
  }
  // All of them are asked for by and by.
  void ReviewAll() {
    while (!unreviewed_.empty()) {
      ASSERT_TRUE(Soon([&] { return IsAskedFor(unreviewed_.front()); })) << unreviewed_.front();
      ReviewFirst();
    }
  }
  int tools() const { return tools_; }

 private:
  bool IsAskedFor(const std::string& tool) const {
    return log_->FindByDedupId(absl::StrCat("review:", tool, "@1")).ok();
  }

  void TellOfTool() {
    const std::string number = absl::StrCat(++tools_);
    v1::Event received;
    received.mutable_announcement_received()->mutable_announcement()->set_announcement_id("ann-" + number);
    v1::Event announced;
    announced.mutable_tool_announced()->set_announcement_id("ann-" + number);
    v1::Revision& revision = *announced.mutable_tool_announced()->add_tools();
    revision.set_name("Tool " + number);
    revision.set_vendor("Acme");
    revision.set_kind(v1::MODEL);
    revision.set_category("Language Models");
    revision.add_parameters_b(7 + tools_ % 5);
    AppendAll({MakeEvent("received:" + number, received), MakeEvent("announced:" + number, announced)});
    unreviewed_.push_back("tool-" + number);
  }

  void ReviewFirst() {
    const std::string tool = unreviewed_.front();
    unreviewed_.pop_front();
    std::vector<NewEvent> events;
    for (const char* persona : {"dx", "business"}) {
      v1::Event given;
      v1::Verdict& verdict = *given.mutable_verdict_given()->mutable_verdict();
      verdict.set_verdict_id(MakeVerdictId({ToolId(tool), 1}, PersonaId(persona)).value());
      verdict.set_tool_id(tool);
      verdict.set_revision(1);
      verdict.set_persona_id(persona);
      verdict.set_vote(v1::SHIP);
      verdict.set_quote(absl::StrCat(persona, " on ", tool));
      events.push_back(MakeEvent(absl::StrCat("verdict:", verdict.verdict_id()), given));
    }
    AppendAll(events);
  }

  void AppendAll(const std::vector<NewEvent>& events) {
    const auto appended = log_->AppendBatch(events);
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  EventLog* const log_;
  std::deque<std::string> unreviewed_;
  int tools_ = 0;
};

// Until the state has all of the log and nothing more comes of it.
inline void SettleOne(EventLog& log, AggregatorService& service) {
  ASSERT_TRUE(Soon([&] {
    const uint64_t end = log.LastSequence();
    return service.GetStatus({})->applied_sequence() == end && log.LastSequence() == end;
  })) << service.GetStatus({})->applied_sequence()
      << " of " << log.LastSequence();
}

// How often each thing was asked for or drafted, by what it is about.
inline std::map<std::string, int> CountEffects(EventLog& log) {
  std::map<std::string, int> counts;
  for (uint64_t at = 1; at <= log.LastSequence(); ++at) {
    v1::Event event;
    const Record record = log.Read(at).value();
    EXPECT_TRUE(event.ParseFromString(record.payload));
    if (event.has_review_requested()) {
      ++counts[absl::StrCat("review ", event.review_requested().revision().tool_id(), "@",
                            event.review_requested().revision().number())];
    } else if (event.has_comparison_requested()) {
      ++counts[absl::StrCat("pair ", event.comparison_requested().comparison_id())];
    } else if (event.has_comparison_drafted()) {
      ++counts[absl::StrCat("draft ", event.comparison_drafted().comparison_id())];
    }
  }
  return counts;
}

// Reviews of all tools are asked for, and every pair is drafted.
inline void ExpectEachEffectOnce(EventLog& log, int tools) {
  std::map<std::string, int> kinds;
  for (const auto& [what, count] : CountEffects(log)) {
    EXPECT_EQ(count, 1) << what;
    ++kinds[what.substr(0, what.find(' '))];
  }
  EXPECT_EQ(kinds["review"], tools);
  EXPECT_EQ(kinds["draft"], kinds["pair"]);
}

// A state made anew, by an aggregator that is alone and would append whatever
// is missing: nothing is. Returns its hash.
inline std::string HashOfAReplay(AggregatorService::Options options, const std::string& store_dir) {
  const uint64_t end = options.log->LastSequence();
  options.store_dir = store_dir;
  options.leases = nullptr;
  const auto alone = AggregatorService::Open(options).value();
  EXPECT_TRUE(alone->Start().ok());
  SettleOne(*options.log, *alone);
  EXPECT_EQ(options.log->LastSequence(), end) << "an effect was lost";
  return alone->StateHash().value();
}

}  // namespace seaworthy
