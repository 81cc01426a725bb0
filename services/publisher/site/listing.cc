#include "services/publisher/site/listing.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/ids.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

// Of one correction; the rest is a number.
constexpr int kShownPages = 20;

}  // namespace

size_t PagesFor(size_t entries, size_t per_page) {
  return entries == 0 ? 1 : (entries + per_page - 1) / per_page;
}

std::optional<size_t> PageNumber(absl::string_view text) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number < 2 || absl::StrCat(number) != text) return std::nullopt;
  return number;
}

std::string PageAddress(const std::string& path, size_t number) {
  return number == 1 ? path : absl::StrCat(path, "/", number);
}

std::string PageSuffix(size_t number) { return number == 1 ? "" : absl::StrCat(", page ", number); }

nlohmann::json PagerView(const std::string& path, size_t number, bool more) {
  return {{"newer", number == 1 ? "" : PageAddress(path, number - 1)},
          {"older", more ? PageAddress(path, number + 1) : ""},
          {"page", number},
          {"paged", more || number > 1}};
}

std::string CategorySlug(const std::string& category) {
  const std::string slug = Slugify(category);
  return slug.empty() ? "other" : slug;
}

uint32_t ShipPercent(const PublishedTool& tool) {
  if (tool.votes.empty()) return 0;
  uint32_t ships = 0;
  for (const v1::PersonaVote& vote : tool.votes) ships += vote.vote() == v1::SHIP ? 1 : 0;
  const auto total = static_cast<uint32_t>(tool.votes.size());
  return (100 * ships + total / 2) / total;
}

int SplitCount(const PublishedEntry& entry) {
  int split = 0;
  for (const v1::PersonaVote& a : entry.a->votes) {
    for (const v1::PersonaVote& b : entry.b->votes) {
      split += a.persona_id() == b.persona_id() && a.vote() != b.vote() ? 1 : 0;
    }
  }
  return split;
}

nlohmann::json CorrectionView(const v1::Correction& correction) {
  nlohmann::json pages = nlohmann::json::array();
  for (const std::string& id : correction.comparison_ids()) {
    if (static_cast<int>(pages.size()) == kShownPages) break;
    pages.push_back({{"id", id}});
  }
  const int left = correction.comparison_ids_size() - static_cast<int>(pages.size());
  return {{"date", DateText(correction.correct_time())},
          {"note", correction.note()},
          {"was", correction.was()},
          {"any_pages", !pages.empty()},
          {"pages", std::move(pages)},
          {"more", left > 0 ? absl::StrCat(left) : ""}};
}

}  // namespace seaworthy
