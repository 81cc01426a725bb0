// ProbeWireEndpoint: what `endpoints test` and `doctor` say of an endpoint.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "services/reviewer/text.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxListBytes = 4 << 20;  // OpenRouter's list is over 1 MiB.

// Ids of `data` (OpenAI, Anthropic) or `models`.
bool ReadModels(std::string_view body, std::vector<std::string>* models) {
  JsonWalker json(body);
  const auto read_model = [&] {
    std::string id;
    if (json.Peek() != '{') return json.Skip();
    const bool fine =
        json.Object([&](std::string_view key) { return key == "id" ? json.StringOrSkip(&id) : json.Skip(); });
    if (!id.empty()) models->push_back(std::move(id));
    return fine;
  };
  bool listed = false;
  const bool fine = json.Peek() == '{' && json.Object([&](std::string_view key) {
    if (key != "data" || json.Peek() != '[') return json.Skip();
    listed = true;
    return json.Array(read_model);
  });
  return fine && listed;
}

absl::StatusCode CodeOf(LlmOutcome outcome, int status) {
  if (outcome == LlmOutcome::kSpendCapped) return absl::StatusCode::kResourceExhausted;
  if (outcome == LlmOutcome::kRateLimited || outcome == LlmOutcome::kOverloaded)
    return absl::StatusCode::kUnavailable;
  switch (status) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    default:
      return status >= 500 ? absl::StatusCode::kUnavailable : absl::StatusCode::kInvalidArgument;
  }
}

// Some of the names there are, those most like the one asked for first.
std::string Some(std::vector<std::string> models, const std::string& model) {
  const std::string_view start = std::string_view(model).substr(0, 3);
  std::stable_partition(models.begin(), models.end(),
                        [start](const std::string& name) { return name.find(start) != std::string::npos; });
  if (models.size() > 8) models.resize(8);
  std::string out;
  for (const std::string& name : models) text::Append(&out, out.empty() ? "`" : ", `", Snippet(name), "`");
  return out;
}

absl::Status Judge(const EndpointConfig& config, const std::string& key, const WireResponse& response) {
  const auto say = [&](absl::StatusCode code, std::string_view what) {
    return absl::Status(code, text::Cat("endpoint `", config.name, "`: ", what));
  };
  // A server without a list may still answer.
  if (response.end == WireEnd::kDone &&
      (response.status == 404 || response.status == 405 || response.status == 501))
    return absl::OkStatus();
  SEAWORTHY_RETURN_IF_ERROR(WireStatus(config.name, key, response));
  std::vector<std::string> models;
  if (!ReadModels(response.body, &models))
    return say(absl::StatusCode::kUnavailable,
               text::Cat("answers, but not as this kind of API does; check `url`: ", Snippet(response.body)));
  if (models.empty() || std::find(models.begin(), models.end(), config.model) != models.end())
    return absl::OkStatus();
  return say(absl::StatusCode::kNotFound,
             text::Cat("has no model `", config.model, "`; set `model` to one of ", models.size(), ": ",
                       Some(models, config.model)));
}

}  // namespace

absl::Status WireStatus(const std::string& name, const std::string& key, const WireResponse& response) {
  if (response.end == WireEnd::kDone && response.status == 200) return absl::OkStatus();
  LlmReply told;
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (response.end != WireEnd::kDone) {
    SettleBroken(response, &told);
    if (response.end == WireEnd::kTimeout) code = absl::StatusCode::kDeadlineExceeded;
  } else {
    SettleError(response, ReadErrorBody(response.body), &told);
    code = CodeOf(told.outcome, response.status);
  }
  told.outcome = LlmOutcome::kRejected;
  FinishReply(name, key, &told);
  return {code, told.message};
}

absl::Status ProbeWireEndpoint(const EndpointConfig& config, const std::string& key, HttpClient* client) {
  const auto format = MakeWireFormat(config);
  if (!format.ok()) return format.status();
  auto target = MakeWireTarget(config, **format, (*format)->ModelsUrl(), key);
  if (!target.ok()) return target.status();
  WireRequest request;
  request.target = *std::move(target);
  request.deadline = config.connect_timeout + absl::Seconds(10);
  request.max_bytes = kMaxListBytes;
  return Judge(config, key, client->GetAndWait(std::move(request)));
}

}  // namespace seaworthy
