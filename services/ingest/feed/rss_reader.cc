// RSS 0.9x, 1.0 and 2.0: https://www.rssboard.org/rss-specification,
// https://web.resource.org/rss/1.0/spec.
#include <algorithm>
#include <charconv>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "services/ingest/feed/feed_readers.h"
#include "services/ingest/feed/feed_text.h"
#include "services/ingest/text.h"

namespace seaworthy::feed_internal {
namespace {

int WholeNumber(std::string_view text) {
  text = Strip(text);
  int value = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() ? value : -1;
}

absl::Duration Period(std::string_view name) {
  if (name == "hourly") return absl::Hours(1);
  if (name == "weekly") return absl::Hours(24 * 7);
  if (name == "monthly" || name == "yearly") return absl::Hours(24 * 30);
  return absl::Hours(24);
}

class RssReader {
 public:
  explicit RssReader(const pugi::xml_node& root) : root_(root), names_(root), entries_(&feed_) {
    feed_.format = "rss";
  }

  Feed Read() {
    const pugi::xml_node channel = root_.child("channel");
    base_ = XmlAttribute(channel, "base");
    if (base_.empty()) base_ = XmlAttribute(root_, "base");
    feed_.language = XmlAttribute(root_, "lang");
    for (const pugi::xml_node& node : channel.children()) ChannelPart(node);
    if (feed_.link.empty()) feed_.link = ResolveUrl(feed_.self, link_);
    if (base_.empty()) base_ = feed_.link.empty() ? feed_.self : feed_.link;
    if (!period_.empty()) feed_.ttl = Period(period_) / std::max(1, frequency_);
    if (ttl_ > 0) feed_.ttl = absl::Minutes(ttl_);
    // RSS 1.0 has them beside the channel.
    for (const pugi::xml_node& parent : {channel, root_}) {
      for (const pugi::xml_node& node : parent.children()) {
        if (names_.Of(node) == "item") Item(node);
      }
    }
    return std::move(feed_);
  }

 private:
  void ChannelPart(const pugi::xml_node& node) {
    const std::string name = names_.Of(node);
    if (name == "title") feed_.title = TitleText(TextOf(node));
    if (name == "link" && link_.empty()) {
      link_ = TextOf(node);
      feed_.link = ResolveUrl(base_, link_);
    }
    if (name == "atom:link") AtomLink(node);
    if (name == "language" || name == "dc:language") feed_.language = TextOf(node);
    if (name == "ttl") ttl_ = WholeNumber(TextOf(node));
    if (name == "sy:updatePeriod") period_ = Lower(Strip(TextOf(node)));
    if (name == "sy:updateFrequency") frequency_ = WholeNumber(TextOf(node));
    if (name == "skipHours") SkipHours(node);
  }

  void AtomLink(const pugi::xml_node& node) {
    const std::string_view rel = node.attribute("rel").value();
    const std::string url = ResolveUrl(base_, node.attribute("href").value());
    if (rel == "hub" && feed_.hub.empty()) feed_.hub = url;
    if (rel == "self" && feed_.self.empty()) feed_.self = url;
  }

  void SkipHours(const pugi::xml_node& node) {
    for (const pugi::xml_node& hour : node.children("hour")) {
      const int value = WholeNumber(TextOf(hour));
      // RSS 0.91 counts from 1 to 24.
      if (value >= 0 && value <= 24 && feed_.skip_hours.size() < 24) feed_.skip_hours.push_back(value % 24);
    }
  }

  void Item(const pugi::xml_node& item) {
    RawEntry entry;
    entry.base = XmlAttribute(item, "base");
    if (entry.base.empty()) entry.base = base_;
    entry.id = item.attribute("rdf:about").value();
    entry.language = XmlAttribute(item, "lang");
    for (const pugi::xml_node& node : item.children()) ItemPart(names_.Of(node), node, &entry);
    // A guid is the address where it does not say otherwise.
    const pugi::xml_node guid = item.child("guid");
    const bool address = guid && Lower(guid.attribute("isPermaLink").value()) != "false";
    if (entry.link.empty() && address) entry.link = TextOf(guid);
    entries_.Add(entry);
  }

  void ItemPart(const std::string& name, const pugi::xml_node& node, RawEntry* entry) {
    const auto first = [&](std::string* field) {
      if (Strip(*field).empty()) *field = TextOf(node);
    };
    if (name == "title") first(&entry->title);
    if (name == "link") first(&entry->link);
    if (name == "atom:link") ItemLink(node, entry);
    if (name == "guid") entry->id = TextOf(node);
    if (name == "description") first(&entry->summary);
    if (name == "atom:summary" && entry->summary.empty()) first(&entry->summary);
    if (name == "content:encoded" || name == "atom:content") Content(name, node, entry);
    if (name == "pubDate" || name == "pubdate" || name == "dc:date" || name == "atom:published") {
      first(&entry->published);
    }
    if (name == "atom:updated" || name == "dcterms:modified") first(&entry->updated);
    if (name == "author" || name == "dc:creator") first(&entry->author);
    if (name == "dc:language") first(&entry->language);
  }

  static void ItemLink(const pugi::xml_node& node, RawEntry* entry) {
    const std::string_view rel = node.attribute("rel").value();
    if (entry->link.empty() && (rel.empty() || rel == "alternate"))
      entry->link = node.attribute("href").value();
  }

  static void Content(const std::string& name, const pugi::xml_node& node, RawEntry* entry) {
    std::string text = TextOf(node);
    if (text.size() <= entry->full.size()) return;
    entry->full = std::move(text);
    entry->full_type = name == "content:encoded" ? "text/html" : "";
  }

  const pugi::xml_node root_;
  const XmlNames names_;
  Feed feed_;
  EntryList entries_;
  std::string base_;
  std::string link_;
  std::string period_;
  int frequency_ = 1;
  int ttl_ = 0;
};

}  // namespace

Feed ReadRss(const pugi::xml_node& root) { return RssReader(root).Read(); }

}  // namespace seaworthy::feed_internal
