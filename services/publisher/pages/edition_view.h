// An edition as templates see it: the page, the mail and the desk alike.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/edition.pb.h"

namespace seaworthy {

// `id`, `title`, `paragraphs`, `groups` of items by kind, `left_out`,
// `approved_on`. Links begin with `base_url`; empty: paths.
nlohmann::json EditionView(const v1::Edition& edition, const std::string& base_url);

// `New comparisons`, …
std::string KindTitle(v1::EditionItem::Kind kind);
// `draft`, `sent`, `rejected`.
std::string EditionStateWord(v1::Edition::State state);

}  // namespace seaworthy
