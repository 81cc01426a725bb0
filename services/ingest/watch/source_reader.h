// What a source's bytes say becomes announcements.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "seaworthy/v1/ingest_service.pb.h"
#include "seaworthy/v1/source.pb.h"
#include "seaworthy/v1/watch_state.pb.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/watch/entry_choice.h"
#include "services/ingest/watch/watch_store.h"

namespace seaworthy {

// Calls of IngestService.
using SubmitCall =
    std::function<absl::StatusOr<v1::SubmitAnnouncementResponse>(const v1::SubmitAnnouncementRequest&)>;
using ExtractCall =
    std::function<absl::StatusOr<v1::ExtractAnnouncementResponse>(const v1::ExtractAnnouncementRequest&)>;

// Bytes as a host sent them.
struct SourceBody {
  std::string_view bytes;
  std::string media_type;  // Content-Type; may be empty.
  bool whole = true;       // False for what a hub pushed.
};

// What came of a body. What is submitted is durable by then; `marks` and
// `state` are still to be written.
struct SourceReading {
  v1::WatchState state;
  std::unique_ptr<WatchBatch> marks;
  // The page may be had later: the entry waits on for so long.
  std::optional<absl::Duration> again_after;
  // Entries that wait in `marks` for their page: hash and link.
  std::vector<std::pair<std::string, std::string>> pages;
  // Not OK: why the reading failed.
  absl::Status status;
  // Every entry was dealt with: validators may be kept.
  bool complete = false;
  std::string hub;   // WebSub, as the feed says; may be empty.
  std::string self;  // The feed's own address; may be empty.
};

// Stateless but for the store it asks what was seen. Thread-safe; one source
// is read by one thread at a time.
class SourceReader {
 public:
  struct Options {
    WatchStore* store = nullptr;  // Not owned.
    SubmitCall submit;
    ExtractCall extract;
    EntryLimits limits;
    size_t max_pages = 20;  // Of one reading.
  };

  explicit SourceReader(Options options) : options_(std::move(options)) {}

  // Reads a body and submits what is news in it. Never fails otherwise than by
  // `status`.
  SourceReading Read(const v1::Source& source, const v1::WatchState& state, const SourceBody& body) const;

  // Submits a waiting entry with its page, or without where `page` is no use:
  // at once where that will not change, else after three more tries. The
  // answer is like Read's; `state.error` says why the page was no use.
  SourceReading ReadPage(const v1::Source& source, const v1::WatchState& state, std::string_view hash,
                         const v1::WatchPending& pending, const absl::StatusOr<FetchResult>& page) const;

 private:
  void ReadFeedBody(const v1::Source& source, v1::Source::Kind kind, const SourceBody& body,
                    SourceReading& reading) const;
  void ReadPageBody(const v1::Source& source, const SourceBody& body, SourceReading& reading) const;
  // Submits, or leaves the entry waiting for its page.
  absl::Status TakeEntry(const v1::Source& source, const Feed& feed, const ChosenEntry& chosen,
                         SourceReading& reading) const;
  // Counts what is new in `reading.state`. OK also where the announcement is
  // refused for good; `state.error` says so then.
  absl::Status Submit(const v1::SubmitAnnouncementRequest& request, SourceReading& reading) const;

  const Options options_;
};

}  // namespace seaworthy
