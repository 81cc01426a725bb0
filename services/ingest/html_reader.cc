#include "services/ingest/html_reader.h"

#include <gumbo.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "services/ingest/badge.h"
#include "services/ingest/css.h"
#include "services/ingest/html_elements.h"
#include "services/ingest/html_guard.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Memory for one parse, given back at once: gumbo's own clean-up recurses as
// deep as the document does.
class Arena {
 public:
  static void* Allocate(void* self, size_t size) { return static_cast<Arena*>(self)->Take(size); }
  static void Free(void*, void*) {}

 private:
  static constexpr size_t kChunk = 64 * 1024;
  void* Take(size_t size) {
    size = (size + 15) & ~size_t{15};
    if (size > left_) {
      const size_t chunk = size > kChunk ? size : kChunk;
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      next_ = chunks_.back().get();
      left_ = chunk;
    }
    char* taken = next_;
    next_ += size;
    left_ -= size;
    return taken;
  }
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

// Walks the tree without recursion: the nesting is the sender's.
class Walker {
 public:
  Walker(std::string_view html, const OffsetMap& map, DocumentBuilder* builder, Document* document)
      : html_(html), map_(map), builder_(builder), document_(document) {}

  HiddenTags Walk(const GumboOutput& output, bool fragment) {
    const GumboNode* root = output.root;
    fragment_ = fragment;
    const GumboVector& outside = output.document->v.document.children;
    for (unsigned i = 0; i < outside.length; ++i) Comment(static_cast<const GumboNode*>(outside.data[i]));
    ReadStyles(root);
    stack_.push_back({root, 0, kWhite});
    if (!Enter(root)) return std::move(hidden_);
    while (!stack_.empty()) {
      const GumboNode* node = stack_.back().node;
      const GumboVector& children = node->v.element.children;
      if (stack_.back().child >= children.length) {
        Leave(node);
        stack_.pop_back();
        continue;
      }
      const auto* child = static_cast<const GumboNode*>(children.data[stack_.back().child++]);
      Comment(child);
      if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE) {
        stack_.push_back({child, 0, stack_.back().background});
        if (!Enter(child)) stack_.pop_back();
      } else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
                 child->type == GUMBO_NODE_CDATA) {
        Text(child->v.text);
      }
    }
    return std::move(hidden_);
  }

 private:
  static constexpr int kWhite = 0xFFFFFF;
  struct Frame {
    const GumboNode* node;
    unsigned child;
    int background;
  };

  void Comment(const GumboNode* node) {
    if (node->type == GUMBO_NODE_COMMENT) document_->hidden.Add("html_comment", node->v.text.text);
  }

  // Every <style> of the page counts for every element.
  void ReadStyles(const GumboNode* root) {
    std::vector<const GumboNode*> open = {root};
    while (!open.empty()) {
      const GumboNode* node = open.back();
      open.pop_back();
      if (node->type != GUMBO_NODE_ELEMENT) continue;
      if (node->v.element.tag == GUMBO_TAG_STYLE) sheet_.Read(WordsBelow(node));
      const GumboVector& children = node->v.element.children;
      for (unsigned i = children.length; i > 0; --i) {
        open.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
      }
    }
  }

  // The kind of HiddenTexts, or nullptr where a reader sees the element.
  const char* HiddenKind(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    if (const char* kind = HiddenByTag(element)) return kind;
    if (const char* kind = HiddenByAttribute(element)) return kind;
    CssStyle style;
    const bool known = sheet_.Apply(node, &style);
    if (element.tag == GUMBO_TAG_FONT) style["color"] = Lower(Attribute(element, "color"));
    if (Has(element, "bgcolor")) style["background-color"] = Lower(Attribute(element, "bgcolor"));
    ReadDeclarations(Attribute(element, "style"), &style);
    const bool page = element.tag == GUMBO_TAG_HTML || element.tag == GUMBO_TAG_BODY;
    const bool hides = !page && Hides(style, stack_.back().background);
    if (!known || (hides && !FadesIn(node, style))) return "css_hidden";
    for (const char* property : {"background", "background-color"}) {
      const auto it = style.find(property);
      if (it == style.end()) continue;
      const int color = ParseColor(it->second);
      if (color != kTransparent) stack_.back().background = color;
    }
    return nullptr;
  }

  // Pages fade in: what is only transparent and holds nearly all of the page is
  // not hidden from its reader.
  bool FadesIn(const GumboNode* node, CssStyle style) const {
    style.erase("opacity");
    return !Hides(style, stack_.back().background) &&
           WordsBelow(node).size() * 5 > WordsBelow(stack_.front().node).size() * 4;
  }

  void Attributes(const GumboElement& element) {
    for (const char* name : {"alt", "title", "aria-label", "aria-description", "placeholder"}) {
      document_->hidden.Add("alt_text", Attribute(element, name));
    }
  }

  size_t OffsetOf(const char* at) const {
    return at == nullptr ? html_.npos : static_cast<size_t>(at - html_.data());
  }

  // Whether to go into the element.
  bool Enter(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    if (element.tag == GUMBO_TAG_HEAD) {
      if (!fragment_) Head(element);
      return false;
    }
    if (element.tag == GUMBO_TAG_HTML && !fragment_) {
      document_->language = std::string(Attribute(element, "lang").substr(0, 16));
    }
    if (const char* kind = HiddenKind(node)) {
      const bool unclosed = element.original_end_tag.length == 0 && element.original_tag.length > 0;
      if (unclosed && fragment_) hidden_.push_back({TagName(element), kind});
      if (*kind != '\0') document_->hidden.Add(kind, WordsBelow(node));
      return false;
    }
    Attributes(element);
    if (!fragment_ && IsBoilerplate(element)) ++boilerplate_;
    if (element.tag == GUMBO_TAG_BR) builder_->AddBreak();
    if (element.tag == GUMBO_TAG_IMG) {
      pictures_ = true;
      Badge(element);
    }
    if (IsBlock(element.tag)) OpenBlock(element);
    if (IsEmphasis(element.tag)) emphasis_.push_back(builder_->position());
    if (element.tag == GUMBO_TAG_A && Has(element, "href")) {
      link_begin_ = builder_->position();
      pictures_ = false;
    }
    return true;
  }

  // Also of elements that gumbo has no name for.
  static std::string TagName(const GumboElement& element) {
    std::string_view tag(element.original_tag.data, element.original_tag.length);
    size_t end = 1;
    while (end < tag.size() && (IsAlnum(tag[end]) || tag[end] == '-')) ++end;
    return Lower(tag.substr(1, end - 1));
  }

  void Badge(const GumboElement& image) {
    const GumboAttribute* source = gumbo_get_attribute(&image.attributes, "src");
    if (source == nullptr || boilerplate_ > 0) return;
    const std::string license = LicenseOfBadge(source->value);
    if (!license.empty()) AddField("badge.license", license, source->original_value);
  }

  void OpenBlock(const GumboElement& element) {
    Block block;
    const GumboTag tag = element.tag;
    block.level = HeadingLevel(tag);
    if (tag == GUMBO_TAG_TABLE) tables_.push_back({builder_->NextTable(), -1, -1});
    if (tag == GUMBO_TAG_TR && !tables_.empty()) {
      ++tables_.back().row;
      tables_.back().column = -1;
    }
    const bool cell = (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) && !tables_.empty();
    if (cell) ++tables_.back().column;
    if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DD || tag == GUMBO_TAG_DT) ++items_;
    if (tag == GUMBO_TAG_PRE) ++code_;
    if (tag == GUMBO_TAG_BLOCKQUOTE) ++quotes_;
    if (block.level > 0) {
      block.kind = BlockKind::kHeading;
    } else {
      block.kind = Kind(&block);
    }
    block.boilerplate = boilerplate_ > 0;
    if (tag == GUMBO_TAG_PRE || code_ > 0) block.info = CodeLanguage(element);
    builder_->Begin(std::move(block));
  }

  BlockKind Kind(Block* block) const {
    if (code_ > 0) return BlockKind::kCode;
    if (!tables_.empty() && tables_.back().column >= 0) {
      block->table = tables_.back().index;
      block->row = tables_.back().row;
      block->column = tables_.back().column;
      return BlockKind::kTableCell;
    }
    if (items_ > 0) return BlockKind::kListItem;
    return quotes_ > 0 ? BlockKind::kQuote : BlockKind::kParagraph;
  }

  // `<pre><code class="language-python">`.
  static std::string CodeLanguage(const GumboElement& pre) {
    for (unsigned i = 0; i < pre.children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(pre.children.data[i]);
      if (child->type != GUMBO_NODE_ELEMENT) continue;
      const std::string_view classes = Attribute(child->v.element, "class");
      const size_t at = classes.find("language-");
      if (at == classes.npos) continue;
      const std::string_view rest = classes.substr(at + 9);
      return std::string(rest.substr(0, rest.find(' ')));
    }
    return "";
  }

  void Leave(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    const GumboTag tag = element.tag;
    if (!fragment_ && IsBoilerplate(element)) --boilerplate_;
    if (tag == GUMBO_TAG_A && Has(element, "href")) CloseLink(element);
    if (IsEmphasis(tag) && !emphasis_.empty()) {
      builder_->AddEmphasis(emphasis_.back());
      emphasis_.pop_back();
    }
    if (!IsBlock(tag)) return;
    builder_->End();
    if (tag == GUMBO_TAG_TABLE && !tables_.empty()) tables_.pop_back();
    if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DD || tag == GUMBO_TAG_DT) --items_;
    if (tag == GUMBO_TAG_PRE) --code_;
    if (tag == GUMBO_TAG_BLOCKQUOTE) --quotes_;
  }

  void CloseLink(const GumboElement& element) {
    const GumboAttribute* href = gumbo_get_attribute(&element.attributes, "href");
    Link link;
    link.text = {std::min(link_begin_, builder_->position()), builder_->position()};
    link.url = std::string(Strip(href->value));
    link.image_only =
        pictures_ && document_->TextOf(link.text).find_first_not_of(" \n") == std::string_view::npos;
    const size_t at = OffsetOf(href->original_value.data);
    if (auto raw = map_.Raw(Unquoted(at, href->original_value.length))) link.raw = *raw;
    builder_->AddLink(std::move(link));
    pictures_ = false;
  }

  // Where an attribute's value stands in `html_`, without its quotes.
  Span Unquoted(size_t at, size_t length) const {
    if (at + length > html_.size()) return {};
    const bool quoted = length >= 2 && (html_[at] == '"' || html_[at] == '\'');
    return quoted ? Span{at + 1, at + length - 1} : Span{at, at + length};
  }

  void Text(const GumboText& text) {
    const std::string_view literal(text.text);
    const size_t at = OffsetOf(text.original_text.data);
    if (at >= html_.size()) return;
    OffsetMap within;
    const size_t limit = std::min(html_.size(), at + text.original_text.length);
    if (literal == html_.substr(at, literal.size())) {
      within.Add(0, literal.size(), at, literal.size());
    } else {
      AlignAt(html_, at, limit, literal, 0, &within);
    }
    OffsetMap raw;
    within.Compose(map_, &raw);
    if (code_ == 0 && tables_.empty() && !builder_->open() &&
        literal.find_first_not_of(" \t\r\n") == literal.npos) {
      return;
    }
    if (!builder_->open()) {
      Block block;
      block.kind = Kind(&block);
      block.boilerplate = boilerplate_ > 0;
      builder_->Begin(std::move(block));
    }
    builder_->Add(literal, raw);
  }

  void Head(const GumboElement& head) {
    for (unsigned i = 0; i < head.children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(head.children.data[i]);
      Comment(child);
      if (child->type != GUMBO_NODE_ELEMENT) continue;
      const GumboElement& element = child->v.element;
      if (element.tag == GUMBO_TAG_NOSCRIPT) document_->hidden.Add("noscript", WordsBelow(child));
      if (element.tag == GUMBO_TAG_TITLE && element.children.length > 0) {
        const auto* text = static_cast<const GumboNode*>(element.children.data[0]);
        if (text->type == GUMBO_NODE_TEXT) {
          AddField("title", text->v.text.text, text->v.text.original_text);
        }
      }
      if (element.tag != GUMBO_TAG_META) continue;
      std::string_view name = Attribute(element, "name");
      if (name.empty()) name = Attribute(element, "property");
      const GumboAttribute* content = gumbo_get_attribute(&element.attributes, "content");
      if (name.empty() || name.size() > 60 || content == nullptr) continue;
      if (std::count(content->value, content->value + std::strlen(content->value), ' ') >= 3) {
        document_->hidden.Add("metadata", content->value);
      }
      AddField(Cat("meta.", Lower(name)), content->value, content->original_value);
    }
  }

  void AddField(std::string path, std::string_view value, const GumboStringPiece& original) {
    const size_t at = OffsetOf(original.data);
    if (value.size() > 2000 || document_->fields.size() >= 500 || at >= html_.size()) return;
    const auto raw = map_.Raw(Unquoted(at, original.length));
    if (!raw) return;
    document_->fields.push_back({std::move(path), std::string(Strip(value)), *raw});
  }

  struct Table {
    int index, row, column;
  };
  std::string_view html_;
  const OffsetMap& map_;
  DocumentBuilder* builder_;
  Document* document_;
  std::vector<Frame> stack_;
  std::vector<Table> tables_;
  std::vector<size_t> emphasis_;
  HiddenTags hidden_;
  StyleSheet sheet_;
  bool fragment_ = false;
  bool pictures_ = false;
  size_t link_begin_ = 0;
  int items_ = 0;
  int code_ = 0;
  int quotes_ = 0;
  int boilerplate_ = 0;
};

}  // namespace

HiddenTags ReadHtml(std::string_view html, const OffsetMap& map, const HtmlOptions& options,
                    DocumentBuilder* builder, Document* document) {
  Arena arena;
  GumboOptions gumbo = kGumboDefaultOptions;
  gumbo.allocator = &Arena::Allocate;
  gumbo.deallocator = &Arena::Free;
  gumbo.userdata = &arena;
  gumbo.max_errors = 0;
  const GumboOutput* output = gumbo_parse_with_options(&gumbo, html.data(), html.size());
  return Walker(html, map, builder, document).Walk(*output, options.fragment);
}

std::string PlainText(std::string_view html) {
  if (html.find_first_of("<&") == html.npos) return std::string(Strip(html));
  if (!CheckHtmlShape(html).ok()) return "";
  Document document;
  DocumentBuilder builder(&document);
  ReadHtml(html, OffsetMap::Identity(0, html.size()), {.fragment = true}, &builder, &document);
  builder.End();
  return OneLine(document.text);
}

}  // namespace seaworthy
