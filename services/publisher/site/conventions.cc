#include "services/publisher/site/conventions.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids.h"
#include "common/status_macros.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"
#include "services/publisher/site/feeds.h"
#include "services/publisher/site/sitemap.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr absl::string_view kFactsPrefix = "/facts/";
constexpr absl::string_view kSitemapPrefix = "/sitemaps/";
constexpr absl::string_view kComparePrefix = "/compare/";
constexpr absl::string_view kToolPrefix = "/tools/";
constexpr char kXml[] = "application/xml; charset=utf-8";
// Tools named in llms.txt.
constexpr size_t kLlmsTools = 200;
constexpr double kSurer = 0.1;
constexpr char kCitation[] =
    "Cite the page's address, its date of approval and 'Seaworthy'. Facts may be quoted with the words they "
    "rest on. Quotes are by AI personas, not people: say so where you quote one. Do not present a persona's "
    "vote as a rating by users.";

json FactJson(const v1::Fact& fact) {
  return {{"field", fact.field()},
          {"value", fact.value()},
          {"said_by", TierText(fact.tier())},
          {"checked_date", fact.checked_date()},
          {"evidence",
           {{"text", fact.evidence().text()},
            {"announcement_id", fact.evidence().announcement_id()},
            {"begin", fact.evidence().begin()},
            {"end", fact.evidence().end()}}}};
}

// Whether any persona votes differently, or is much surer of one.
template <typename Votes>
bool VoteDifferently(const Votes& a, const Votes& b) {
  for (const auto& x : a) {
    for (const auto& y : b) {
      if (x.persona_id() != y.persona_id()) continue;
      if (x.vote() != y.vote() || std::abs(x.confidence() - y.confidence()) >= kSurer) return true;
    }
  }
  return false;
}

}  // namespace

bool HasUniqueEvidence(const PublishedEntry& entry) {
  return !entry.a->category.empty() && entry.a->category == entry.b->category &&
         VoteDifferently(entry.a->votes, entry.b->votes);
}

bool HasUniqueEvidence(const v1::ComparisonContent& content) {
  const std::string& category = content.a().revision().category();
  return !category.empty() && category == content.b().revision().category() &&
         VoteDifferently(content.a().verdicts(), content.b().verdicts());
}

std::string TimeStampText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string XmlEscape(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (control) continue;
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::vector<std::string> Conventions::FixedPaths() {
  return {"/robots.txt",     "/llms.txt",      "/sitemap.xml",
          "/feeds/atom.xml", "/feeds/rss.xml", "/feeds/feed.json"};
}

absl::StatusOr<std::vector<std::string>> Conventions::Paths() const {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  std::vector<std::string> paths = FixedPaths();
  for (std::string& part : SitemapParts(*index)) paths.push_back(std::move(part));
  for (const std::string& id : index->ToolIds()) paths.push_back(absl::StrCat(kFactsPrefix, id, ".json"));
  return paths;
}

std::string Conventions::RobotsText() const {
  return absl::StrCat("User-agent: *\nDisallow: /desk\nDisallow: /api/\nDisallow: /search\n\nSitemap: ",
                      options_.base_url(), "/sitemap.xml\n");
}

std::string Conventions::LlmsText(const PublishedIndex& index) const {
  const std::string base = options_.base_url();
  std::string out = absl::StrCat(
      "# Seaworthy\n\n> AI models and developer tools, two at a time: a panel of AI personas votes ship or "
      "skip "
      "on each and says why; an editor approves every page before it appears.\n\n",
      kCitation, "\n\n## How it works\n\n- [Method](", base,
      "/method): who reviews, on what evidence, who approves\n"
      "- [Predictions](",
      base, "/predictions): what the panel predicted, by due date\n\n## Data\n\n- [Newest](", base,
      "/feeds/feed.json): approvals and corrections, JSON Feed\n- [Sitemap](", base,
      "/sitemap.xml): every page\n\n## Facts by tool\n\n");
  const auto ids = index.ToolIds();
  for (size_t i = 0; i < std::min(ids.size(), kLlmsTools); ++i) {
    absl::StrAppend(&out, "- [", ids[i], "](", base, kFactsPrefix, ids[i], ".json): page ", base, kToolPrefix,
                    ids[i], "\n");
  }
  if (ids.size() > kLlmsTools)
    absl::StrAppend(&out, "\nMore in the sitemap: ", ids.size(), " tools in all.\n");
  return out;
}

absl::StatusOr<std::string> Conventions::FactsJson(const std::string& tool_id) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedToolPage page, options_.published->Tool(tool_id));
  const v1::Revision& revision = page.tool.revision();
  json facts = json::array();
  for (const v1::Fact& fact : revision.facts()) facts.push_back(FactJson(fact));
  json sources = json::array();
  for (const std::string& url : revision.source_urls()) {
    if (const auto safe = SafeHttpUrl(url)) sources.push_back(*safe);
  }
  const json document = {{"tool_id", tool_id},
                         {"name", revision.name()},
                         {"vendor", revision.vendor()},
                         {"category", revision.category()},
                         {"kind", KindText(revision.kind())},
                         {"revision", revision.number()},
                         {"url", absl::StrCat(options_.base_url(), kToolPrefix, tool_id)},
                         {"approved_on", DateText(page.decision.decide_time())},
                         {"citation", kCitation},
                         {"facts", std::move(facts)},
                         {"sources", std::move(sources)}};
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::optional<SitePage>> Conventions::Render(const std::string& path) const {
  const auto fixed = FixedPaths();
  const bool known = std::find(fixed.begin(), fixed.end(), path) != fixed.end() ||
                     absl::StartsWith(path, kFactsPrefix) || absl::StartsWith(path, kSitemapPrefix);
  if (!known) return std::nullopt;
  if (path == "/robots.txt") return SitePage{"text/plain; charset=utf-8", RobotsText(), ""};
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  const std::string base = options_.base_url();
  if (path == "/llms.txt") return SitePage{"text/plain; charset=utf-8", LlmsText(*index), ""};
  if (path == "/sitemap.xml") return SitePage{kXml, SitemapIndex(*index, base), ""};
  if (path == "/feeds/atom.xml")
    return SitePage{"application/atom+xml; charset=utf-8", AtomFeed(*index, base), ""};
  if (path == "/feeds/rss.xml")
    return SitePage{"application/rss+xml; charset=utf-8", RssFeed(*index, base), ""};
  if (path == "/feeds/feed.json") return SitePage{"application/feed+json", JsonFeed(*index, base), ""};
  if (absl::StartsWith(path, kSitemapPrefix)) {
    auto part = SitemapPart(*index, base, path);
    if (!part.has_value()) return absl::NotFoundError(absl::StrCat("there is no ", path));
    return SitePage{kXml, *std::move(part), ""};
  }
  absl::string_view tool = path;
  if (!absl::ConsumePrefix(&tool, kFactsPrefix) || !absl::ConsumeSuffix(&tool, ".json")) {
    return absl::NotFoundError("facts stand at /facts/TOOL.json");
  }
  SEAWORTHY_ASSIGN_OR_RETURN(std::string facts, FactsJson(std::string(tool)));
  return SitePage{"application/json", std::move(facts), ""};
}

absl::StatusOr<std::string> Conventions::Canonical(const std::string& path) const {
  const absl::Status none = absl::NotFoundError(absl::StrCat("there is no public page ", path));
  const std::string lower = absl::AsciiStrToLower(absl::StripSuffix(path, "/"));
  absl::string_view id = lower;
  if (absl::ConsumePrefix(&id, kToolPrefix)) {
    const auto tool = options_.published->ToolOf(std::string(id));
    if (!tool.ok()) return none;
    return absl::StrCat(kToolPrefix, *tool);
  }
  if (!absl::ConsumePrefix(&id, kComparePrefix)) return none;
  const auto pair = SplitComparisonId(std::string(id));
  if (!pair.ok()) return none;
  const auto a = options_.published->ToolOf(pair->first.value());
  const auto b = options_.published->ToolOf(pair->second.value());
  if (!a.ok() || !b.ok()) return none;
  const auto canonical = MakeComparisonId(ToolId(*a), ToolId(*b));
  if (!canonical.ok()) return none;
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  if (index->Find(canonical->value()) == nullptr) return none;
  return absl::StrCat(kComparePrefix, canonical->value());
}

}  // namespace seaworthy
