#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "services/ingest/feed/feed_readers.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy::feed_internal {
namespace {

constexpr ptrdiff_t kMaxTags = 500'000;

struct Namespace {
  std::string_view uri;
  std::string_view canonical;
};

constexpr Namespace kNamespaces[] = {
    {"http://www.w3.org/2005/Atom", "atom:"},
    {"http://purl.org/atom/ns#", "atom:"},
    {"http://purl.org/rss/1.0/modules/content/", "content:"},
    {"http://purl.org/dc/elements/1.1/", "dc:"},
    {"http://purl.org/dc/terms/", "dcterms:"},
    {"http://purl.org/rss/1.0/modules/syndication/", "sy:"},
    {"http://www.w3.org/1999/xhtml", "xhtml:"},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:"},
    {"http://purl.org/rss/1.0/", ""},
    {"http://my.netscape.com/rdf/simple/0.9/", ""},
    {"http://channel.netscape.com/rdf/simple/0.9/", ""},
    {"http://backend.userland.com/rss2", ""},
};

// Past the document type that starts at `at`, internal subset and all.
size_t SkipDoctype(std::string_view xml, size_t at, bool* entities) {
  const size_t subset = xml.find_first_of("[>", at);
  size_t end = subset;
  if (subset != xml.npos && xml[subset] == '[') {
    end = xml.find(']', subset);
    // An entity's value may hold a bracket; the next `]>` ends the subset.
    while (end != xml.npos && !StartsWith(Strip(xml.substr(end + 1, 64)), ">")) end = xml.find(']', end + 1);
    end = end == xml.npos ? end : xml.find('>', end);
  }
  const std::string_view type = xml.substr(at, std::min(end, xml.size()) - at);
  *entities = *entities || Contains(Lower(type), "<!entity");
  return end == xml.npos ? end : end + 1;
}

absl::Status CheckShape(const pugi::xml_node& root) {
  int depth = 0;
  for (pugi::xml_node node = root; node;) {
    if (node.first_child()) {
      node = node.first_child();
      if (++depth > kMaxFeedDepth) {
        return Reject("nested_too_deeply", Cat("the feed nests more than ", kMaxFeedDepth,
                                               " elements; send the page of one entry"));
      }
      continue;
    }
    while (node && node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (!node || node == root) break;
    node = node.next_sibling();
  }
  return absl::OkStatus();
}

}  // namespace

std::string FirstElement(std::string_view xml, bool* entities) {
  size_t at = 0;
  while ((at = xml.find_first_not_of(" \t\r\n", at)) != xml.npos && xml[at] == '<') {
    if (StartsWith(xml.substr(at), "<?")) {
      at = xml.find("?>", at);
      if (at != xml.npos) at += 2;
    } else if (StartsWith(xml.substr(at), "<!--")) {
      at = xml.find("-->", at + 4);
      if (at != xml.npos) at += 3;
    } else if (StartsWith(Lower(xml.substr(at, 9)), "<!doctype")) {
      at = SkipDoctype(xml, at, entities);
    } else {
      const size_t end = std::min(xml.find_first_of(" \t\r\n/>", at), std::min(at + 64, xml.size()));
      const std::string_view name = xml.substr(at + 1, end - at - 1);
      return Lower(name.substr(std::min(name.find(':') + 1, name.size())));
    }
    if (at == xml.npos) break;
  }
  return "";
}

XmlNames::XmlNames(const pugi::xml_node& root) {
  const auto add = [&](const pugi::xml_node& node) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (!StartsWith(name, "xmlns:") || prefixes_.size() > 64) continue;
      for (const Namespace& known : kNamespaces) {
        if (known.uri == attribute.value()) {
          prefixes_.push_back({std::string(name.substr(6)) + ":", std::string(known.canonical)});
        }
      }
    }
  };
  add(root);
  if (const pugi::xml_node channel = root.child("channel")) add(channel);
}

std::string XmlNames::Of(const pugi::xml_node& node) const {
  const std::string_view name = node.name();
  const size_t colon = name.find(':');
  if (colon == name.npos) return std::string(name);
  const std::string_view prefix = name.substr(0, colon + 1);
  for (const Prefix& known : prefixes_) {
    if (known.prefix == prefix) return Cat(known.canonical, name.substr(colon + 1));
  }
  return std::string(name);
}

std::string TextOf(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text.append(child.value());
  }
  return text;
}

std::string XmlAttribute(const pugi::xml_node& node, std::string_view name) {
  return node.attribute(Cat("xml:", name).c_str()).value();
}

absl::StatusOr<Feed> ReadXmlFeed(std::string_view xml) {
  bool entities = false;
  const std::string name = FirstElement(xml, &entities);
  if (entities) {
    return Reject("xml_entities_forbidden",
                  "the feed declares XML entities, which are never expanded; send it without a DTD");
  }
  if (name != "rss" && name != "feed" && name != "rdf") {
    return Reject("not_a_feed", "the document is no feed: neither RSS, Atom nor JSON Feed");
  }
  if (std::count(xml.begin(), xml.end(), '<') > kMaxTags) {
    return Reject("invalid_feed", Cat("the feed has more than ", kMaxTags, " tags; send a shorter one"));
  }
  const size_t start = xml.find('<');
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(xml.data() + start, xml.size() - start,
                           pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed) {
    return Reject("invalid_feed",
                  Cat("the feed is not well-formed XML at byte ", start + parsed.offset, " (",
                      std::string_view(parsed.description()), "); mend it and send it again"));
  }
  const pugi::xml_node root = document.document_element();
  if (absl::Status status = CheckShape(root); !status.ok()) return status;
  return name == "feed" ? ReadAtom(root) : ReadRss(root);
}

}  // namespace seaworthy::feed_internal
