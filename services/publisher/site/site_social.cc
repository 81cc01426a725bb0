// Pictures that links to our pages show.
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "services/publisher/site/site.h"

namespace seaworthy {
namespace {

// No tool has an underscore in its id.
constexpr absl::string_view kWholeSite = "_site";
constexpr absl::string_view kSocialPrefix = "/social/";

SocialCard::Side SideOf(const PublishedTool& tool) {
  return {.name = tool.name, .category = tool.category, .votes = tool.votes};
}

std::string Foot(const PublishedEntry& entry) {
  return absl::StrCat("AI personas, approved by an editor on ",
                      absl::FormatTime("%Y-%m-%d", entry.decide_time, absl::UTCTimeZone()));
}

// What the index knows under an id: a comparison, else a tool.
absl::StatusOr<SocialCard> CardOf(const PublishedIndex& index, const std::string& id) {
  if (id == kWholeSite)
    return SocialCard{.headline = "Is it seaworthy?", .sides = {}, .foot = "Ship or skip"};
  if (const PublishedEntryPtr entry = index.Find(id)) {
    return SocialCard{.headline = "", .sides = {SideOf(*entry->a), SideOf(*entry->b)}, .foot = Foot(*entry)};
  }
  const PublishedEntries entries = index.OfTool(id);
  if (entries.empty()) return absl::NotFoundError(absl::StrCat("nothing is published as ", id));
  const PublishedEntry& newest = *entries.front();
  return SocialCard{
      .headline = "", .sides = {SideOf(newest.a->id == id ? *newest.a : *newest.b)}, .foot = Foot(newest)};
}

}  // namespace

std::string Site::SocialUrl(const std::string& id) const {
  if (options_.social == nullptr) return "";
  return absl::StrCat(options_.public_url, kSocialPrefix, id.empty() ? kWholeSite : absl::string_view(id),
                      ".png");
}

std::vector<std::string> Site::SocialPaths(const PublishedIndex& index) const {
  if (options_.social == nullptr) return {};
  std::vector<std::string> paths = {absl::StrCat(kSocialPrefix, kWholeSite, ".png")};
  for (const PublishedEntryPtr& entry : index.All()) {
    paths.push_back(absl::StrCat(kSocialPrefix, entry->id, ".png"));
  }
  for (const std::string& id : index.ToolIds()) paths.push_back(absl::StrCat(kSocialPrefix, id, ".png"));
  return paths;
}

absl::StatusOr<Site::Page> Site::RenderSocial(const std::string& name) const {
  absl::string_view id = name;
  if (options_.social == nullptr || !absl::ConsumeSuffix(&id, ".png")) {
    return absl::NotFoundError(absl::StrCat("there is no picture ", name));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  SEAWORTHY_ASSIGN_OR_RETURN(const SocialCard card, CardOf(*index, std::string(id)));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto png, options_.social->Draw(card));
  return Page{"image/png", *png, ""};
}

}  // namespace seaworthy
