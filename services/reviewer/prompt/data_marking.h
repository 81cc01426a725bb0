// Marks text as data: spotlighting by datamarking and delimiting (Hines et al.,
// 2024, arXiv:2403.14720).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace seaworthy {

// Stands where white space stood.
inline constexpr char kMarker = '^';
// No run of data is longer than this without a marker.
inline constexpr size_t kMaxUnmarkedAscii = 40;
inline constexpr size_t kMaxUnmarkedOther = 8;  // Characters beyond ASCII.

// Every line begins with the marker, every run of white space is one, and long
// runs without any are broken by it; the author's own markers and what a
// reader cannot see are gone. Lines end in a line feed; empty ones vanish.
std::string MarkData(std::string_view text);
// MarkData as one line without its line feed.
std::string MarkLine(std::string_view text);

// 24 hex digits that `data` does not hold: HMAC-SHA-256 of it. An author who
// knew the key would still need a text that holds its own hash.
std::string DataCode(std::string_view key, std::string_view data);

}  // namespace seaworthy
