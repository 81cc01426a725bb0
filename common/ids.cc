#include "common/ids.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxSlugLength = 80;

bool IsSlug(std::string_view text) {
  if (text.empty() || text.size() > 2 * kMaxSlugLength) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  for (char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return text.find("-vs-") == std::string_view::npos;
}

}  // namespace

std::string RevisionId::ToString() const { return absl::StrCat(tool.value(), "@", number); }

VerdictId MakeVerdictId(const RevisionId& revision, const PersonaId& persona) {
  return VerdictId(absl::StrCat(revision.ToString(), "/", persona.value()));
}

std::string Slugify(std::string_view name) {
  std::string slug;
  for (char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) {
      slug.push_back(absl::ascii_tolower(byte));
    } else if (c != '\'' && byte < 0x80 && !slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
    if (slug.size() >= kMaxSlugLength) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  if (slug.empty()) return absl::StrCat("tool-", Sha256Hex(name).substr(0, 8));
  // `-vs-` separates the two tools of a comparison and nothing else.
  // A slug that begins or ends with it would make the separator ambiguous too.
  std::vector<std::string> words = absl::StrSplit(slug, '-');
  for (std::string& word : words) {
    if (word == "vs") word = "versus";
  }
  return absl::StrJoin(words, "-");
}

absl::StatusOr<ComparisonId> MakeComparisonId(const ToolId& a, const ToolId& b) {
  for (const ToolId* id : {&a, &b}) {
    if (!IsSlug(id->value())) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", id->value(), "` is no tool id; ids are slugs such as mistral-next-70b"));
    }
  }
  if (a == b) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", a.value(), "` cannot be compared with itself; name two tools"));
  }
  const auto& [first, second] = std::minmax(a, b);
  return ComparisonId(absl::StrCat(first.value(), "-vs-", second.value()));
}

absl::StatusOr<std::pair<ToolId, ToolId>> SplitComparisonId(std::string_view id) {
  const size_t at = id.find("-vs-");
  if (at != std::string_view::npos) {
    const std::string_view a = id.substr(0, at);
    const std::string_view b = id.substr(at + 4);
    if (IsSlug(a) && IsSlug(b) && a != b) {
      return std::make_pair(ToolId(std::string(a)), ToolId(std::string(b)));
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("`", std::string(id), "` is no comparison id; one looks like a-vs-b"));
}

}  // namespace seaworthy
