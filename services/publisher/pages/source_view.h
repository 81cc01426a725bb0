// Sources of announcements in words: for the desk's pages and the API.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "seaworthy/v1/source.pb.h"

namespace seaworthy {

// `vendor`, `documentation`, `third_party`, `rumour`; empty for unspecified.
std::string TierWord(v1::SourceTier tier);
// The tier of a word; nothing where it is none of them. Empty is unspecified.
absl::StatusOr<v1::SourceTier> TierOf(const std::string& word);
// For a reader: `the vendor`, `third party`; empty for unspecified.
std::string TierText(v1::SourceTier tier);

// `feed`, `github_releases`, `page`, `webhook`; empty for unspecified.
std::string SourceKindWord(v1::Source::Kind kind);
// The kind of a word; empty is unspecified. Errors: INVALID_ARGUMENT.
absl::StatusOr<v1::Source::Kind> SourceKindOf(const std::string& word);
// For a reader: `Feed`, `GitHub releases`.
std::string SourceKindText(v1::Source::Kind kind);

// What is done, `put`, `pause`, `resume` or `remove`; KIND_UNSPECIFIED where
// it is none.
v1::SourceChange::Kind SourceChangeOf(const std::string& word);

// A source as pages show it: every key always there.
nlohmann::json SourceRow(const v1::SourceView& view);
// A source as the API tells it.
nlohmann::json SourceJson(const v1::SourceView& view);

// An id made of a URL's host and path: at most 64 of a-z, 0-9 and `-`; empty
// where nothing is left.
std::string SourceIdFrom(const std::string& url);

}  // namespace seaworthy
