#include "services/aggregator/edition_items.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "seaworthy/v1/comparison.pb.h"
#include "services/aggregator/amendments.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/issued.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/resolutions.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxItems = 200;
constexpr size_t kMaxTitleBytes = 200;
constexpr size_t kMaxTextBytes = 500;
constexpr size_t kMaxEditionBytes = 200'000;  // An event is under 256 KiB.

struct Note {
  WeekNote what;
  std::string id;
  std::string sequence;  // Big-endian.
};

// In the order readers see them. A comparison that became public in the week is
// not told as changed too.
absl::StatusOr<std::vector<Note>> ReadNotes(const StateReader& state, const std::string& prefix) {
  std::vector<Note> notes;
  std::set<std::string> published;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kEditions, prefix, "", [&](std::string_view key, std::string_view value) {
        key.remove_prefix(prefix.size());
        if (key.empty()) return true;
        Note note{static_cast<WeekNote>(key.front()), std::string(key.substr(1)), std::string(value)};
        if (note.what == WeekNote::kPublished) published.insert(note.id);
        const bool twice = note.what == WeekNote::kChanged && published.count(note.id) > 0;
        if (!twice) notes.push_back(std::move(note));
        return true;
      }));
  std::stable_sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) {
    return std::pair(a.what, a.sequence) < std::pair(b.what, b.sequence);
  });
  return notes;
}

std::string SharesOf(const v1::ToolView& tool) {
  const auto ships = std::count_if(tool.verdicts().begin(), tool.verdicts().end(),
                                   [](const v1::Verdict& verdict) { return verdict.vote() == v1::SHIP; });
  return absl::StrCat(tool.revision().name(), ": ", ships, " of ", tool.verdicts_size(), " say ship.");
}

using Item = std::optional<v1::EditionItem>;

absl::StatusOr<Item> ComparisonItem(const StateReader& state, const Note& note) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto published,
                             state.Load<v1::PublishedComparison>(Table::kPublished, note.id));
  if (!published.has_value()) return Item();  // Withdrawn meanwhile.
  const v1::ComparisonContent& content = published->content();
  const bool is_new = note.what == WeekNote::kPublished;
  v1::EditionItem item;
  item.set_item_id(absl::StrCat(is_new ? "published/" : "changed/", note.id));
  item.set_kind(is_new ? v1::EditionItem::PUBLISHED : v1::EditionItem::CHANGED);
  item.set_title(absl::StrCat(content.a().revision().name(), " vs ", content.b().revision().name()));
  item.set_text(absl::StrCat(SharesOf(content.a()), " ", SharesOf(content.b())));
  item.set_path(absl::StrCat("/compare/", content.comparison_id()));
  return Item(std::move(item));
}

absl::StatusOr<Item> CorrectionItem(const StateReader& state, const Note& note) {
  const auto sequence = SequenceOfCorrection(note.id);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto correction, LoadIssued(state, sequence.value_or(0)));
  if (!correction.has_value()) return Item();
  std::string tool = correction->tool_id();
  if (const auto verdict = SplitVerdictId(correction->verdict_id()); tool.empty() && verdict.has_value()) {
    tool = verdict->revision.tool.value();
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto revision, LoadNewestRevision(state, ToolId(tool)));
  v1::EditionItem item;
  item.set_item_id(absl::StrCat("corrected/", note.id));
  item.set_kind(v1::EditionItem::CORRECTED);
  item.set_title(revision.has_value() ? revision->name() : tool);
  item.set_text(correction->note());
  item.set_path("/corrections");
  return Item(std::move(item));
}

const char* OutcomeText(v1::PredictionResolution::Outcome outcome) {
  if (outcome == v1::PredictionResolution::CAME_TRUE) return "It came true: ";
  return outcome == v1::PredictionResolution::DID_NOT ? "It did not come true: " : "It cannot be told: ";
}

absl::StatusOr<Item> ResolutionItem(const StateReader& state, const Note& note) {
  SEAWORTHY_ASSIGN_OR_RETURN(const bool is_public, IsPublicPrediction(state, note.id));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto prediction, LoadPrediction(state, note.id));
  if (!is_public || !prediction.has_value() || !prediction->has_resolution()) return Item();
  v1::EditionItem item;
  item.set_item_id(absl::StrCat("resolved/", note.id));
  item.set_kind(v1::EditionItem::RESOLVED);
  item.set_title(prediction->tool_name().empty() ? prediction->tool_id() : prediction->tool_name());
  item.set_text(absl::StrCat(OutcomeText(prediction->resolution().outcome()), prediction->text()));
  item.set_path("/predictions/resolved");
  return Item(std::move(item));
}

absl::StatusOr<Item> MakeItem(const StateReader& state, const Note& note) {
  switch (note.what) {
    case WeekNote::kPublished:
    case WeekNote::kChanged:
      return ComparisonItem(state, note);
    case WeekNote::kCorrected:
      return CorrectionItem(state, note);
    case WeekNote::kResolved:
      return ResolutionItem(state, note);
  }
  return Item();
}

}  // namespace

absl::Status AddItems(const StateReader& state, const std::string& prefix, v1::Edition& edition) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Note> notes, ReadNotes(state, prefix));
  size_t bytes = 0;
  for (const Note& note : notes) {
    if (edition.items_size() >= static_cast<int>(kMaxItems) || bytes >= kMaxEditionBytes) {
      edition.set_items_left_out(edition.items_left_out() + 1);
      continue;
    }
    SEAWORTHY_ASSIGN_OR_RETURN(Item item, MakeItem(state, note));
    if (!item.has_value()) continue;
    item->set_title(std::string(Utf8Prefix(item->title(), kMaxTitleBytes)));
    item->set_text(std::string(Utf8Prefix(item->text(), kMaxTextBytes)));
    bytes += item->ByteSizeLong();
    *edition.add_items() = *std::move(item);
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
