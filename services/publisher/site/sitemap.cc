#include "services/publisher/site/sitemap.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/site/conventions.h"

namespace seaworthy {
namespace {

constexpr char kNamespace[] = "http://www.sitemaps.org/schemas/sitemap/0.9";
constexpr char kPages[] = "/sitemaps/pages.xml";

using Address = SitemapAddress;

// Sorted by path, so that an address keeps to its part while it can.
std::vector<Address> ComparisonAddresses(const PublishedIndex& index) {
  std::vector<Address> addresses;
  for (const PublishedEntryPtr& entry : index.All()) {
    if (!HasUniqueEvidence(*entry)) continue;
    addresses.push_back({absl::StrCat("/compare/", entry->id), entry->UpdateTime()});
  }
  std::sort(addresses.begin(), addresses.end(),
            [](const Address& x, const Address& y) { return x.path < y.path; });
  return addresses;
}

std::vector<Address> ToolAddresses(const PublishedIndex& index) {
  std::vector<Address> addresses;
  for (const std::string& id : index.ToolIds()) {
    absl::Time changed = absl::InfinitePast();
    for (const PublishedEntryPtr& entry : index.OfTool(id)) changed = std::max(changed, entry->UpdateTime());
    addresses.push_back({absl::StrCat("/tools/", id), changed});
  }
  return addresses;
}

std::vector<Address> PageAddresses(const PublishedIndex& index) {
  return {{"/", index.LastChange()}, {"/method", absl::InfinitePast()}, {"/predictions", index.LastChange()}};
}

std::string LastModified(absl::Time changed) {
  return changed == absl::InfinitePast() ? ""
                                         : absl::StrCat("<lastmod>", TimeStampText(changed), "</lastmod>");
}

std::vector<Address> Slice(const std::vector<Address>& addresses, size_t part) {
  const size_t begin = std::min(addresses.size(), part * kSitemapUrls);
  const size_t end = std::min(addresses.size(), begin + kSitemapUrls);
  return {addresses.begin() + static_cast<ptrdiff_t>(begin), addresses.begin() + static_cast<ptrdiff_t>(end)};
}

// Every part with what stands in it.
std::vector<std::pair<std::string, std::vector<Address>>> Parts(const PublishedIndex& index) {
  std::vector<std::pair<std::string, std::vector<Address>>> parts = {{kPages, PageAddresses(index)}};
  for (const auto& [name, addresses] :
       {std::pair("tools", ToolAddresses(index)), std::pair("comparisons", ComparisonAddresses(index))}) {
    for (size_t part = 0; part * kSitemapUrls < addresses.size(); ++part) {
      parts.emplace_back(absl::StrCat("/sitemaps/", name, "-", part + 1, ".xml"), Slice(addresses, part));
    }
  }
  return parts;
}

}  // namespace

std::string SitemapOf(const std::vector<SitemapAddress>& addresses, const std::string& base) {
  std::string out =
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"", kNamespace, "\">\n");
  for (const SitemapAddress& address : addresses) {
    absl::StrAppend(&out, "<url><loc>", XmlEscape(base), XmlEscape(address.path), "</loc>",
                    LastModified(address.changed), "</url>\n");
  }
  return out + "</urlset>\n";
}

std::vector<std::string> SitemapParts(const PublishedIndex& index) {
  std::vector<std::string> paths;
  for (const auto& [path, unused] : Parts(index)) paths.push_back(path);
  paths.push_back(kEditionMap);
  return paths;
}

std::string SitemapIndex(const PublishedIndex& index, const std::string& base) {
  std::string out =
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"", kNamespace, "\">\n");
  for (const auto& [path, addresses] : Parts(index)) {
    absl::Time changed = absl::InfinitePast();
    for (const Address& address : addresses) changed = std::max(changed, address.changed);
    absl::StrAppend(&out, "<sitemap><loc>", XmlEscape(base), path, "</loc>", LastModified(changed),
                    "</sitemap>\n");
  }
  // Without a time: this index changes with what is published only.
  absl::StrAppend(&out, "<sitemap><loc>", XmlEscape(base), kEditionMap, "</loc></sitemap>\n");
  return out + "</sitemapindex>\n";
}

std::optional<std::string> SitemapPart(const PublishedIndex& index, const std::string& base,
                                       const std::string& path) {
  // The parts are worked out only for what may be the name of one.
  if (!absl::EndsWith(path, ".xml")) return std::nullopt;
  for (const auto& [name, addresses] : Parts(index)) {
    if (name == path) return SitemapOf(addresses, base);
  }
  return std::nullopt;
}

}  // namespace seaworthy
