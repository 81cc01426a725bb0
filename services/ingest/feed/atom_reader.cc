// Atom 1.0 (RFC 4287) and what is left of 0.3.
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "services/ingest/feed/feed_readers.h"
#include "services/ingest/feed/feed_text.h"
#include "services/ingest/text.h"

namespace seaworthy::feed_internal {
namespace {

struct Text {
  std::string value;
  std::string type;  // text/plain, text/html, text/markdown; empty: not read.
};

// The markup inside of `node`, without the div that Atom wants around it.
std::string Markup(const pugi::xml_node& node) {
  pugi::xml_node div = node;
  for (const pugi::xml_node& child : node.children()) {
    const std::string_view name = child.name();
    if (name == "div" || EndsWith(name, ":div")) div = child;
  }
  std::ostringstream out;
  for (const pugi::xml_node& child : div.children()) child.print(out, "", pugi::format_raw);
  return out.str();
}

Text TextConstruct(const pugi::xml_node& node) {
  const std::string type = Lower(Strip(node.attribute("type").value()));
  const bool escaped = Lower(node.attribute("mode").value()) == "escaped";  // Atom 0.3.
  if (type == "xhtml" || (type == "application/xhtml+xml" && !escaped)) return {Markup(node), "text/html"};
  std::string text = TextOf(node);
  // Wrongly declared `html` with its markup not escaped.
  if (Strip(text).empty() &&
      node.find_child([](const pugi::xml_node& child) { return child.type() == pugi::node_element; })) {
    text = Markup(node);
    return {text, "text/html"};
  }
  if (type == "html" || StartsWith(type, "text/html") || escaped) return {text, "text/html"};
  if (type.empty() || type == "text" || StartsWith(type, "text/plain")) return {text, "text/plain"};
  if (StartsWith(type, "text/markdown") || StartsWith(type, "text/x-markdown"))
    return {text, "text/markdown"};
  return {};
}

class AtomReader {
 public:
  explicit AtomReader(const pugi::xml_node& root) : root_(root), names_(root), entries_(&feed_) {
    feed_.format = "atom";
  }

  Feed Read() {
    feed_.language = XmlAttribute(root_, "lang");
    const std::string base = XmlAttribute(root_, "base");
    for (const pugi::xml_node& node : root_.children()) FeedPart(Name(node), node, base);
    base_ = ResolveUrl(feed_.self.empty() ? feed_.link : feed_.self, base);
    if (base_.empty()) base_ = feed_.self.empty() ? feed_.link : feed_.self;
    if (feed_.link.empty()) feed_.link = ResolveUrl(base_, link_);
    for (const pugi::xml_node& node : root_.children()) {
      if (Name(node) == "entry") Entry(node);
    }
    return std::move(feed_);
  }

 private:
  // Atom's own names without a prefix.
  std::string Name(const pugi::xml_node& node) const {
    std::string name = names_.Of(node);
    return StartsWith(name, "atom:") ? name.substr(5) : name;
  }

  void FeedPart(const std::string& name, const pugi::xml_node& node, const std::string& base) {
    if (name == "title") feed_.title = Title(node);
    if (name != "link") return;
    const std::string_view rel = node.attribute("rel").value();
    const std::string href = node.attribute("href").value();
    if (rel == "hub" && feed_.hub.empty()) feed_.hub = ResolveUrl(base, href);
    if (rel == "self" && feed_.self.empty()) feed_.self = ResolveUrl(base, href);
    if ((rel.empty() || rel == "alternate") && link_.empty()) {
      link_ = href;
      feed_.link = ResolveUrl(base, href);
    }
  }

  static std::string Title(const pugi::xml_node& node) {
    const Text text = TextConstruct(node);
    return TitleText(text.value);
  }

  void Entry(const pugi::xml_node& node) {
    RawEntry entry;
    entry.base = ResolveUrl(base_, XmlAttribute(node, "base"));
    if (entry.base.empty()) entry.base = base_;
    entry.language = XmlAttribute(node, "lang");
    for (const pugi::xml_node& part : node.children()) EntryPart(Name(part), part, &entry);
    entries_.Add(entry);
  }

  static void EntryPart(const std::string& name, const pugi::xml_node& node, RawEntry* entry) {
    if (name == "id") entry->id = TextOf(node);
    if (name == "title") entry->title = Title(node);
    if (name == "link") Link(node, entry);
    if (name == "published" || name == "issued" || name == "created") entry->published = TextOf(node);
    if (name == "updated" || name == "modified") entry->updated = TextOf(node);
    if (name == "author" && entry->author.empty()) entry->author = Author(node);
    if (name == "summary") {
      const Text text = TextConstruct(node);
      entry->summary = text.value;
      entry->summary_type = text.type;
    }
    if (name == "content") Content(node, entry);
  }

  static std::string Author(const pugi::xml_node& node) {
    for (const pugi::xml_node& part : node.children()) {
      const std::string_view name = part.name();
      if (name == "name" || EndsWith(name, ":name")) return TextOf(part);
    }
    return "";
  }

  // The page for people comes before other forms of it.
  static void Link(const pugi::xml_node& node, RawEntry* entry) {
    const std::string_view rel = node.attribute("rel").value();
    if (!rel.empty() && rel != "alternate") return;
    const std::string_view type = node.attribute("type").value();
    if (entry->link.empty() || type == "text/html") entry->link = node.attribute("href").value();
  }

  static void Content(const pugi::xml_node& node, RawEntry* entry) {
    if (const pugi::xml_attribute source = node.attribute("src")) {
      if (entry->link.empty()) entry->link = source.value();
      return;
    }
    const Text text = TextConstruct(node);
    if (text.type.empty()) return;
    entry->full = text.value;
    entry->full_type = text.type;
  }

  const pugi::xml_node root_;
  const XmlNames names_;
  Feed feed_;
  EntryList entries_;
  std::string base_;
  std::string link_;
};

}  // namespace

Feed ReadAtom(const pugi::xml_node& root) { return AtomReader(root).Read(); }

}  // namespace seaworthy::feed_internal
