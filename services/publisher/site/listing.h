// What lists of the site share: pages of a length, shelves, corrections.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "seaworthy/v1/correction.pb.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

inline constexpr size_t kListedPerPage = 50;

// How many pages that many entries take, at least 1.
size_t PagesFor(size_t entries, size_t per_page = kListedPerPage);
// The number of a page as an address gives it, from 2; nothing for anything
// else, so that each page has one address.
std::optional<size_t> PageNumber(absl::string_view text);
// The address of a list's page; the first has no number.
std::string PageAddress(const std::string& path, size_t number);
// `, page 2` for the title of a page; of the first nothing.
std::string PageSuffix(size_t number);
// For the template `pager`: `newer`, `older`, `page`, `paged`.
nlohmann::json PagerView(const std::string& path, size_t number, bool more);
// The page of that number, from 1, of a list that goes by tokens: those before
// it are read too. Errors: NOT_FOUND (the list ends before it), those of `read`.
template <typename Request, typename Read>
auto ReadPage(Request request, size_t number, const Read& read) -> decltype(read(request)) {
  for (size_t at = 1;; ++at) {
    auto page = read(request);
    if (!page.ok() || at == number) return page;
    if (page->next_page_token().empty()) return absl::NotFoundError("the list has no such page");
    request.set_page_token(page->next_page_token());
  }
}
// `language-models` of `Language Models`; `other` where nothing is left.
std::string CategorySlug(const std::string& category);
// Whole percent of its votes that are ship; 0 without votes.
uint32_t ShipPercent(const PublishedTool& tool);
// How many personas voted one way on one tool and the other way on the other.
int SplitCount(const PublishedEntry& entry);
// For readers: `date`, `note`, `was`, `tool`, `pages` (`id`). Never who.
nlohmann::json CorrectionView(const v1::Correction& correction);

}  // namespace seaworthy
