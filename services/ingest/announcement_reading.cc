#include "services/ingest/announcement_reading.h"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "common/hash.h"
#include "seaworthy/v1/event.pb.h"
#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/feed/feed.h"
#include "services/ingest/fill/fill_facts.h"
#include "services/ingest/intake.h"
#include "services/ingest/rejection.h"
#include "services/ingest/revision_bounds.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kAnnouncedSubject = "tool.announced";
constexpr std::string_view kSplitSubject = "announcement.split";
// docs/identity.md.
constexpr uint32_t kRulesVersion = 2;
// Documents of entries stored with one sync.
constexpr size_t kEntriesAtOnce = 64;

void AddHidden(const HiddenTexts& hidden, v1::Revision* tool) {
  for (const auto& [kind, run] : hidden.runs()) {
    v1::HiddenText* text = tool->add_hidden_texts();
    text->set_kind(kind);
    text->set_bytes(static_cast<uint32_t>(std::min<uint64_t>(run.bytes, UINT32_MAX)));
    text->set_excerpt(run.excerpt);
  }
}

// The UTC day, empty where the announcement has no time.
std::string DayOf(const v1::Announcement& announcement) {
  if (!announcement.has_receive_time()) return "";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(announcement.receive_time().seconds()),
                          absl::UTCTimeZone());
}

// Says of every fact where and when it was found.
void Attribute(const v1::Announcement& announcement, v1::Revision* tool) {
  const std::string day = DayOf(announcement);
  for (v1::Fact& fact : *tool->mutable_facts()) {
    fact.mutable_evidence()->set_announcement_id(announcement.announcement_id());
    if (fact.tier() == v1::SOURCE_TIER_UNSPECIFIED) fact.set_tier(announcement.tier());
    fact.set_checked_date(day);
  }
  if (!announcement.announcement_id().empty()) tool->add_announcement_ids(announcement.announcement_id());
  if (!announcement.source_url().empty()) tool->add_source_urls(announcement.source_url());
}

// One announcement on its way to its effects.
class Reading {
 public:
  Reading(const v1::Announcement& announcement, ObjectStore* objects, Clock* clock, FactFiller* filler)
      : announcement_(announcement), objects_(objects), filler_(filler), now_(clock->Now()) {
    SetTimestamp(now_, event_.mutable_create_time());
  }

  absl::StatusOr<std::vector<NewEvent>> Tools(std::string bytes) {
    auto read = ReadTools(announcement_, std::move(bytes), filler_);
    if (!read.ok()) return Rejected(read.status());
    auto text = objects_->Put(read->text());
    if (!text.ok()) return text.status();
    v1::ToolAnnounced& announced = *event_.mutable_tool_announced();
    announced.set_announcement_id(announcement_.announcement_id());
    announced.set_rules_version(kRulesVersion);
    for (v1::Revision& tool : *read->mutable_tools()) {
      tool.set_text_object(*text);
      *announced.add_tools() = std::move(tool);
    }
    BoundEvent(&announced);
    return Done(kAnnouncedSubject);
  }

  absl::StatusOr<std::vector<NewEvent>> Entries(std::string_view bytes) {
    auto feed = ReadFeed(bytes, announcement_.media_type());
    if (!feed.ok()) return Rejected(feed.status());
    if (feed->entries.empty()) {
      return Rejected(Reject("empty_document", "the feed has no entries; send it once it has"));
    }
    if (feed->entries_left_out > 0) {
      return Rejected(
          Reject("feed_too_long", Cat("the feed has ", feed->entries.size() + feed->entries_left_out,
                                      " entries, more than ", feed->entries.size(), "; send it in parts")));
    }
    v1::AnnouncementSplit& split = *event_.mutable_announcement_split();
    split.set_announcement_id(announcement_.announcement_id());
    for (size_t at = 0; at < feed->entries.size(); at += kEntriesAtOnce) {
      absl::Status stored =
          AddEntries(*feed, at, std::min(at + kEntriesAtOnce, feed->entries.size()), &split);
      if (!stored.ok()) return stored;
    }
    return Done(kSplitSubject);
  }

 private:
  std::vector<NewEvent> Rejected(const absl::Status& why) {
    const Rejection rejection = SplitRejection(why);
    v1::AnnouncementRejected& rejected = *event_.mutable_announcement_rejected();
    rejected.set_announcement_id(announcement_.announcement_id());
    rejected.set_code(rejection.code);
    const std::string& file = announcement_.file_name();
    rejected.set_reason(file.empty() ? rejection.reason : Cat(file, ": ", rejection.reason));
    return Done(kRejectedSubject);
  }

  // The entries [begin, end) as announcements of their own.
  absl::Status AddEntries(const Feed& feed, size_t begin, size_t end, v1::AnnouncementSplit* split) {
    std::vector<std::string> documents;
    for (size_t i = begin; i < end; ++i) documents.push_back(EntryDocument(feed, feed.entries[i]));
    const std::vector<std::string_view> views(documents.begin(), documents.end());
    auto hashes = objects_->PutAll(views);
    if (!hashes.ok()) return hashes.status();
    const std::string source =
        announcement_.source_id().empty() ? FeedSourceId(feed) : announcement_.source_id();
    for (size_t i = begin; i < end; ++i) {
      v1::Announcement entry;
      const std::string& hash = (*hashes)[i - begin];
      entry.set_announcement_id(EntryAnnouncementId(source, feed.entries[i].key, hash));
      entry.set_media_type("text/html");
      if (CheckSourceUrl(feed.entries[i].link).ok()) entry.set_source_url(feed.entries[i].link);
      *entry.mutable_receive_time() = announcement_.receive_time();
      entry.set_object_hash(hash);
      entry.set_size_bytes(documents[i - begin].size());
      entry.set_state(v1::Announcement::RECEIVED);
      entry.set_source_id(source);
      entry.set_entry_key(feed.entries[i].key);
      entry.set_tier(announcement_.tier());
      entry.set_feed_announcement_id(announcement_.announcement_id());
      split->add_entry_announcement_ids(entry.announcement_id());
      effects_.push_back(MakeReceived(entry, now_));
    }
    return absl::OkStatus();
  }

  std::vector<NewEvent> Done(std::string_view subject) {
    effects_.push_back(
        {Cat("read:", announcement_.announcement_id()), std::string(subject), event_.SerializeAsString()});
    return std::move(effects_);
  }

  const v1::Announcement& announcement_;
  ObjectStore* const objects_;
  FactFiller* const filler_;  // May be null.
  const absl::Time now_;
  v1::Event event_;
  std::vector<NewEvent> effects_;
};

}  // namespace

absl::StatusOr<v1::ExtractAnnouncementResponse> ReadTools(const v1::Announcement& announcement,
                                                          std::string bytes, FactFiller* filler) {
  try {
    auto document = ReadDocument(std::move(bytes), announcement.media_type(), announcement.file_name());
    if (!document.ok()) return document.status();
    auto tools = ExtractTools(
        *document,
        {.url = announcement.source_url(), .tier = announcement.tier(), .checked_date = DayOf(announcement)});
    if (!tools.ok()) return tools.status();
    if (filler != nullptr) FillFacts(*document, filler, kFillDeadline, &tools->front());
    v1::ExtractAnnouncementResponse response;
    for (v1::Revision& tool : *tools) {
      Attribute(announcement, &tool);
      AddHidden(document->hidden, &tool);
      *response.add_tools() = std::move(tool);
    }
    response.set_text(std::move(document->text));
    return response;
  } catch (const std::exception& error) {
    return Reject("unreadable", Cat("the document could not be read: ", std::string_view(error.what())));
  }
}

absl::StatusOr<std::vector<NewEvent>> EffectsOf(const v1::Announcement& announcement, std::string bytes,
                                                ObjectStore* objects, Clock* clock, FactFiller* filler) {
  Reading reading(announcement, objects, clock, filler);
  // An entry's document is HTML of our own making; it is never split again.
  const bool entry = !announcement.feed_announcement_id().empty();
  if (!entry && LooksLikeFeed(bytes)) return reading.Entries(bytes);
  return reading.Tools(std::move(bytes));
}

}  // namespace seaworthy
