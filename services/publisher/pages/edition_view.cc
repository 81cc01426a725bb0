#include "services/publisher/pages/edition_view.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// Parted by empty lines; a line's end inside one is a space.
json Paragraphs(const std::string& text) {
  json paragraphs = json::array();
  for (const absl::string_view part : absl::StrSplit(text, "\n\n")) {
    const std::string line = absl::StrReplaceAll(absl::StripAsciiWhitespace(part), {{"\n", " "}});
    if (!line.empty()) paragraphs.push_back({{"text", line}});
  }
  return paragraphs;
}

// By kind, each where its first item stands.
json Groups(const v1::Edition& edition, const std::string& base_url) {
  json groups = json::array();
  for (const v1::EditionItem& item : edition.items()) {
    const std::string title = KindTitle(item.kind());
    json* group = nullptr;
    for (json& known : groups) {
      if (known["title"] == title) group = &known;
    }
    if (group == nullptr) {
      groups.push_back({{"title", title}, {"items", json::array()}});
      group = &groups.back();
    }
    (*group)["items"].push_back(
        {{"title", item.title()}, {"text", item.text()}, {"url", absl::StrCat(base_url, item.path())}});
  }
  return groups;
}

}  // namespace

std::string KindTitle(v1::EditionItem::Kind kind) {
  switch (kind) {
    case v1::EditionItem::PUBLISHED:
      return "New comparisons";
    case v1::EditionItem::CHANGED:
      return "Changed";
    case v1::EditionItem::CORRECTED:
      return "Corrected";
    case v1::EditionItem::RESOLVED:
      return "Predictions that came due";
    default:
      return "Also";
  }
}

std::string EditionStateWord(v1::Edition::State state) {
  if (state == v1::Edition::APPROVED) return "approved";
  return state == v1::Edition::REJECTED ? "rejected" : "draft";
}

json EditionView(const v1::Edition& edition, const std::string& base_url) {
  return {{"id", edition.edition_id()},
          {"title", edition.title()},
          {"url", absl::StrCat(base_url, "/editions/", edition.edition_id())},
          {"paragraphs", Paragraphs(edition.introduction())},
          {"groups", Groups(edition, base_url)},
          {"item_count", edition.items_size()},
          {"one_item", edition.items_size() == 1},
          {"left_out", edition.items_left_out()},
          {"any_left_out", edition.items_left_out() > 0},
          {"approved_on", DateText(edition.decide_time())}};
}

}  // namespace seaworthy
