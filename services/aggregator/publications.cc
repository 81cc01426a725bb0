#include "services/aggregator/publications.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/summaries.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxPublications = 100;
// One answer of ListPublishedChanges, but for what its last record changed.
constexpr size_t kPageBytes = 2 << 20;
// In `publications`: by time, by hash. In `published_changes`: by place in the
// log, by comparison.
constexpr char kByTime[] = "t";
constexpr char kByHash[] = "h";
constexpr char kBySequence[] = "s";
constexpr char kByComparison[] = "c";

std::string ChangeKey(uint64_t sequence, std::string_view comparison) {
  return absl::StrCat(kBySequence, BigEndian64(sequence), std::string(comparison));
}

uint64_t ReadBigEndian64(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

absl::Status Damaged() {
  return absl::DataLossError("the store holds a damaged publication; run `seaworthy rebuild`");
}

// When any content of the comparison became public first.
absl::StatusOr<std::optional<google::protobuf::Timestamp>> FirstPublishTime(const StateReader& state,
                                                                            const std::string& prefix) {
  std::optional<google::protobuf::Timestamp> first;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kPublications, prefix, "", [&](std::string_view, std::string_view value) {
        v1::Publication publication;
        damaged = !publication.ParseFromArray(value.data(), static_cast<int>(value.size()));
        first = publication.publish_time();
        return false;
      }));
  if (damaged) return Damaged();
  return first;
}

}  // namespace

absl::Status Publish(StateTransaction& state, v1::Comparison& comparison, v1::PublishedComparison published,
                     const Record& record) {
  const std::string& id = comparison.comparison_id();
  const std::string by_time = Terminated(id) + kByTime;
  const std::string by_hash = Terminated(id) + kByHash + published.content_hash();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto first, FirstPublishTime(state, by_time));
  *published.mutable_publish_time() = TimeOf(record);
  *published.mutable_first_publish_time() = first.value_or(TimeOf(record));
  published.clear_corrections();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state.Get(Table::kPublications, by_hash));
  if (!known.has_value()) state.Store(Table::kPublications, by_hash, published);
  v1::Publication publication;
  publication.set_content_hash(published.content_hash());
  *publication.mutable_decision() = published.decision();
  *publication.mutable_publish_time() = published.publish_time();
  state.Store(Table::kPublications, by_time + BigEndian64(record.sequence), publication);
  SEAWORTHY_RETURN_IF_ERROR(AddCorrectionsOf(state, published));
  comparison.set_published_hash(published.content_hash());
  // What a correction changes is told as a correction.
  if (published.decision().kind() != v1::CORRECT) {
    const WeekNote what = first.has_value() ? WeekNote::kChanged : WeekNote::kPublished;
    SEAWORTHY_RETURN_IF_ERROR(NoteInWeek(state, record, what, id));
  }
  return StorePublished(state, comparison, published, record.sequence);
}

absl::Status NotePublicChange(StateTransaction& state, const std::string& comparison,
                              const std::optional<v1::PublishedComparison>& published, uint64_t sequence) {
  const std::string by_comparison = kByComparison + comparison;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Get(Table::kPublishedChanges, by_comparison));
  if (before.has_value()) {
    state.Delete(Table::kPublishedChanges, ChangeKey(ReadBigEndian64(*before), comparison));
  } else if (!published.has_value()) {
    return absl::OkStatus();
  }
  state.Put(Table::kPublishedChanges, by_comparison, BigEndian64(sequence));
  state.Put(Table::kPublishedChanges, ChangeKey(sequence, comparison),
            published.has_value() ? SerializeDeterministically(Summarize(*published)) : "");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Publication>> ReadPublications(const StateReader& state,
                                                              const v1::Comparison& comparison) {
  std::vector<v1::Publication> publications;
  bool damaged = false;
  bool found = false;
  const std::string prefix = Terminated(comparison.comparison_id()) + kByTime;
  SEAWORTHY_RETURN_IF_ERROR(state.ScanDown(
      Table::kPublications, prefix, prefix + std::string(9, '\xff'),
      [&](std::string_view, std::string_view value) {
        v1::Publication& publication = publications.emplace_back();
        damaged = !publication.ParseFromArray(value.data(), static_cast<int>(value.size()));
        publication.set_current(!found && publication.content_hash() == comparison.published_hash());
        found |= publication.current();
        return !damaged && publications.size() < kMaxPublications;
      }));
  if (damaged) return Damaged();
  return publications;
}

absl::StatusOr<std::optional<v1::PublishedComparison>> LoadPublication(const StateReader& state,
                                                                       const std::string& comparison,
                                                                       const std::string& hash) {
  return state.Load<v1::PublishedComparison>(Table::kPublications, Terminated(comparison) + kByHash + hash);
}

absl::StatusOr<v1::ListPublishedChangesResponse> ReadPublishedChanges(const StateReader& state,
                                                                      uint64_t after, size_t page_size) {
  v1::ListPublishedChangesResponse response;
  response.set_next_sequence(after);
  if (after == UINT64_MAX) return response;
  bool damaged = false;
  size_t bytes = 0;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(
      Table::kPublishedChanges, kBySequence, ChangeKey(after + 1, ""),
      [&](std::string_view key, std::string_view value) {
        const uint64_t sequence = ReadBigEndian64(key.substr(1));
        const bool page_full =
            static_cast<size_t>(response.changes_size()) >= page_size || bytes >= kPageBytes;
        if (page_full && sequence != response.next_sequence()) {
          response.set_more(true);
          return false;
        }
        v1::PublishedChange* change = response.add_changes();
        change->set_comparison_id(std::string(key.substr(9)));
        change->set_sequence(sequence);
        if (!value.empty()) {
          damaged = !change->mutable_summary()->ParseFromArray(value.data(), static_cast<int>(value.size()));
        }
        response.set_next_sequence(sequence);
        bytes += key.size() + value.size();
        return !damaged;
      }));
  if (damaged) return Damaged();
  return response;
}

}  // namespace seaworthy
