// Announcements and their bytes as the desk's pages show them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "seaworthy/v1/announcement.pb.h"

namespace seaworthy {

// `rejected`; empty for unspecified.
std::string AnnouncementStateWord(v1::Announcement::State state);
// The state of a word; STATE_UNSPECIFIED where it is none.
v1::Announcement::State AnnouncementStateOf(const std::string& word);

// An announcement in a list, every key always there: `id`, `path` (its page),
// `from`, `when`, `media_type`, `size`, `state`, `reason`, `code`, `source_id`,
// `tools` …
nlohmann::json AnnouncementRow(const v1::Announcement& announcement);

// Whether the bytes are text a person can edit: UTF-8, no control characters
// but tab and line ends. `cut`: more bytes follow, so the last character may be
// broken.
bool IsPlainText(const std::string& bytes, bool cut);
// The text with what is not UTF-8, and controls, as U+FFFD; line ends as LF.
std::string ShownText(const std::string& bytes);
// Lines of 16 bytes, `00000010  48 65 6c …  Hel…`, counted from `offset`.
std::string HexLines(const std::string& bytes, uint64_t offset);

}  // namespace seaworthy
