#include "tests/fault_server/batch_store.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxBytes = 64U << 20;
constexpr size_t kMaxOpenAiRequests = 50'000;
constexpr size_t kMaxAnthropicRequests = 100'000;

WireReply Wrong(Provider provider, int status, absl::string_view message) {
  const absl::string_view type =
      status == 404 && provider == Provider::kAnthropic ? "not_found_error" : "invalid_request_error";
  return SizedReply(status, kJsonType, RenderError(provider, type, "", message));
}

WireReply Document(const Json& document) { return SizedReply(200, kJsonType, document.dump()); }

Json FileDocument(const std::string& id, const std::string& purpose, size_t bytes) {
  return {{"id", id},
          {"object", "file"},
          {"bytes", bytes},
          {"created_at", 1767225600},
          {"filename", "requests.jsonl"},
          {"purpose", purpose},
          {"status", "processed"}};
}

struct Part {
  std::string name;
  absl::string_view body;
};

std::string NameOf(absl::string_view head) {
  const size_t at = head.find(" name=\"");
  if (at == absl::string_view::npos) return "";
  head.remove_prefix(at + 7);
  return std::string(head.substr(0, head.find('"')));
}

// The parts of multipart/form-data (RFC 7578); empty where it is none.
std::vector<Part> PartsOf(const HttpRequest& request) {
  std::vector<Part> parts;
  const absl::string_view type = request.Header("content-type");
  const size_t at = type.find("boundary=");
  if (!absl::StartsWith(type, "multipart/form-data") || at == absl::string_view::npos) return parts;
  absl::string_view boundary = type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  absl::ConsumePrefix(&boundary, "\"");
  absl::ConsumeSuffix(&boundary, "\"");
  const std::vector<absl::string_view> pieces =
      absl::StrSplit(absl::string_view(request.body), absl::StrCat("--", boundary));
  for (size_t i = 1; i + 1 < pieces.size(); ++i) {
    const size_t head = pieces[i].find("\r\n\r\n");
    if (head == absl::string_view::npos) return {};
    absl::string_view body = pieces[i].substr(head + 4);
    absl::ConsumeSuffix(&body, "\r\n");
    parts.push_back({NameOf(pieces[i].substr(0, head)), body});
  }
  return parts;
}

}  // namespace

WireReply BatchStore::Handle(const HttpRequest& request, absl::string_view path, absl::string_view origin) {
  if (absl::ConsumePrefix(&path, "/v1/files")) return OpenAiFiles(request, path);
  if (absl::ConsumePrefix(&path, "/v1/batches")) return OpenAiBatches(request, path);
  if (absl::ConsumePrefix(&path, "/v1/messages/batches")) return AnthropicBatches(request, path, origin);
  return Wrong(Provider::kOpenAi, 404, "Unknown request URL.");
}

WireReply BatchStore::OpenAiFiles(const HttpRequest& request, absl::string_view rest) {
  if (rest.empty()) {
    return request.method == "POST" ? CreateFile(request) : Wrong(Provider::kOpenAi, 405, "Only POST.");
  }
  absl::ConsumePrefix(&rest, "/");
  const bool content = absl::ConsumeSuffix(&rest, "/content");
  absl::MutexLock lock(&mutex_);
  File* const file = FindFile(rest);
  if (file == nullptr) return Wrong(Provider::kOpenAi, 404, absl::StrCat("No such File object: ", rest));
  if (request.method == "DELETE") {
    file->bytes.clear();
    return Document({{"id", file->id}, {"object", "file"}, {"deleted", true}});
  }
  if (content) return SizedReply(200, "application/octet-stream", file->bytes);
  return Document(FileDocument(file->id, file->purpose, file->bytes.size()));
}

WireReply BatchStore::CreateFile(const HttpRequest& request) {
  std::string purpose;
  absl::string_view bytes;
  for (const Part& part : PartsOf(request)) {
    if (part.name == "purpose") purpose = std::string(part.body);
    if (part.name == "file") bytes = part.body;
  }
  if (purpose != "batch" || bytes.empty()) {
    return Wrong(Provider::kOpenAi, 400, "Expected multipart/form-data with purpose=batch and a file.");
  }
  absl::MutexLock lock(&mutex_);
  const std::string id = KeepFile(purpose, std::string(bytes));
  return Document(FileDocument(id, purpose, bytes.size()));
}

WireReply BatchStore::OpenAiBatches(const HttpRequest& request, absl::string_view rest) {
  if (rest.empty()) {
    return request.method == "POST" ? CreateOpenAiBatch(request)
                                    : Wrong(Provider::kOpenAi, 405, "Only POST.");
  }
  absl::ConsumePrefix(&rest, "/");
  const bool cancel = absl::ConsumeSuffix(&rest, "/cancel");
  absl::MutexLock lock(&mutex_);
  Batch* const batch = FindBatch(rest);
  if (batch == nullptr)
    return Wrong(Provider::kOpenAi, 404, absl::StrCat("No batch found with id '", rest, "'."));
  if (cancel && !batch->done()) batch->cancelled = true;
  if (!batch->done()) --batch->polls_left;
  const bool ready = batch->done() && !batch->cancelled;
  const char* const status = batch->cancelled ? "cancelled" : (ready ? "completed" : "in_progress");
  const auto file = [ready](const std::string& id) { return ready && !id.empty() ? Json(id) : Json(); };
  return Document({{"id", batch->id},
                   {"object", "batch"},
                   {"endpoint", "/v1/chat/completions"},
                   {"input_file_id", batch->input_file},
                   {"completion_window", "24h"},
                   {"status", status},
                   {"output_file_id", file(batch->output_file)},
                   {"error_file_id", file(batch->error_file)},
                   {"errors", nullptr},
                   {"created_at", 1767225600},
                   {"request_counts",
                    {{"total", batch->succeeded + batch->failed},
                     {"completed", ready ? batch->succeeded : 0},
                     {"failed", ready ? batch->failed : 0}}}});
}

WireReply BatchStore::CreateOpenAiBatch(const HttpRequest& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object() || body.value("endpoint", Json()) != "/v1/chat/completions" ||
      body.value("completion_window", Json()) != "24h" || !body.value("input_file_id", Json()).is_string()) {
    return Wrong(Provider::kOpenAi, 400,
                 "Expected input_file_id, endpoint /v1/chat/completions and window 24h.");
  }
  Batch batch;
  batch.input_file = body["input_file_id"].get<std::string>();
  std::string lines;
  {
    absl::MutexLock lock(&mutex_);
    File* const file = FindFile(batch.input_file);
    if (file == nullptr) return Wrong(Provider::kOpenAi, 400, "Invalid 'input_file_id': no such file.");
    lines = file->bytes;
  }
  std::string errors;
  const std::string results = AnswerLines(&batch, lines, &errors);
  if (batch.succeeded + batch.failed == 0) return Wrong(Provider::kOpenAi, 400, "The file holds no request.");
  HttpRequest ask;
  ask.method = "GET";
  std::string id;
  {
    absl::MutexLock lock(&mutex_);
    if (batch.succeeded > 0) batch.output_file = KeepFile("batch_output", results);
    if (!errors.empty()) batch.error_file = KeepFile("batch_output", errors);
    // Telling of it is no poll.
    batch.polls_left = polls_ + 1;
    batch.id = absl::StrCat("batch_", ++made_);
    id = absl::StrCat("/", batch.id);
    KeepBatch(std::move(batch));
  }
  return OpenAiBatches(ask, id);
}

std::string BatchStore::AnswerLines(Batch* batch, const std::string& lines, std::string* errors) {
  std::string results;
  for (const absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    const Json item = Json::parse(line, nullptr, false);
    const bool sound = item.is_object() && item.value("custom_id", Json()).is_string() &&
                       item.value("method", Json()) == "POST" &&
                       item.value("url", Json()) == "/v1/chat/completions";
    const size_t number = batch->succeeded + batch->failed;
    if (number >= kMaxOpenAiRequests) break;
    const Answer answer =
        sound ? answerer_(Provider::kOpenAi, item.value("body", Json()))
              : Answer{400, RenderError(Provider::kOpenAi, "invalid_request_error", "", "No request.")};
    const std::string custom_id = sound ? item["custom_id"].get<std::string>() : "";
    ++(answer.status == 200 ? batch->succeeded : batch->failed);
    absl::StrAppend(answer.status == 200 ? &results : errors, R"({"id":"batch_req_)", number,
                    R"(","custom_id":)", Quoted(custom_id), R"(,"response":{"status_code":)", answer.status,
                    R"(,"request_id":"req_)", number, R"(","body":)", answer.body, R"(},"error":null})",
                    "\n");
  }
  return results;
}

WireReply BatchStore::AnthropicBatches(const HttpRequest& request, absl::string_view rest,
                                       absl::string_view origin) {
  if (rest.empty()) {
    return request.method == "POST" ? CreateAnthropicBatch(request, origin)
                                    : Wrong(Provider::kAnthropic, 405, "Only POST.");
  }
  absl::ConsumePrefix(&rest, "/");
  const bool results = absl::ConsumeSuffix(&rest, "/results");
  const bool cancel = absl::ConsumeSuffix(&rest, "/cancel");
  absl::MutexLock lock(&mutex_);
  Batch* const batch = FindBatch(rest);
  if (batch == nullptr) return Wrong(Provider::kAnthropic, 404, absl::StrCat("No batch ", rest));
  if (results) {
    if (!batch->done()) return Wrong(Provider::kAnthropic, 404, "The batch is still in progress.");
    return SizedReply(200, "application/x-jsonl", batch->results);
  }
  if (cancel && !batch->done()) batch->cancelled = true;
  if (!batch->done()) --batch->polls_left;
  const bool done = batch->done();
  const int total = batch->succeeded + batch->failed;
  return Document(
      {{"id", batch->id},
       {"type", "message_batch"},
       {"processing_status", done ? "ended" : "in_progress"},
       {"request_counts",
        {{"processing", done ? 0 : total},
         {"succeeded", done ? batch->succeeded : 0},
         {"errored", done ? batch->failed : 0},
         {"canceled", 0},
         {"expired", 0}}},
       {"created_at", "2026-01-01T00:00:00Z"},
       {"expires_at", "2026-01-02T00:00:00Z"},
       {"results_url",
        done ? Json(absl::StrCat(origin, "/v1/messages/batches/", batch->id, "/results")) : Json()}});
}

WireReply BatchStore::CreateAnthropicBatch(const HttpRequest& request, absl::string_view origin) {
  const Json body = Json::parse(request.body, nullptr, false);
  const Json requests = body.is_object() ? body.value("requests", Json()) : Json();
  if (!requests.is_array() || requests.empty() || requests.size() > kMaxAnthropicRequests) {
    return Wrong(Provider::kAnthropic, 400, "requests: Field required, 1 to 100000 items");
  }
  Batch batch;
  batch.provider = Provider::kAnthropic;
  // Results come in any order: here, the last first.
  for (auto item = requests.rbegin(); item != requests.rend(); ++item) {
    if (!item->is_object() || !item->value("custom_id", Json()).is_string()) {
      return Wrong(Provider::kAnthropic, 400, "requests.custom_id: Field required");
    }
    const Answer answer = answerer_(Provider::kAnthropic, item->value("params", Json()));
    const bool ok = answer.status == 200;
    ++(ok ? batch.succeeded : batch.failed);
    absl::StrAppend(&batch.results, R"({"custom_id":)", (*item)["custom_id"].dump(), R"(,"result":{"type":")",
                    ok ? "succeeded" : "errored", R"(",")", ok ? "message" : "error", R"(":)", answer.body,
                    "}}\n");
  }
  HttpRequest ask;
  ask.method = "GET";
  std::string id;
  {
    absl::MutexLock lock(&mutex_);
    batch.polls_left = polls_ + 1;
    batch.id = absl::StrCat("msgbatch_", ++made_);
    id = absl::StrCat("/", batch.id);
    KeepBatch(std::move(batch));
  }
  return AnthropicBatches(ask, id, origin);
}

std::string BatchStore::KeepFile(std::string purpose, std::string bytes) {
  files_.push_back({absl::StrCat("file-", ++made_), std::move(purpose), std::move(bytes)});
  std::string id = files_.back().id;
  Bound();
  return id;
}

void BatchStore::KeepBatch(Batch batch) {
  batches_.push_back(std::move(batch));
  Bound();
}

void BatchStore::Bound() {
  size_t held = 0;
  for (const File& file : files_) held += file.bytes.size() + 256;
  for (const Batch& batch : batches_) held += batch.results.size() + 256;
  while (held > kMaxBytes && files_.size() > 1) {
    held -= files_.front().bytes.size() + 256;
    files_.pop_front();
  }
  while (held > kMaxBytes && batches_.size() > 1) {
    held -= batches_.front().results.size() + 256;
    batches_.pop_front();
  }
}

BatchStore::File* BatchStore::FindFile(absl::string_view id) {
  for (File& file : files_) {
    if (file.id == id) return &file;
  }
  return nullptr;
}

BatchStore::Batch* BatchStore::FindBatch(absl::string_view id) {
  for (Batch& batch : batches_) {
    if (batch.id == id) return &batch;
  }
  return nullptr;
}

}  // namespace seaworthy
