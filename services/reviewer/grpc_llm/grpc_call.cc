#include "services/reviewer/grpc_llm/grpc_call.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

std::string ParametersOf(const GrpcParts& parts, const std::string& protocol) {
  nlohmann::ordered_json json;
  json["protocol"] = protocol;
  json["max_output_tokens"] = parts.config.max_output_tokens;
  if (parts.config.temperature) json["temperature"] = *parts.config.temperature;
  if (parts.config.seed) json["seed"] = *parts.config.seed;
  if (!parts.config.dialect.empty()) json["dialect"] = parts.config.dialect;
  json["schema"] = "json_schema";
  return json.dump();
}

CallEnd EndOf(const grpc::Status& status, const grpc::ClientContext& context, bool began) {
  CallEnd end{.code = static_cast<int>(status.error_code()),
              .message = status.error_message(),
              .trailers = {},
              .began = began};
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) {
    end.trailers.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  // gRPC takes this one out of the metadata.
  if (!status.error_details().empty())
    end.trailers.emplace("grpc-status-details-bin", status.error_details());
  return end;
}

}  // namespace

GrpcEndpoint::GrpcEndpoint(GrpcParts parts, const std::string& protocol)
    : parts_(std::move(parts)), parameters_(ParametersOf(parts_, protocol)) {}

void GrpcEndpoint::Launch(const std::shared_ptr<GrpcCall>& call) {
  bool open = false;
  {
    absl::MutexLock lock(&mutex_);
    open = !closed_;
    if (open) calls_.push_back(call);
  }
  if (open) {
    call->Begin();
  } else {
    call->Refuse();
  }
}

void GrpcEndpoint::CloseCalls() {
  std::vector<std::shared_ptr<GrpcCall>> calls;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    calls = calls_;
  }
  // Without the lock: cancelling may end a call on this thread.
  for (const auto& call : calls) call->Cancel();
  calls.clear();
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_.empty(); };
  absl::MutexLock lock(&mutex_, absl::Condition(&none));
}

void GrpcEndpoint::Remove(const GrpcCall* call) {
  // Destroyed outside the lock.
  std::shared_ptr<GrpcCall> last;
  absl::MutexLock lock(&mutex_);
  const auto found =
      std::find_if(calls_.begin(), calls_.end(), [&](const auto& one) { return one.get() == call; });
  if (found == calls_.end()) return;
  last = std::exchange(*found, calls_.back());
  calls_.pop_back();
}

GrpcCall::GrpcCall(GrpcEndpoint* endpoint, const LlmCall& call, LlmDone done)
    : endpoint_(endpoint),
      context_(std::make_unique<grpc::ClientContext>()),
      begun_(absl::Now()),
      done_(std::move(done)) {
  PrepareContext(call.deadline, parts().key, context_.get());
}

GrpcCall::~GrpcCall() = default;

std::string GrpcCall::Where() const {
  return text::Cat("endpoint `", parts().config.name, "` (", parts().address.shown, ")");
}

void GrpcCall::Cancel() { context_->TryCancel(); }

void GrpcCall::Refuse() {
  Finish(LlmOutcome::kTransport, text::Cat(Where(), ": it is being closed; ask again after the restart"));
}

bool GrpcCall::Append(std::string_view piece) {
  if (reply_.raw.size() + piece.size() > static_cast<size_t>(kMaxGrpcAnswer)) {
    Finish(LlmOutcome::kTransport, text::Cat(Where(), ": the answer is longer than ", kMaxGrpcAnswer,
                                             " bytes; lower max_output_tokens or look at the server"));
    Cancel();
    return false;
  }
  reply_.raw.append(piece);
  return true;
}

void GrpcCall::Finish(LlmOutcome outcome, std::string message) {
  reply_.outcome = outcome;
  reply_.message = std::move(message);
  Finish();
}

void GrpcCall::Finish() {
  if (finished()) return;
  reply_.message = CleanMessage(reply_.message, parts().key);
  reply_.elapsed = absl::Now() - begun_;
  std::exchange(done_, nullptr)(std::move(reply_));
}

void GrpcCall::OnEnd(const grpc::Status& status) {
  if (!finished() && status.ok()) Whole();
  if (!finished()) {
    JudgeFailure(EndOf(status, *context_, !reply_.raw.empty()), Where(), &reply_);
    Finish();
  }
  const auto code = status.error_code();
  if (code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::DEADLINE_EXCEEDED) Abandoned();
  endpoint_->Remove(this);
}

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok() || json.size() > static_cast<size_t>(kMaxGrpcAnswer)) json.clear();
  return json;
}

std::string NewRequestId() {
  unsigned char bytes[16];
  randombytes_buf(bytes, sizeof(bytes));
  char hex[2 * sizeof(bytes) + 1];
  return sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
}

}  // namespace seaworthy
