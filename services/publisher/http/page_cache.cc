#include "services/publisher/http/page_cache.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

// Counted for each page and form beside its bytes.
constexpr size_t kOverhead = 512;
constexpr size_t kHashDigits = 32;
// Smaller ones fit one packet anyway.
constexpr size_t kMinCompressed = 512;

// Weak comparison (RFC 9110, 13.1.2) with a list of tags.
bool Matches(absl::string_view if_none_match, absl::string_view etag) {
  if (if_none_match.empty()) return false;
  if (if_none_match == etag) return true;
  for (absl::string_view tag : absl::StrSplit(if_none_match, ',')) {
    tag = absl::StripAsciiWhitespace(tag);
    if (tag == "*" || absl::StripPrefix(tag, "W/") == etag) return true;
  }
  return false;
}

std::shared_ptr<const std::string> HeadOf(const HttpResponse& response) {
  return std::make_shared<const std::string>(absl::StrJoin(
      response.headers, "\r\n",
      [](std::string* out, const auto& header) { absl::StrAppend(out, header.first, ": ", header.second); }));
}

}  // namespace

std::optional<PreparedAnswer> PageCache::Find(const PreparedRequest& request) {
  const uint64_t generation = options_.generation();
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  const auto it = by_target_.find(request.target);
  if (it == by_target_.end()) return std::nullopt;
  const Page& page = *it->second;
  if (page.generation != generation || page.expires < now) return std::nullopt;
  const Coding coding = page.compressible ? ChooseCoding(request.accept_encoding) : Coding::kIdentity;
  const Form& form = page.forms[static_cast<int>(coding)];
  if (form.head == nullptr) return std::nullopt;
  pages_.splice(pages_.begin(), pages_, it->second);
  if (Matches(request.if_none_match, form.etag)) return PreparedAnswer{304, form.head_304, form.body};
  return PreparedAnswer{200, form.head, form.body};
}

PageCache::Form PageCache::MakeForm(const Page& page, Coding coding,
                                    std::shared_ptr<const std::string> body) const {
  const bool packed = coding != Coding::kIdentity;
  HttpResponse response{200, page.headers, ""};
  Form form;
  form.etag = absl::StrCat("\"", page.hash, packed ? "-" : "", std::string(CodingName(coding)), "\"");
  response.SetHeader("ETag", form.etag);
  if (page.compressible) response.SetHeader("Vary", "Accept-Encoding");
  if (packed) response.SetHeader("Content-Encoding", std::string(CodingName(coding)));
  AddSecurityHeaders(response, options_.https);
  form.head = HeadOf(response);
  std::erase_if(response.headers, [](const auto& header) {
    return header.first == "Content-Type" || header.first == "Content-Encoding";
  });
  form.head_304 = HeadOf(response);
  form.body = std::move(body);
  return form;
}

std::array<PageCache::Form, kCodings> PageCache::FormsOf(const Page& page) {
  absl::MutexLock lock(&mutex_);
  const auto it = by_target_.find(page.target);
  if (it == by_target_.end() || it->second->hash != page.hash) return {};
  return it->second->forms;
}

HttpResponse PageCache::Answer(const HttpRequest& request, uint64_t generation, HttpResponse page_in) {
  Page page;
  page.target = request.target;
  page.hash = Sha256Hex(page_in.body).substr(0, kHashDigits);
  page.generation = generation;
  page.expires = options_.clock->Now() + options_.max_age;
  page.compressible = page_in.body.size() >= kMinCompressed &&
                      IsCompressible(std::string(page_in.Header("Content-Type").value_or("")));
  page.headers = std::move(page_in.headers);
  page.forms = FormsOf(page);
  const auto plain = std::make_shared<const std::string>(std::move(page_in.body));
  Coding coding = page.compressible
                      ? ChooseCoding(std::string(request.Header("Accept-Encoding").value_or("")))
                      : Coding::kIdentity;
  Form& form = page.forms[static_cast<int>(coding)];
  if (form.head == nullptr) {
    std::string packed = Compress(coding, *plain);
    const bool smaller = !packed.empty();
    form = MakeForm(page, smaller ? coding : Coding::kIdentity,
                    smaller ? std::make_shared<const std::string>(std::move(packed)) : plain);
  }
  HttpResponse response{page_in.status, {}, ""};
  for (const absl::string_view line : absl::StrSplit(*form.head, "\r\n")) {
    const std::pair<std::string, std::string> header = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    response.headers.push_back(header);
  }
  if (page_in.status == 200 &&
      Matches(std::string(request.Header("If-None-Match").value_or("")), form.etag)) {
    response.status = 304;
  } else {
    response.body = *form.body;
  }
  if (page_in.status == 200 && !absl::StrContains(request.target, '?')) Keep(std::move(page));
  return response;
}

void PageCache::Keep(Page page) {
  page.size = kOverhead + page.target.size();
  for (const Form& form : page.forms) {
    if (form.head != nullptr) page.size += kOverhead + form.head->size() * 2 + form.body->size();
  }
  if (page.size > options_.max_bytes / 4) return;
  absl::MutexLock lock(&mutex_);
  const auto drop = [this](Pages::iterator it) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= it->size;
    by_target_.erase(it->target);
    pages_.erase(it);
  };
  if (const auto old = by_target_.find(page.target); old != by_target_.end()) drop(old->second);
  bytes_ += page.size;
  pages_.push_front(std::move(page));
  by_target_[pages_.front().target] = pages_.begin();
  while (bytes_ > options_.max_bytes) drop(std::prev(pages_.end()));
}

size_t PageCache::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace seaworthy
