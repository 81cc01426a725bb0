// Marks text as data: spotlighting by datamarking and delimiting (Hines et al.,
// 2024, arXiv:2403.14720).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace seaworthy {

// What may stand where white space stood; one a message, the first that its
// author does not use, so that nobody can write marked text.
inline constexpr std::array<std::string_view, 5> kMarkers = {"^", "\u00AC", "\u00A6", "\u00A4", "\u2021"};
// No run of data is longer than this without a marker.
inline constexpr size_t kMaxUnmarkedAscii = 40;
inline constexpr size_t kMaxUnmarkedOther = 8;  // Characters beyond ASCII.

// The mark for these texts; where they hold all of them, the first.
std::string_view ChooseMarker(std::initializer_list<std::string_view> texts);

// Every line begins with the marker, every run of white space is one, and long
// runs without any are broken by it; the author's own markers and what a
// reader cannot see are gone. Lines end in a line feed; empty ones vanish.
std::string MarkData(std::string_view text, std::string_view marker = kMarkers[0]);
// MarkData as one line without its line feed.
std::string MarkLine(std::string_view text, std::string_view marker = kMarkers[0]);

// 24 hex digits that `data` does not hold: HMAC-SHA-256 of it. An author who
// knew the key would still need a text that holds its own hash.
std::string DataCode(std::string_view key, std::string_view data);

}  // namespace seaworthy
