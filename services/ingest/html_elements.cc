#include "services/ingest/html_elements.h"

#include <array>
#include <vector>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

bool IsHiddenClass(std::string_view classes) {
  const std::string padded = Cat(" ", Lower(OneLine(classes)), " ");
  for (const char* name :
       {" sr-only ", " visually-hidden ", " visuallyhidden ", " screen-reader-text ", " d-none "}) {
    if (Contains(padded, name)) return true;
  }
  return false;
}

}  // namespace

std::string_view Attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

bool Has(const GumboElement& element, const char* name) {
  return gumbo_get_attribute(&element.attributes, name) != nullptr;
}

const char* HiddenByTag(const GumboElement& element) {
  switch (element.tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
      return "";
    case GUMBO_TAG_TEMPLATE:
      return "template";
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
      return "noscript";
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_ANNOTATION_XML:
      return "embedded";
    default:
      break;
  }
  const std::string_view tag(element.original_tag.data, element.original_tag.length);
  if (StartsWith(Lower(tag.substr(0, 11)), "<annotation")) return "embedded";
  const bool dialog = StartsWith(Lower(tag.substr(0, 7)), "<dialog");
  return dialog && !Has(element, "open") ? "hidden_attribute" : nullptr;
}

const char* HiddenByAttribute(const GumboElement& element) {
  if (Has(element, "hidden") || Has(element, "popover") ||
      Lower(Attribute(element, "aria-hidden")) == "true") {
    return "hidden_attribute";
  }
  return IsHiddenClass(Attribute(element, "class")) ? "css_hidden" : nullptr;
}

std::string WordsBelow(const GumboNode* root) {
  std::string words;
  std::vector<const GumboNode*> open = {root};
  while (!open.empty()) {
    const GumboNode* node = open.back();
    open.pop_back();
    if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE) {
      const GumboTag tag = node->v.element.tag;
      if (node != root && (tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE)) continue;
      const GumboVector& children = node->v.element.children;
      for (unsigned i = children.length; i > 0; --i) {
        open.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
      }
    } else if (node->type != GUMBO_NODE_DOCUMENT) {
      words.append(node->v.text.text).push_back(' ');
    }
  }
  return words;
}

bool IsBoilerplate(const GumboElement& element) {
  if (element.tag == GUMBO_TAG_NAV || element.tag == GUMBO_TAG_FOOTER || element.tag == GUMBO_TAG_ASIDE) {
    return true;
  }
  const std::string_view role = Attribute(element, "role");
  if (role == "navigation" || role == "contentinfo") return true;
  const std::string classes = Cat(" ", Lower(Attribute(element, "class")), " ");
  return Contains(classes, " footer ") || Contains(classes, " navbar ") || Contains(classes, " nav ") ||
         Contains(classes, " breadcrumb");
}

int HeadingLevel(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? 1 + static_cast<int>(tag) - GUMBO_TAG_H1 : 0;
}

bool IsBlock(GumboTag tag) {
  static constexpr std::array kBlocks = {
      GUMBO_TAG_P,       GUMBO_TAG_DIV,    GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE,    GUMBO_TAG_MAIN,
      GUMBO_TAG_HEADER,  GUMBO_TAG_FOOTER, GUMBO_TAG_NAV,     GUMBO_TAG_ASIDE,      GUMBO_TAG_UL,
      GUMBO_TAG_OL,      GUMBO_TAG_LI,     GUMBO_TAG_DL,      GUMBO_TAG_DT,         GUMBO_TAG_DD,
      GUMBO_TAG_TABLE,   GUMBO_TAG_TR,     GUMBO_TAG_TD,      GUMBO_TAG_TH,         GUMBO_TAG_CAPTION,
      GUMBO_TAG_PRE,     GUMBO_TAG_HR,     GUMBO_TAG_FIGURE,  GUMBO_TAG_FORM,       GUMBO_TAG_BLOCKQUOTE,
      GUMBO_TAG_DETAILS, GUMBO_TAG_BODY,   GUMBO_TAG_SUMMARY, GUMBO_TAG_FIGCAPTION, GUMBO_TAG_ADDRESS};
  for (GumboTag block : kBlocks) {
    if (tag == block) return true;
  }
  return HeadingLevel(tag) > 0;
}

bool IsEmphasis(GumboTag tag) {
  return tag == GUMBO_TAG_B || tag == GUMBO_TAG_STRONG || tag == GUMBO_TAG_CODE || tag == GUMBO_TAG_EM ||
         tag == GUMBO_TAG_I;
}

}  // namespace seaworthy
