// How a gRPC call ended, and what that means for a review.
#pragma once

#include <map>
#include <string>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// A call's end, apart from gRPC's types.
struct CallEnd {
  // A grpc::StatusCode.
  int code = 0;
  // The server's or the library's words. Untrusted.
  std::string message;
  // Trailing metadata.
  std::multimap<std::string, std::string> trailers;
  // True where part of an answer had come.
  bool began = false;
};

// Sets outcome, message and retry_after for a call that failed (docs/endpoints
// and docs/llm-endpoint-protocol.md have the table). `where` begins the
// message.
void JudgeFailure(const CallEnd& end, const std::string& where, LlmReply* reply);

// The outcome for what Triton says in `error_message`, which has no code.
LlmOutcome OutcomeOfTritonError(const std::string& error_message);

// Fit for LlmReply::message: UTF-8 without control characters, at most 1,000
// bytes, `secret` taken out.
std::string CleanMessage(const std::string& message, const std::string& secret);

// `UNAVAILABLE` and so on.
const char* GrpcCodeName(int code);

}  // namespace seaworthy
