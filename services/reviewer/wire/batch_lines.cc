#include "services/reviewer/wire/batch_lines.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxLineBytes = 1 << 20;

// The parts of a line, as slices of it.
struct Line {
  std::string custom_id;
  // OpenAI.
  uint64_t status = 0;
  std::string request_id;
  std::string_view body;
  ProviderError error;
  // Anthropic.
  std::string type;
  std::string_view message;
  std::string_view message_error;
};

bool ReadErrors(JsonWalker* json, std::string* first) {
  if (json->Peek() == '[') {
    return json->Array([&] {
      ProviderError error;
      if (!ReadProviderError(json, &error)) return false;
      if (first->empty()) *first = text::Cat(Snippet(error.code), " ", Snippet(error.message));
      return true;
    });
  }
  if (json->Peek() != '{') return json->Skip();
  return json->Object(
      [&](std::string_view key) { return key == "data" ? ReadErrors(json, first) : json->Skip(); });
}

bool ReadResponsePart(JsonWalker* json, Line* line) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "status_code") return json->CountOrSkip(&line->status);
    if (key == "request_id") return json->StringOrSkip(&line->request_id);
    return key == "body" ? json->Skip(&line->body) : json->Skip();
  });
}

bool ReadResultPart(JsonWalker* json, Line* line) {
  if (json->Peek() != '{') return json->Skip();
  return json->Object([&](std::string_view key) {
    if (key == "type") return json->StringOrSkip(&line->type);
    if (key == "message") return json->Skip(&line->message);
    return key == "error" ? json->Skip(&line->message_error) : json->Skip();
  });
}

bool ReadParts(std::string_view text, Line* line) {
  JsonWalker json(text);
  return json.Peek() == '{' && json.Object([&](std::string_view key) {
    if (key == "custom_id") return json.StringOrSkip(&line->custom_id);
    if (key == "response") return ReadResponsePart(&json, line);
    if (key == "error") return ReadProviderError(&json, &line->error);
    return key == "result" ? ReadResultPart(&json, line) : json.Skip();
  }) && json.AtEnd();
}

void Say(LlmReply* reply, LlmOutcome outcome, std::string message) {
  reply->outcome = outcome;
  reply->message = std::move(message);
}

void SayExpired(LlmReply* reply) {
  Say(reply, LlmOutcome::kTimeout, "the batch ended before this request was answered");
}

void SayCancelled(LlmReply* reply) { Say(reply, LlmOutcome::kRejected, "the batch was cancelled"); }

void ReadError(const ProviderError& error, LlmReply* reply) {
  if (error.code == "batch_expired" || error.code == "request_timeout") return SayExpired(reply);
  if (error.code == "batch_cancelled") return SayCancelled(reply);
  Say(reply, OutcomeOfError(200, error), text::Cat(Snippet(error.code), ": ", Snippet(error.message)));
}

void ReadOpenAi(const WireFormat& format, const Line& line, LlmReply* reply) {
  if (line.error.present) return ReadError(line.error, reply);
  reply->http_status = static_cast<int>(std::min<uint64_t>(line.status, 999));
  reply->provider_request_id = line.request_id;
  reply->wire = std::string(line.body);
  if (reply->http_status == 200) return ReadWholeBody(format, line.body, reply);
  WireResponse response;
  response.status = reply->http_status;
  SettleError(response, ReadErrorBody(line.body), reply);
}

void ReadAnthropic(const WireFormat& format, const Line& line, LlmReply* reply) {
  if (line.type == "expired") return SayExpired(reply);
  if (line.type == "canceled") return SayCancelled(reply);
  if (line.type != "succeeded") {
    reply->wire = std::string(line.message_error);
    return ReadError(ReadErrorBody(line.message_error), reply);
  }
  reply->http_status = 200;
  reply->wire = std::string(line.message);
  ReadWholeBody(format, line.message, reply);
}

}  // namespace

bool ReadBatchDocument(std::string_view body, BatchDocument* document) {
  JsonWalker json(body);
  return json.Peek() == '{' && json.Object([&](std::string_view key) {
    if (key == "id") return json.StringOrSkip(&document->id);
    if (key == "status" || key == "processing_status") return json.StringOrSkip(&document->status);
    if (key == "output_file_id") return json.StringOrSkip(&document->output_file_id);
    if (key == "error_file_id") return json.StringOrSkip(&document->error_file_id);
    return key == "errors" ? ReadErrors(&json, &document->error) : json.Skip();
  }) && json.AtEnd();
}

bool IsBatchId(std::string_view id, size_t most) {
  return !id.empty() && id.size() <= most && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

bool ReadBatchLine(const WireFormat& format, std::string_view line, std::string* custom_id, LlmReply* reply) {
  Line parts;
  if (line.size() > kMaxLineBytes || !IsWireUtf8(line) || !ReadParts(line, &parts) || parts.custom_id.empty())
    return false;
  *custom_id = std::move(parts.custom_id);
  if (!parts.type.empty()) {
    ReadAnthropic(format, parts, reply);
  } else {
    ReadOpenAi(format, parts, reply);
  }
  return true;
}

}  // namespace seaworthy
