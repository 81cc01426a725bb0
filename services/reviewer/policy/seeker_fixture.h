// What the tests of VerdictSeeker share: a panel of fakes on one thread.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "services/reviewer/policy/fake_endpoint.h"
#include "services/reviewer/policy/verdict_seeker.h"
#include "services/reviewer/test_revision.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy {

class SeekerFixture : public testing::Test {
 protected:
  using Ended = std::variant<SoughtVerdict, SeekFailure>;

  SeekerFixture() {
    options_.clock = &clock_;
    options_.timer = &timer_;
    options_.prompt = [](const LlmRequest& request, std::string_view hint) {
      static const auto kSystem = std::make_shared<const std::string>("Be fair.");
      LlmPrompt prompt;
      prompt.system = kSystem;
      prompt.user = request.revision.tool_id() + std::string(hint);
      return prompt;
    };
    options_.parse = [](std::string_view raw, const LlmRequest& request) {
      return ParseVerdict(raw, request);
    };
    // The word `wrong` stands for what no evidence bears out.
    options_.check = [](const v1::Verdict& verdict, const LlmRequest&) {
      std::vector<v1::Mark> marks;
      for (size_t at = verdict.quote().find("wrong"); at != std::string::npos;
           at = verdict.quote().find("wrong", at + 1)) {
        marks.emplace_back().set_text("wrong");
        marks.back().set_support(v1::Claim::UNSUPPORTED);
        marks.back().set_reason("stands nowhere");
      }
      return marks;
    };
  }

  FakeEndpoint& Endpoint(const std::string& name, const EndpointLimits& limits = {}) {
    auto& endpoint = endpoints_[name];
    if (endpoint == nullptr) endpoint = std::make_unique<FakeEndpoint>(name);
    options_.limits[endpoint.get()] = limits;
    return *endpoint;
  }
  // Limits with a cap of so many calls.
  static EndpointLimits AtOnce(int calls) {
    EndpointLimits limits;
    limits.max_in_flight = calls;
    return limits;
  }
  void RouteOf(const std::string& persona, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!endpoints_.contains(name)) Endpoint(name);
      options_.routes[persona].push_back(endpoints_[name].get());
    }
  }
  VerdictSeeker& seeker() {
    if (seeker_ == nullptr) seeker_ = std::make_unique<VerdictSeeker>(options_);
    return *seeker_;
  }

  static std::shared_ptr<LlmRequest> RequestFor(const std::string& persona, const std::string& tool) {
    v1::Persona who;
    who.set_persona_id(persona);
    who.set_prompt_hash("hash");
    TestRevision revision("Harrow");
    revision.request().revision.set_tool_id(tool);
    return std::make_shared<LlmRequest>(revision.For(who));
  }

  // Seeks as `persona` about `tool`; its end lands in ends_ under a number.
  size_t Seek(const std::string& persona = "dx", const std::string& tool = "a-tool", int attempts = 0) {
    const size_t number = ++sought_;
    const auto request = RequestFor(persona, tool);
    request->round = round_;
    seeker().Seek(
        request, [this, number](Ended end) { EXPECT_TRUE(ends_.emplace(number, std::move(end)).second); },
        attempts);
    return number;
  }
  // Seeks and lets time pass until there is an end.
  const SoughtVerdict& Get(const std::string& persona = "dx", const std::string& tool = "a-tool") {
    const size_t number = Seek(persona, tool);
    timer_.Advance(absl::Seconds(100));
    EXPECT_TRUE(HasVerdict(number)) << (ends_.contains(number) ? Failure(number).reason : "no end");
    static const SoughtVerdict kNone;
    return HasVerdict(number) ? std::get<SoughtVerdict>(ends_.at(number)) : kNone;
  }
  SeekFailure Fails(const std::string& persona = "dx", const std::string& tool = "a-tool") {
    const size_t number = Seek(persona, tool);
    timer_.Advance(absl::Seconds(100));
    EXPECT_TRUE(ends_.contains(number) && !HasVerdict(number));
    return ends_.contains(number) && !HasVerdict(number) ? Failure(number) : SeekFailure();
  }
  bool HasVerdict(size_t number) const {
    const auto found = ends_.find(number);
    return found != ends_.end() && std::holds_alternative<SoughtVerdict>(found->second);
  }
  SeekFailure Failure(size_t number) const { return std::get<SeekFailure>(ends_.at(number)); }
  size_t Verdicts() const {
    size_t count = 0;
    for (const auto& [number, end] : ends_) count += HasVerdict(number) ? 1 : 0;
    return count;
  }
  EndpointStatus StatusOf(const std::string& name) {
    for (const EndpointStatus& status : seeker().Endpoints()) {
      if (status.name == name) return status;
    }
    ADD_FAILURE() << "no endpoint " << name;
    return {};
  }

  uint32_t round_ = 0;
  FakeClock clock_;
  FakeTimer timer_{&clock_};
  std::map<std::string, std::unique_ptr<FakeEndpoint>> endpoints_;
  VerdictSeeker::Options options_;
  std::map<size_t, Ended> ends_;
  size_t sought_ = 0;
  std::unique_ptr<VerdictSeeker> seeker_;
};

}  // namespace seaworthy
