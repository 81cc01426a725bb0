// Asking an endpoint in a test, and waiting for its reply.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy::testing {

inline LlmCall CallOf(const std::string& user, absl::Duration deadline = absl::Seconds(20)) {
  static const auto system = std::make_shared<const std::string>("You are \"Pat\".\n");
  static const auto schema = std::make_shared<const std::string>(
      R"({"type":"object","properties":{"minimum":{"type":"number","minimum":0}},"required":["minimum"]})");
  auto prompt = std::make_shared<LlmPrompt>();
  prompt->system = system;
  prompt->schema = schema;
  prompt->user = user;
  LlmCall call;
  call.prompt = std::move(prompt);
  call.deadline = deadline;
  return call;
}

inline LlmReply Ask(LlmEndpoint& endpoint, const LlmCall& call) {
  LlmReply result;
  absl::Notification done;
  endpoint.Start(call, [&](LlmReply reply) {
    result = std::move(reply);
    done.Notify();
  });
  done.WaitForNotification();
  return result;
}

}  // namespace seaworthy::testing
