// What a source may be, and which address is asked for it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seaworthy/v1/source.pb.h"

namespace seaworthy {

inline constexpr size_t kMaxSources = 10'000;
inline constexpr uint32_t kDefaultIntervalSeconds = 3600;

// Fills what is not set and checks the rest. Errors: INVALID_ARGUMENT naming
// the field and the way out.
absl::StatusOr<v1::Source> CheckedSource(v1::Source source);

// 1 to 64 of a-z, 0-9 and `-`.
bool IsSourceId(std::string_view id);

// `example.org:443` of an http or https URL, lower case; empty for others.
std::string HostKeyOf(std::string_view url);

// What is asked for a source.
struct ReadAddress {
  std::string url;
  std::string host;           // As HostKeyOf.
  std::string accept;         // Accept header.
  std::string authorization;  // Authorization header, empty for none.
  std::string media_type;     // Of raw documents that hosts serve as text/plain; empty: as sent.
  bool ignore_robots = false;
};

// `kind` is the source's or, where that is unspecified, what it turned out to
// be. `github_token` may be empty.
ReadAddress AddressOf(const v1::Source& source, v1::Source::Kind kind, const std::string& github_token);

// `https://github.com/O/R` in any of its forms: "O/R"; else empty.
std::string GithubRepository(std::string_view url);

}  // namespace seaworthy
