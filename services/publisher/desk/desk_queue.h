// The desk's queue: filters, who is on what, deciding several at once.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"

namespace seaworthy {

// What a queue's address asks for; every field empty where it does not.
struct QueueFilter {
  std::string state = "drafted";
  std::string text;
  std::string category;
  std::string who;        // `mine`, `nobody`.
  std::string checklist;  // `clean`, `blocked`.
  std::string order;      // `newest`, `split`; empty: oldest first.

  // Errors: INVALID_ARGUMENT naming the field.
  static absl::StatusOr<QueueFilter> Of(const Call& call);
  // `state=drafted&q=…`, without what is empty.
  std::string Query() const;
  // What the aggregator is asked, by this editor.
  v1::ListQueueRequest Request(const std::string& editor) const;
};

// What of a list a reader would notice: ids, contents, states, who is on them.
std::string QueueFingerprint(const v1::ListQueueResponse& queue);

// `/desk` and its forms. Thread-safe.
class DeskQueue {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
    ReviewerClient* reviewer = nullptr;      // Not owned; may be null.
    const TemplateSet* templates = nullptr;  // Not owned.
  };
  explicit DeskQueue(Options options) : options_(options), frame_(options_.templates) {}

  static constexpr int kRows = 25;

  std::vector<Route> Routes() const;

 private:
  HttpResponse Show(const Call& call) const;
  HttpResponse DecideSeveral(const Call& call) const;
  HttpResponse Assign(const Call& call) const;

  void AddFilters(const QueueFilter& filter, const v1::ListQueueResponse& queue, nlohmann::json& view) const;
  // What else waits: a label, a count and a page for each.
  nlohmann::json WaitingElsewhere() const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
