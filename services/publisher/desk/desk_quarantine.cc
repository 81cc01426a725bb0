#include "services/publisher/desk/desk_quarantine.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/hash.h"
#include "services/publisher/pages/announcement_view.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 25;
constexpr uint32_t kTextBytes = 64 << 10;
constexpr uint32_t kHexBytes = 4 << 10;
constexpr size_t kMaxTail = 3;
// Of bytes that are marked, and of what is shown before them.
constexpr uint64_t kMaxWords = 4 << 10;
constexpr uint64_t kContext = 16 << 10;
// Form encoding may write three bytes for each of a 2 MiB document.
constexpr size_t kMaxForm = 7 << 20;
constexpr char kListPath[] = "/desk/quarantine";
constexpr char kBack[] = "Back to the quarantine";

std::string OnePath(const std::string& id) { return absl::StrCat(kListPath, "/", PercentEncode(id)); }

// What the states of an announcement mean, in a sentence.
std::string StateSentence(v1::Announcement::State state) {
  switch (state) {
    case v1::Announcement::RECEIVED:
      return "Being read. Reload this page to see what comes of it.";
    case v1::Announcement::RECORDED:
      return "Recorded: its facts are on the tools below.";
    case v1::Announcement::REJECTED:
      return "Refused for the reason below. Nothing of it was recorded.";
    case v1::Announcement::SPLIT:
      return "A feed: its entries are announcements of their own.";
    case v1::Announcement::CORRECTED:
      return "Was refused, then corrected and handed in again.";
    default:
      return "";
  }
}

json MediaTypes() {
  json types = json::array();
  for (const auto& [value, label] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", "As it is"},
                                                                  {"text/markdown", "Markdown or model card"},
                                                                  {"text/html", "HTML"},
                                                                  {"text/plain", "Plain text"},
                                                                  {"application/rss+xml", "RSS"},
                                                                  {"application/atom+xml", "Atom"},
                                                                  {"application/feed+json", "JSON Feed"}}) {
    types.push_back({{"value", value}, {"label", label}});
  }
  return types;
}

// Without the end of a character that began before.
std::string FromWholeCharacter(std::string part, uint64_t offset) {
  size_t skip = 0;
  while (offset > 0 && skip < kMaxTail && skip < part.size() &&
         (static_cast<unsigned char>(part[skip]) & 0xC0) == 0x80) {
    ++skip;
  }
  return part.substr(skip);
}

// Bytes somebody was led to: `?words=BEGIN-END`.
struct Words {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Nothing where the query names none that fit into one part.
std::optional<Words> WordsOf(const Call& call) {
  const std::vector<std::string> parts = absl::StrSplit(call.Query("words"), '-');
  Words words;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &words.begin) ||
      !absl::SimpleAtoi(parts[1], &words.end)) {
    return std::nullopt;
  }
  if (words.begin >= words.end || words.end - words.begin > kMaxWords) return std::nullopt;
  return words;
}

// The part around the words, as text cut at them; false where they are not in
// it.
bool MarkWords(const Words& words, const std::string& bytes, uint64_t offset, json& view) {
  if (words.begin < offset || words.end > offset + bytes.size()) return false;
  const size_t begin = words.begin - offset;
  const size_t length = words.end - words.begin;
  view["before"] = ShownText(FromWholeCharacter(bytes.substr(0, begin), offset));
  view["words"] = ShownText(bytes.substr(begin, length));
  view["after"] = ShownText(bytes.substr(begin + length));
  return true;
}

std::string PartPath(const Call& call, bool hex, uint64_t offset) {
  return absl::StrCat(OnePath(call.Path("id")), "?as=", hex ? "hex" : "text", "&offset=", offset, "#bytes");
}

}  // namespace

absl::StatusOr<v1::Announcement> DeskQuarantine::Find(const std::string& id) const {
  v1::GetAnnouncementRequest request;
  request.set_announcement_id(id);
  auto announcement = options_.aggregator->GetAnnouncement(request);
  if (!absl::IsNotFound(announcement.status()) || options_.ingest == nullptr) return announcement;
  v1::GetReceivedAnnouncementRequest received;
  received.set_announcement_id(id);
  announcement = options_.ingest->GetReceivedAnnouncement(received);
  if (announcement.ok()) announcement->set_state(v1::Announcement::RECEIVED);
  return announcement;
}

absl::StatusOr<v1::GetAnnouncementDocumentResponse> DeskQuarantine::Read(const v1::Announcement& announcement,
                                                                         uint64_t offset,
                                                                         uint32_t max_bytes) const {
  if (options_.ingest == nullptr) {
    return absl::UnavailableError("this server runs without ingest, which keeps them");
  }
  if (announcement.object_hash().empty()) return absl::NotFoundError("none were kept");
  v1::GetAnnouncementDocumentRequest request;
  request.set_object_hash(announcement.object_hash());
  request.set_offset(offset);
  request.set_max_bytes(max_bytes);
  return options_.ingest->GetAnnouncementDocument(request);
}

HttpResponse DeskQuarantine::ShowList(const Call& call) const {
  const std::string state = call.Query("state").empty() ? "rejected" : call.Query("state");
  if (state != "rejected" && state != "corrected") {
    return frame_.Message(400, "No such list", "There is no such list. Choose one of the tabs.", kListPath,
                          kBack);
  }
  v1::ListAnnouncementsRequest request;
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  request.set_state(AnnouncementStateOf(state));
  const auto response = options_.aggregator->ListAnnouncements(request);
  if (!response.ok())
    return frame_.Failed(response.status(), "The quarantine cannot be shown", kListPath, kBack);
  json view = frame_.View(call, "announcements", "Quarantine");
  view["tabs"] = json::array();
  for (const auto& [id, label] :
       {std::pair{"rejected", "Refused"}, std::pair{"corrected", "Corrected since"}}) {
    view["tabs"].push_back({{"id", id}, {"label", label}, {"current", state == id}});
  }
  view["rows"] = json::array();
  for (const v1::Announcement& announcement : response->announcements()) {
    view["rows"].push_back(AnnouncementRow(announcement));
  }
  view["empty"] = !view["rows"].empty() ? ""
                  : state == "corrected"
                      ? "Nothing that was refused has been corrected yet."
                      : "Nothing is refused. What cannot be read, or announces no release, "
                        "is kept here with its reason and its bytes.";
  view["refused"] = state == "rejected";
  AddPaging(call, absl::StrCat(kListPath, "?state=", state), response->next_page_token(), view);
  return frame_.Page("desk_quarantine", view);
}

void DeskQuarantine::AddBytes(const Call& call, const v1::Announcement& announcement, json& view) const {
  uint64_t offset = 0;
  if (!absl::SimpleAtoi(call.Query("offset"), &offset)) offset = 0;
  const auto words = WordsOf(call);
  if (words.has_value()) offset = words->begin > kContext ? words->begin - kContext : 0;
  for (const char* key : {"bytes_error", "before", "words", "after", "text", "hex", "editable_text",
                          "next_part", "first_part", "other_form"}) {
    view[key] = "";
  }
  view["editable"] = false;
  view["any_bytes"] = false;
  view["led_astray"] = false;
  const auto part = Read(announcement, offset, kTextBytes);
  if (!part.ok()) {
    view["bytes_error"] = std::string(part.status().message());
    return;
  }
  std::string bytes = part->document();
  const bool more = offset + bytes.size() < part->size_bytes();
  const bool plain = IsPlainText(FromWholeCharacter(bytes, offset), more);
  const bool hex = call.Query("as") == "hex" || (call.Query("as") != "text" && !plain);
  if (hex) bytes = bytes.substr(0, kHexBytes);
  const uint64_t end = offset + bytes.size();
  view["any_bytes"] = !bytes.empty();
  if (words.has_value() && !MarkWords(*words, bytes, offset, view)) view["led_astray"] = true;
  view[hex ? "hex" : "text"] =
      hex ? HexLines(bytes, offset) : ShownText(FromWholeCharacter(std::move(bytes), offset));
  view["span"] = absl::StrCat("Bytes ", GroupedText(offset), " to ", GroupedText(end), " of ",
                              GroupedText(part->size_bytes()), end < part->size_bytes() ? "; cut here" : "");
  view["broken"] = !plain && !hex;
  if (end < part->size_bytes()) view["next_part"] = PartPath(call, hex, end);
  if (offset > 0) view["first_part"] = PartPath(call, hex, 0);
  view["other_form"] = PartPath(call, !hex, offset);
  view["other_form_label"] = hex ? "Show as text" : "Show as bytes";
  const bool whole = offset == 0 && !more && !announcement.object_truncated();
  view["editable"] = whole && plain;
  if (whole && plain) view["editable_text"] = ShownText(part->document());
}

HttpResponse DeskQuarantine::ShowOne(const Call& call) const {
  const auto announcement = Find(call.Path("id"));
  if (!announcement.ok()) {
    return frame_.Failed(announcement.status(), "There is no such announcement", kListPath, kBack);
  }
  const bool rejected = announcement->state() == v1::Announcement::REJECTED;
  json view = frame_.View(call, "announcements", rejected ? "Refused announcement" : "Announcement");
  view["announcement"] = AnnouncementRow(*announcement);
  view["state_sentence"] = StateSentence(announcement->state());
  view["refused"] = rejected;
  view["entries"] = json::array();
  for (const std::string& id : announcement->entry_announcement_ids()) {
    view["entries"].push_back(
        {{"id", id}, {"path", absl::StrCat("/desk/announcements/", PercentEncode(id))}});
    if (view["entries"].size() == kRows) break;
  }
  view["more_entries"] =
      announcement->entry_announcement_ids_size() - static_cast<int>(view["entries"].size());
  view["any_entries"] = !view["entries"].empty();
  view["can_retry"] = rejected && options_.ingest != nullptr;
  view["media_types"] = MediaTypes();
  view["request_id"] = RandomHex(16);
  AddBytes(call, *announcement, view);
  return frame_.Page("desk_announcement", view);
}

bool DeskQuarantine::IsEdited(const v1::Announcement& announcement, const std::string& text) const {
  const auto kept = Read(announcement, 0, kTextBytes);
  return !kept.ok() || kept->size_bytes() > kTextBytes || ShownText(kept->document()) != text;
}

HttpResponse DeskQuarantine::Retry(const Call& call) const {
  constexpr char kWhat[] = "It was not handed in again";
  const std::string path = OnePath(call.Path("id"));
  const auto announcement = Find(call.Path("id"));
  if (!announcement.ok()) return frame_.Failed(announcement.status(), kWhat, kListPath, kBack);
  if (options_.ingest == nullptr) {
    return frame_.Failed(absl::UnavailableError("This server runs without ingest."), kWhat, path,
                         "Back to it");
  }
  // Forms send CRLF; documents are read with LF.
  const std::string text = absl::StrReplaceAll(call.Form("document"), {{"\r\n", "\n"}});
  v1::RetryAnnouncementRequest request;
  request.set_announcement_id(call.Path("id"));
  if (!text.empty() && IsEdited(*announcement, text)) request.set_document(text);
  request.set_media_type(call.Form("media_type"));
  const std::string url(absl::StripAsciiWhitespace(call.Form("source_url")));
  if (url != announcement->source_url()) request.set_source_url(url);
  request.set_editor(call.session->editor);
  request.set_request_id(call.Form("request_id"));
  const auto retried = options_.ingest->RetryAnnouncement(request);
  if (!retried.ok()) return frame_.Failed(retried.status(), kWhat, path, "Back to it");
  return Redirect(303, absl::StrCat("/desk/announcements/",
                                    PercentEncode(retried->announcement().announcement_id()), "?done=retry"));
}

std::vector<Route> DeskQuarantine::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskQuarantine::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskOperator),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  std::vector<Route> routes = {route("POST", "/desk/quarantine/{id}", &DeskQuarantine::Retry),
                               route("GET", "/desk/quarantine", &DeskQuarantine::ShowList),
                               route("GET", "/desk/quarantine/{id}", &DeskQuarantine::ShowOne),
                               route("GET", "/desk/announcements/{id}", &DeskQuarantine::ShowOne)};
  routes[0].max_body = kMaxForm;
  return routes;
}

}  // namespace seaworthy
