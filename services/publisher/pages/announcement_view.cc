#include "services/publisher/pages/announcement_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kHexWidth = 16;
constexpr size_t kMaxBroken = 3;

// Length of the well-formed character at `at` (Unicode 15, table 3-7), 0 where
// there is none.
size_t CharacterAt(const std::string& bytes, size_t at) {
  const auto byte = [&bytes](size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
  };
  const auto tail = [&byte](size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return byte(at + 1) >= low && byte(at + 1) <= high && tail(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(at + 1) >= low && byte(at + 1) <= high && tail(at + 2) && tail(at + 3) ? 4 : 0;
  }
  return 0;
}

bool IsOddControl(unsigned char byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

}  // namespace

std::string AnnouncementStateWord(v1::Announcement::State state) {
  if (state == v1::Announcement::STATE_UNSPECIFIED) return "";
  return absl::AsciiStrToLower(v1::Announcement::State_Name(state));
}

v1::Announcement::State AnnouncementStateOf(const std::string& word) {
  for (const auto state : {v1::Announcement::RECEIVED, v1::Announcement::RECORDED, v1::Announcement::REJECTED,
                           v1::Announcement::SPLIT, v1::Announcement::CORRECTED}) {
    if (AnnouncementStateWord(state) == word) return state;
  }
  return v1::Announcement::STATE_UNSPECIFIED;
}

json AnnouncementRow(const v1::Announcement& announcement) {
  const bool rejected = announcement.state() == v1::Announcement::REJECTED ||
                        announcement.state() == v1::Announcement::CORRECTED;
  json tools = json::array();
  for (const std::string& tool : announcement.tool_ids()) {
    tools.push_back({{"id", tool}, {"id_path", PercentEncode(tool)}, {"failures", json::array()}});
  }
  const std::string& id = announcement.announcement_id();
  const std::string& from =
      !announcement.source_url().empty() ? announcement.source_url() : announcement.file_name();
  return {{"id", id},
          {"path", absl::StrCat(rejected ? "/desk/quarantine/" : "/desk/announcements/", PercentEncode(id))},
          {"from", from.empty() ? id : from},
          {"link", SafeHttpUrl(announcement.source_url()).value_or("")},
          {"file_name", announcement.file_name()},
          {"when", TimeText(announcement.receive_time())},
          {"media_type", announcement.media_type()},
          {"size", GroupedText(announcement.size_bytes())},
          {"state", AnnouncementStateWord(announcement.state())},
          {"reason", announcement.reason()},
          {"code", announcement.reject_code()},
          {"source_id", announcement.source_id()},
          {"source_path", PercentEncode(announcement.source_id())},
          {"entry_key", announcement.entry_key()},
          {"tier", TierText(announcement.tier())},
          {"feed", announcement.feed_announcement_id()},
          {"replaces", announcement.replaces()},
          {"replaced_by", announcement.replaced_by()},

          {"truncated", announcement.object_truncated()},
          {"tools", tools}};
}

bool IsPlainText(const std::string& bytes, bool cut) {
  for (size_t at = 0; at < bytes.size();) {
    if (IsOddControl(static_cast<unsigned char>(bytes[at]))) return false;
    const size_t length = CharacterAt(bytes, at);
    if (length == 0) return cut && bytes.size() - at <= kMaxBroken;
    at += length;
  }
  return true;
}

std::string ShownText(const std::string& bytes) {
  std::string shown;
  shown.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = CharacterAt(bytes, at);
    if (length == 0 || IsOddControl(static_cast<unsigned char>(bytes[at]))) {
      shown += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    shown.append(bytes, at, length);
    at += length;
  }
  return absl::StrReplaceAll(shown, {{"\r\n", "\n"}, {"\r", "\n"}});
}

std::string HexLines(const std::string& bytes, uint64_t offset) {
  std::string lines;
  for (size_t at = 0; at < bytes.size(); at += kHexWidth) {
    const std::string row = bytes.substr(at, kHexWidth);
    std::string letters;
    absl::StrAppendFormat(&lines, "%08x ", offset + at);
    for (size_t i = 0; i < kHexWidth; ++i) {
      const unsigned char byte = i < row.size() ? static_cast<unsigned char>(row[i]) : 0;
      lines += i < row.size() ? absl::StrFormat(" %02x", byte) : "   ";
      if (i < row.size()) letters.push_back(absl::ascii_isprint(byte) ? static_cast<char>(byte) : '.');
    }
    absl::StrAppend(&lines, "  ", letters, "\n");
  }
  return lines;
}

}  // namespace seaworthy
