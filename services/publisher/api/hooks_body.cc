#include "services/publisher/api/hooks_body.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/bounded_json.h"
#include "common/utf8.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxNameBytes = 300;
constexpr size_t kMaxKeyBytes = 1000;

// Without its parameters, lower-case.
std::string MediaType(const HttpRequest& request) {
  const absl::string_view type = request.Header("Content-Type").value_or("");
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(type.substr(0, type.find(';'))));
}

bool IsJson(const std::string& type) { return type == "application/json" || absl::EndsWith(type, "+json"); }

// The text of a member; empty where it is no string.
std::string TextOf(const json& object, const char* name) {
  const auto it = object.is_object() ? object.find(name) : object.end();
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

json ObjectOf(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_object() ? *it : json::object();
}

// On one line, so that it cannot begin anything but its own heading.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&text);
  return std::string(Utf8Prefix(text, kMaxNameBytes));
}

bool Names(const std::string& text, const std::string& what) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(what));
}

// What the release is called to somebody who does not see its repository:
// `tern 1.2`, `tern v1.2: faster joins`.
std::string ReleaseTitle(const std::string& repository, const std::string& name, const std::string& tag) {
  if (!name.empty() && Names(name, repository)) return name;
  if (name.empty() || name == tag) return absl::StrCat(repository, " ", tag);
  if (Names(name, tag)) return absl::StrCat(repository, " ", name);
  return absl::StrCat(repository, " ", tag, ": ", name);
}

bool TellsOfARelease(const std::string& action) {
  return action == "published" || action == "released" || action == "edited";
}

// As YYYY-MM-DD; empty where GitHub's timestamp is none.
std::string DayOf(const std::string& timestamp) {
  if (timestamp.size() < 10 || timestamp[4] != '-' || timestamp[7] != '-') return "";
  return OneLine(timestamp.substr(0, 10));
}

std::string ReleaseDocument(const json& release, const json& repository) {
  const std::string name = OneLine(TextOf(repository, "name"));
  std::string document = absl::StrCat(
      "# ", ReleaseTitle(name, OneLine(TextOf(release, "name")), OneLine(TextOf(release, "tag_name"))),
      "\n\n");
  const std::string day = DayOf(TextOf(release, "published_at"));
  if (!day.empty()) absl::StrAppend(&document, "Released on ", day, ".\n\n");
  absl::StrAppend(&document, TextOf(release, "body"));
  const auto link = SafeHttpUrl(TextOf(repository, "html_url"));
  if (link.has_value()) absl::StrAppend(&document, "\n\nRepository: <", *link, ">\n");
  return document;
}

HookContent Ignored(std::string why) { return {.announcement = std::nullopt, .ignored = std::move(why)}; }

absl::StatusOr<HookContent> ReadRelease(const json& payload) {
  const std::string action = OneLine(TextOf(payload, "action"));
  if (!TellsOfARelease(action)) {
    return Ignored(absl::StrCat("the action ", action.empty() ? "(none)" : action, " announces no release"));
  }
  const json release = ObjectOf(payload, "release");
  const json repository = ObjectOf(payload, "repository");
  const auto id = release.find("id");
  if (id == release.end() || !id->is_number_unsigned() || TextOf(release, "tag_name").empty() ||
      TextOf(repository, "name").empty()) {
    return absl::InvalidArgumentError(
        "this is no release event of GitHub: `release.id`, `release.tag_name` and `repository.name` are "
        "expected");
  }
  const auto draft = release.find("draft");
  if (draft != release.end() && *draft == true) return Ignored("the release is a draft");
  HookContent content;
  v1::SubmitAnnouncementRequest& request = content.announcement.emplace();
  request.set_document(ReleaseDocument(release, repository));
  request.set_media_type("text/markdown");
  request.set_source_url(SafeHttpUrl(TextOf(release, "html_url")).value_or(""));
  request.set_entry_key(absl::StrCat(id->get<uint64_t>()));
  return content;
}

// The title before a document that does not have it.
std::string Titled(const std::string& title, const std::string& media_type, const std::string& document) {
  if (title.empty() || absl::StrContains(document, title)) return document;
  if (absl::StartsWith(media_type, "text/html")) {
    const std::string escaped =
        absl::StrReplaceAll(title, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
    return absl::StrCat("<h1>", escaped, "</h1>\n", document);
  }
  return absl::StrCat(absl::StartsWith(media_type, "text/plain") ? "" : "# ", title, "\n\n", document);
}

absl::StatusOr<HookContent> ReadJsonForm(const json& object) {
  std::string document, media_type, source_url, entry_key, title;
  const std::initializer_list<std::pair<absl::string_view, std::string*>> members = {
      {"document", &document},   {"media_type", &media_type}, {"source_url", &source_url},
      {"entry_key", &entry_key}, {"title", &title},
  };
  for (const auto& [name, value] : object.items()) {
    std::string* target = nullptr;
    for (const auto& [known, text] : members) target = known == name ? text : target;
    if (target == nullptr || !(value.is_string() || value.is_null())) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", OneLine(name),
                       "` is no string member of a webhook's body; the members are "
                       "document, media_type, source_url, entry_key and title"));
    }
    if (value.is_string()) *target = value.get<std::string>();
  }
  if (document.empty()) {
    return absl::InvalidArgumentError("`document` is missing: the announcement's text");
  }
  if (entry_key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("`entry_key` is longer than ", kMaxKeyBytes, " bytes"));
  }
  HookContent content;
  v1::SubmitAnnouncementRequest& request = content.announcement.emplace();
  request.set_document(Titled(OneLine(title), absl::AsciiStrToLower(media_type), document));
  request.set_media_type(media_type);
  request.set_source_url(source_url);
  request.set_entry_key(entry_key);
  return content;
}

}  // namespace

absl::StatusOr<HookContent> ReadGitHubHook(const HttpRequest& request) {
  const std::string event(request.Header("X-GitHub-Event").value_or(""));
  if (event == "ping") return Ignored("ping");
  if (event != "release") {
    return Ignored(
        absl::StrCat("the event ", event.empty() ? "(none)" : OneLine(event), " announces no release"));
  }
  std::string text = request.body;
  if (MediaType(request) == "application/x-www-form-urlencoded") {
    auto form = ParseForm(request.body);
    if (!form.ok()) return form.status();
    text = (*form)["payload"];
  }
  const auto payload = ParseBoundedObject(text);
  if (!payload.ok()) return payload.status();
  return ReadRelease(*payload);
}

absl::StatusOr<HookContent> ReadGenericHook(const HttpRequest& request) {
  HookContent content;
  if (IsJson(MediaType(request))) {
    const auto object = ParseBoundedObject(request.body);
    if (!object.ok()) return object.status();
    auto read = ReadJsonForm(*object);
    if (!read.ok()) return read.status();
    content = *std::move(read);
  } else {
    v1::SubmitAnnouncementRequest& announcement = content.announcement.emplace();
    announcement.set_document(request.body);
    announcement.set_media_type(std::string(request.Header("Content-Type").value_or("")));
  }
  if (content.announcement->entry_key().empty()) {
    content.announcement->set_entry_key(std::string(request.Header("webhook-id").value_or("")));
  }
  return content;
}

}  // namespace seaworthy
