// What lists of the site share: pages of a length, shelves, corrections.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "seaworthy/v1/correction.pb.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

inline constexpr size_t kListedPerPage = 50;

// How many pages that many entries take, at least 1.
size_t PagesFor(size_t entries);
// The number of a page as an address gives it, from 2; nothing for anything
// else, so that each page has one address.
std::optional<size_t> PageNumber(absl::string_view text);
// `language-models` of `Language Models`; `other` where nothing is left.
std::string CategorySlug(const std::string& category);
// Whole percent of its votes that are ship; 0 without votes.
uint32_t ShipPercent(const PublishedTool& tool);
// How many personas voted one way on one tool and the other way on the other.
int SplitCount(const PublishedEntry& entry);
// For readers: `date`, `note`, `was`, `tool`, `pages` (`id`). Never who.
nlohmann::json CorrectionView(const v1::Correction& correction);

}  // namespace seaworthy
