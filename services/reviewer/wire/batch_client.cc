#include "services/reviewer/wire/batch_client.h"

#include <set>
#include <utility>

#include "common/hash.h"
#include "common/status_macros.h"
#include "services/reviewer/text.h"
#include "services/reviewer/wire/batch_lines.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kDeadline = absl::Minutes(10);
constexpr size_t kMaxDocumentBytes = 1 << 20;
constexpr size_t kMaxIdBytes = 128;
constexpr const char* kJsonType = "application/json";

absl::Status CheckItems(absl::Span<const BatchItem> items) {
  if (items.empty() || items.size() > BatchClient::kMaxItems)
    return absl::InvalidArgumentError(
        text::Cat("a batch holds 1 to ", BatchClient::kMaxItems, " requests, not ", items.size()));
  std::set<std::string_view> ids;
  for (const BatchItem& item : items) {
    if (!IsBatchId(item.custom_id, 64) || item.prompt == nullptr)
      return absl::InvalidArgumentError(
          text::Cat("custom id `", Snippet(item.custom_id),
                    "` must be 1 to 64 letters, digits, _ or -, with a prompt"));
    if (!ids.insert(item.custom_id).second)
      return absl::InvalidArgumentError(text::Cat("custom id `", item.custom_id, "` stands there twice"));
  }
  return absl::OkStatus();
}

absl::Status TooLarge(size_t bytes) {
  return absl::InvalidArgumentError(text::Cat("the batch is ", bytes, " bytes, at most ",
                                              BatchClient::kMaxUploadBytes,
                                              " are; submit fewer requests at once"));
}

// Reads a document and checks the id in it.
absl::StatusOr<BatchDocument> ReadDocument(std::string_view body) {
  BatchDocument document;
  if (!ReadBatchDocument(body, &document) || !IsBatchId(document.id, kMaxIdBytes))
    return absl::UnavailableError(text::Cat("the batch API answers something else: ", Snippet(body)));
  return document;
}

BatchProgress ProgressOf(const BatchDocument& document) {
  BatchProgress progress;
  // `ended` is Anthropic's; the others are OpenAI's.
  for (const char* ended : {"ended", "completed", "expired", "cancelled"}) {
    if (document.status == ended) progress.state = BatchProgress::State::kEnded;
  }
  if (document.status == "failed") progress.state = BatchProgress::State::kFailed;
  progress.message = document.error;
  return progress;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchClient>> BatchClient::Make(const EndpointConfig& config, std::string key,
                                                               HttpClient* client) {
  EndpointConfig whole = config;
  whole.stream = false;
  auto format = MakeWireFormat(whole);
  if (!format.ok()) return format.status();
  SEAWORTHY_RETURN_IF_ERROR(MakeWireTarget(whole, **format, (*format)->AskUrl(), key).status());
  return std::unique_ptr<BatchClient>(
      new BatchClient(std::move(whole), *std::move(format), std::move(key), client));
}

BatchClient::BatchClient(EndpointConfig config, std::unique_ptr<WireFormat> format, std::string key,
                         HttpClient* client)
    : config_(std::move(config)),
      kind_(config_.url.starts_with("anthropic:") ? Kind::kAnthropic : Kind::kOpenAi),
      format_(std::move(format)),
      key_(std::move(key)),
      client_(client),
      bodies_(format_.get()) {}

// Posts where there is a body, else gets.
absl::StatusOr<std::string> BatchClient::Call(const std::string& below, std::string body,
                                              std::string content_type, size_t max_bytes) {
  SEAWORTHY_ASSIGN_OR_RETURN(
      auto target, MakeWireTarget(config_, *format_, format_->BaseUrl(below), key_, std::move(content_type)));
  WireRequest request;
  request.target = std::move(target);
  request.deadline = kDeadline;
  request.max_bytes = max_bytes;
  request.owner = this;
  request.body = std::move(body);
  WireResponse response = request.body.empty() ? client_->GetAndWait(std::move(request))
                                               : client_->PostAndWait(std::move(request));
  SEAWORTHY_RETURN_IF_ERROR(WireStatus(config_.name, key_, response));
  return std::move(response.body);
}

absl::StatusOr<std::string> BatchClient::Submit(absl::Span<const BatchItem> items) {
  SEAWORTHY_RETURN_IF_ERROR(CheckItems(items));
  if (kind_ == Kind::kAnthropic) return SubmitMessages(items);
  SEAWORTHY_ASSIGN_OR_RETURN(std::string lines, JsonLines(items));
  return SubmitFile(std::move(lines));
}

absl::StatusOr<std::string> BatchClient::JsonLines(absl::Span<const BatchItem> items) {
  std::string lines;
  for (const BatchItem& item : items) {
    text::Append(&lines, R"({"custom_id":")", item.custom_id,
                 R"(","method":"POST","url":"/v1/chat/completions","body":)", bodies_.Build(*item.prompt),
                 "}\n");
    if (lines.size() > kMaxUploadBytes) return TooLarge(lines.size());
  }
  return lines;
}

// https://platform.openai.com/docs/guides/batch
absl::StatusOr<std::string> BatchClient::SubmitFile(std::string lines) {
  // Random, so that no announcement can hold it.
  const std::string boundary = RandomHex(24);
  const std::string form = text::Cat(
      "--", boundary, "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--", boundary,
      "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"requests.jsonl\"\r\n"
      "Content-Type: application/jsonl\r\n\r\n");
  lines.insert(0, form);
  text::Append(&lines, "\r\n--", boundary, "--\r\n");
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string uploaded,
                             Call("/files", std::move(lines),
                                  text::Cat("multipart/form-data; boundary=", boundary), kMaxDocumentBytes));
  SEAWORTHY_ASSIGN_OR_RETURN(const BatchDocument file, ReadDocument(uploaded));
  SEAWORTHY_ASSIGN_OR_RETURN(
      const std::string created,
      Call("/batches",
           text::Cat(R"({"input_file_id":")", file.id,
                     R"(","endpoint":"/v1/chat/completions","completion_window":"24h"})"),
           kJsonType, kMaxDocumentBytes));
  SEAWORTHY_ASSIGN_OR_RETURN(BatchDocument batch, ReadDocument(created));
  return std::move(batch.id);
}

// https://docs.anthropic.com/en/api/creating-message-batches
absl::StatusOr<std::string> BatchClient::SubmitMessages(absl::Span<const BatchItem> items) {
  std::string body = R"({"requests":[)";
  for (const BatchItem& item : items) {
    text::Append(&body, &item == items.data() ? "" : ",", R"({"custom_id":")", item.custom_id,
                 R"(","params":)", bodies_.Build(*item.prompt), "}");
    if (body.size() > kMaxUploadBytes) return TooLarge(body.size());
  }
  body += "]}";
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string created,
                             Call("/messages/batches", std::move(body), kJsonType, kMaxDocumentBytes));
  SEAWORTHY_ASSIGN_OR_RETURN(BatchDocument batch, ReadDocument(created));
  return std::move(batch.id);
}

absl::StatusOr<BatchProgress> BatchClient::Poll(const std::string& batch_id) {
  if (!IsBatchId(batch_id, kMaxIdBytes)) return absl::InvalidArgumentError("that is no id of a batch");
  const char* where = kind_ == Kind::kAnthropic ? "/messages/batches/" : "/batches/";
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string body,
                             Call(where + batch_id, "", kJsonType, kMaxDocumentBytes));
  SEAWORTHY_ASSIGN_OR_RETURN(const BatchDocument document, ReadDocument(body));
  return ProgressOf(document);
}

absl::StatusOr<std::map<std::string, LlmReply>> BatchClient::Results(const std::string& batch_id) {
  if (!IsBatchId(batch_id, kMaxIdBytes)) return absl::InvalidArgumentError("that is no id of a batch");
  std::map<std::string, LlmReply> replies;
  if (kind_ == Kind::kAnthropic) {
    // Not `results_url`: the key goes to the configured address only.
    SEAWORTHY_ASSIGN_OR_RETURN(
        const std::string lines,
        Call(text::Cat("/messages/batches/", batch_id, "/results"), "", kJsonType, kMaxResultBytes));
    ReadLines(lines, &replies);
    return replies;
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string body,
                             Call("/batches/" + batch_id, "", kJsonType, kMaxDocumentBytes));
  SEAWORTHY_ASSIGN_OR_RETURN(const BatchDocument document, ReadDocument(body));
  SEAWORTHY_RETURN_IF_ERROR(ReadFile(document.error_file_id, &replies));
  SEAWORTHY_RETURN_IF_ERROR(ReadFile(document.output_file_id, &replies));
  return replies;
}

absl::Status BatchClient::ReadFile(const std::string& file_id, std::map<std::string, LlmReply>* replies) {
  if (file_id.empty()) return absl::OkStatus();
  if (!IsBatchId(file_id, kMaxIdBytes)) return absl::UnavailableError("the batch names a file that is none");
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string lines,
                             Call(text::Cat("/files/", file_id, "/content"), "", kJsonType, kMaxResultBytes));
  ReadLines(lines, replies);
  return absl::OkStatus();
}

// Lines that cannot be read are left out: their requests are then missing.
void BatchClient::ReadLines(std::string_view lines, std::map<std::string, LlmReply>* replies) const {
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    std::string custom_id;
    LlmReply reply;
    if (ReadBatchLine(*format_, text::Strip(lines.substr(0, end)), &custom_id, &reply)) {
      FinishReply(config_.name, key_, &reply);
      (*replies)[custom_id] = std::move(reply);
    }
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
}

}  // namespace seaworthy
