#include "services/aggregator/identity/tool_slug.h"

#include <glib.h>

#include <memory>

#include "absl/strings/str_replace.h"
#include "common/ids.h"

namespace seaworthy::identity {
namespace {

constexpr uint32_t kFolding = 2;

// Letters taken apart into their base and its marks, which slugs leave out; as
// it was where it is no UTF-8. Not by compatibility: `™` is no `TM`.
std::string TakenApart(std::string_view name) {
  const std::unique_ptr<char, decltype(&g_free)> apart(
      g_utf8_normalize(name.data(), static_cast<gssize>(name.size()), G_NORMALIZE_NFD), &g_free);
  return apart == nullptr ? std::string(name) : std::string(apart.get());
}

}  // namespace

std::string ToolSlug(std::string_view name, uint32_t rules_version) {
  if (rules_version < kFolding || name.empty()) return Slugify(name);
  // Those that have no base to be taken apart into.
  return Slugify(absl::StrReplaceAll(
      TakenApart(name), {{"Æ", "ae"}, {"æ", "ae"}, {"Ð", "d"},  {"ð", "d"},  {"Đ", "d"},  {"đ", "d"},
                         {"Ħ", "h"},  {"ħ", "h"},  {"ı", "i"},  {"ĸ", "k"},  {"Ł", "l"},  {"ł", "l"},
                         {"Ŋ", "n"},  {"ŋ", "n"},  {"Ø", "o"},  {"ø", "o"},  {"Œ", "oe"}, {"œ", "oe"},
                         {"Ŧ", "t"},  {"ŧ", "t"},  {"Þ", "th"}, {"þ", "th"}, {"ß", "ss"}, {"ẞ", "ss"}}));
}

}  // namespace seaworthy::identity
