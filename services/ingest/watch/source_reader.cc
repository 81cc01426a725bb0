#include "services/ingest/watch/source_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/ingest/text.h"
#include "services/ingest/watch/source_rules.h"

namespace seaworthy {
namespace {

constexpr char kPageKey[] = "page";
constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxErrorBytes = 500;
// Before the tries of a page after the first.
constexpr std::array<absl::Duration, 3> kPagePauses = {absl::Minutes(5), absl::Minutes(30), absl::Hours(3)};

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

void Note(const std::string& note, v1::SourceState* state) {
  const std::string all = state->error().empty() ? note : Cat(state->error(), "; ", note);
  state->set_error(std::string(Utf8Prefix(all, kMaxErrorBytes)));
}

// Whether a second try could end otherwise.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status) ||
         absl::IsAlreadyExists(status) || absl::IsFailedPrecondition(status);
}

v1::SubmitAnnouncementRequest RequestOf(const v1::Source& source, std::string_view key) {
  v1::SubmitAnnouncementRequest request;
  request.set_source_id(source.source_id());
  request.set_entry_key(std::string(key));
  request.set_tier(source.tier());
  return request;
}

void SetUrl(const std::string& url, v1::SubmitAnnouncementRequest* request) {
  if (url.size() <= kMaxUrlBytes && !HostKeyOf(url).empty()) request->set_source_url(url);
}

bool IsText(std::string_view media_type) {
  const std::string type = Lower(Strip(media_type.substr(0, media_type.find(';'))));
  return type.empty() || StartsWith(type, "text/") || type == "application/xhtml+xml";
}

// Why a page cannot take the place of its summary; empty if it can.
std::string PageTrouble(const absl::StatusOr<FetchResult>& page) {
  if (!page.ok()) return Message(page.status());
  if (page->http_status != 200) return Cat("HTTP status ", page->http_status);
  if (page->body.empty()) return "it is empty";
  if (!IsText(page->media_type)) return Cat("it is ", Utf8Prefix(page->media_type, 80));
  return "";
}

// Whether another try could find it.
bool MayPass(const absl::StatusOr<FetchResult>& page) {
  if (!page.ok()) return absl::IsUnavailable(page.status()) || absl::IsDeadlineExceeded(page.status());
  return page->http_status == 408 || page->http_status == 425 || page->http_status == 429 ||
         page->http_status >= 500;
}

// Hash of the set of what is said of which tool; order and repeats are no
// matter.
std::string FactsHash(const v1::ExtractAnnouncementResponse& read) {
  std::set<std::string> facts;
  for (const v1::Revision& tool : read.tools()) {
    for (const v1::Fact& fact : tool.facts()) {
      facts.insert(Cat(tool.name().size(), ":", tool.name(), fact.field(), "=", fact.value()));
    }
    facts.insert(tool.name());
  }
  std::string all;
  for (const std::string& fact : facts) all += Cat(fact.size(), ":", fact);
  return Sha256(all);
}

v1::WatchEntry Mark(const ChosenEntry& chosen, uint32_t reading) {
  v1::WatchEntry entry;
  entry.set_content_hash(chosen.content_hash);
  entry.set_reading(reading);
  return entry;
}

}  // namespace

SourceReading SourceReader::Read(const v1::Source& source, const v1::WatchState& state,
                                 const SourceBody& body) const {
  SourceReading reading;
  reading.state = state;
  reading.marks = options_.store->Begin();
  v1::SourceState& shown = *reading.state.mutable_state();
  shown.set_new_announcements(0);
  shown.clear_error();
  v1::Source::Kind kind = source.kind();
  if (kind == v1::Source::KIND_UNSPECIFIED) kind = state.found_kind();
  if (kind == v1::Source::KIND_UNSPECIFIED) {
    kind = LooksLikeFeed(body.bytes) ? v1::Source::FEED : v1::Source::PAGE;
  }
  if (kind == v1::Source::PAGE) {
    ReadPageBody(source, body, reading);
  } else {
    ReadFeedBody(source, kind, body, reading);
  }
  if (reading.status.ok() && source.kind() == v1::Source::KIND_UNSPECIFIED) {
    reading.state.set_found_kind(kind);
  }
  return reading;
}

void SourceReader::ReadFeedBody(const v1::Source& source, v1::Source::Kind kind, const SourceBody& body,
                                SourceReading& reading) const {
  const absl::StatusOr<Feed> feed = ReadFeed(body.bytes, body.media_type);
  if (!feed.ok()) {
    reading.status = feed.status();
    return;
  }
  const auto seen = options_.store->Entries(source.source_id());
  if (!seen.ok()) {
    reading.status = seen.status();
    return;
  }
  reading.hub = feed->hub;
  reading.self = feed->self;
  const uint32_t number = reading.state.readings() + 1;
  const EntryChoice choice = ChooseEntries(*feed, kind, *seen, number, body.whole, options_.limits);
  for (const ChosenEntry& chosen : choice.mark) {
    reading.marks->PutEntry(source.source_id(), chosen.hash, Mark(chosen, number));
  }
  for (const std::string& hash : choice.forget) reading.marks->DeleteEntry(source.source_id(), hash);
  for (const ChosenEntry& chosen : choice.submit) {
    reading.status = TakeEntry(source, *feed, chosen, reading);
    if (!reading.status.ok()) return;
    reading.marks->PutEntry(source.source_id(), chosen.hash, Mark(chosen, number));
  }
  reading.state.set_readings(number);
  if (body.whole) {
    reading.state.set_ttl_seconds(feed->ttl.has_value() ? absl::ToInt64Seconds(*feed->ttl) : 0);
    reading.state.clear_skip_hours();
    for (const int hour : feed->skip_hours) reading.state.add_skip_hours(hour);
    reading.state.mutable_state()->set_entries_seen(static_cast<uint32_t>(feed->entries.size()));
  }
  reading.complete = !choice.more;
  const bool news = reading.state.state().new_announcements() > 0 || !reading.pages.empty();
  reading.state.mutable_state()->set_outcome(news ? "new_entries" : "nothing_new");
}

absl::Status SourceReader::TakeEntry(const v1::Source& source, const Feed& feed, const ChosenEntry& chosen,
                                     SourceReading& reading) const {
  std::string document = EntryDocument(feed, *chosen.entry);
  const std::string& link = chosen.entry->link;
  if (chosen.entry->is_summary && !HostKeyOf(link).empty()) {
    if (reading.pages.size() < options_.max_pages) {
      v1::WatchPending pending;
      pending.set_entry_key(chosen.key);
      pending.set_link(link);
      pending.set_document(std::move(document));
      pending.set_content_hash(chosen.content_hash);
      reading.marks->PutPending(source.source_id(), chosen.hash, pending);
      reading.pages.emplace_back(chosen.hash, link);
      return absl::OkStatus();
    }
    if (reading.pages.size() == options_.max_pages && reading.state.state().error().empty()) {
      Note(Cat("only ", options_.max_pages, " pages are fetched a reading; summaries were used for the rest"),
           reading.state.mutable_state());
    }
  }
  v1::SubmitAnnouncementRequest request = RequestOf(source, chosen.key);
  request.set_document(std::move(document));
  request.set_media_type("text/html");
  SetUrl(link, &request);
  return Submit(request, reading);
}

SourceReading SourceReader::ReadPage(const v1::Source& source, const v1::WatchState& state,
                                     std::string_view hash, const v1::WatchPending& pending,
                                     const absl::StatusOr<FetchResult>& page) const {
  SourceReading reading;
  reading.state = state;
  reading.marks = options_.store->Begin();
  v1::SubmitAnnouncementRequest request = RequestOf(source, pending.entry_key());
  SetUrl(pending.link(), &request);
  const std::string trouble = PageTrouble(page);
  if (MayPass(page) && pending.failures() < kPagePauses.size()) {
    v1::WatchPending waiting = pending;
    waiting.set_failures(pending.failures() + 1);
    reading.marks->PutPending(source.source_id(), hash, waiting);
    reading.again_after = kPagePauses[pending.failures()];
    reading.state.mutable_state()->set_error(
        std::string(Utf8Prefix(Cat("the page ", pending.link(), " could not be read (", trouble,
                                   "); it is tried again in ", absl::FormatDuration(*reading.again_after)),
                               kMaxErrorBytes)));
    return reading;
  }
  if (trouble.empty()) {
    request.set_document(page->body);
    request.set_media_type(page->media_type);
  } else {
    request.set_document(pending.document());
    request.set_media_type("text/html");
    reading.state.mutable_state()->set_error(std::string(Utf8Prefix(
        Cat("the page ", pending.link(), " could not be read (", trouble, "); the feed's summary was used"),
        kMaxErrorBytes)));
  }
  reading.status = Submit(request, reading);
  if (!reading.status.ok()) return reading;
  reading.marks->DeletePending(source.source_id(), hash);
  reading.complete = true;
  return reading;
}

void SourceReader::ReadPageBody(const v1::Source& source, const SourceBody& body,
                                SourceReading& reading) const {
  v1::SourceState& shown = *reading.state.mutable_state();
  v1::ExtractAnnouncementRequest extract;
  extract.set_document(std::string(body.bytes));
  extract.set_media_type(body.media_type);
  extract.set_source_url(source.url());
  const auto read = options_.extract(extract);
  if (!read.ok()) {
    if (!IsRefusal(read.status())) {
      reading.status = read.status();
      return;
    }
    shown.set_outcome("refused");
    Note(Message(read.status()), &shown);
    reading.complete = true;
    return;
  }
  const std::string facts = FactsHash(*read);
  shown.set_entries_seen(static_cast<uint32_t>(read->tools_size()));
  if (facts != reading.state.facts_hash()) {
    v1::SubmitAnnouncementRequest request = RequestOf(source, kPageKey);
    request.set_document(std::string(body.bytes));
    request.set_media_type(body.media_type);
    SetUrl(source.url(), &request);
    reading.status = Submit(request, reading);
    if (!reading.status.ok()) return;
  }
  reading.state.set_facts_hash(facts);
  reading.state.set_readings(reading.state.readings() + 1);
  shown.set_outcome(shown.new_announcements() > 0 ? "new_entries" : "nothing_new");
  reading.complete = true;
}

absl::Status SourceReader::Submit(const v1::SubmitAnnouncementRequest& request,
                                  SourceReading& reading) const {
  const auto response = options_.submit(request);
  v1::SourceState& shown = *reading.state.mutable_state();
  if (!response.ok()) {
    if (!IsRefusal(response.status())) return response.status();
    Note(Cat("entry ", Utf8Prefix(request.entry_key(), 80), ": ", Message(response.status())), &shown);
    return absl::OkStatus();
  }
  if (!response->repeated()) {
    shown.set_announcements(shown.announcements() + 1);
    shown.set_new_announcements(shown.new_announcements() + 1);
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
