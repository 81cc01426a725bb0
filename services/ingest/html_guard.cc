#include "services/ingest/html_guard.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kMaxAttributes = 256;
constexpr long kMaxReconstructions = 500'000;

// Elements without an end tag, or whose end tag may be left out: an unclosed
// one of these does not nest.
bool NeverNests(std::string_view name) {
  static constexpr std::array<std::string_view, 38> kNames = {
      "area",     "base",   "body", "br",    "col",  "colgroup", "dd",     "dt",   "embed", "frame",
      "head",     "hr",     "html", "image", "img",  "input",    "keygen", "li",   "link",  "meta",
      "optgroup", "option", "p",    "param", "path", "rb",       "rect",   "rp",   "rt",    "rtc",
      "source",   "tbody",  "td",   "tfoot", "th",   "thead",    "tr",     "track"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name == "wbr" || name == "circle";
}

bool IsFormatting(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Past the comment or declaration that starts at `at` (`<!`).
size_t SkipDeclaration(std::string_view html, size_t at) {
  if (!StartsWith(html.substr(at), "<!--")) return html.find('>', at);
  if (StartsWith(html.substr(at), "<!-->") || StartsWith(html.substr(at), "<!--->")) {
    return html.find('>', at);
  }
  return html.find("-->", at + 4);
}

absl::Status TooManyRepeats(size_t at) {
  return Reject("nested_too_deeply", Cat("unclosed formatting elements before byte ", at,
                                         " repeat too often; close them or send the text of the page"));
}

class Shape {
 public:
  absl::Status Check(std::string_view html) {
    size_t at = 0;
    while ((at = html.find('<', at)) != html.npos) {
      size_t next = at + 1;
      if (StartsWith(html.substr(at), "<!")) {
        next = SkipDeclaration(html, at);
      } else if (next < html.size() && (html[next] == '/' || IsAlpha(html[next]))) {
        if (absl::Status status = Tag(html, at, &next); !status.ok()) return status;
      }
      if (next == html.npos) break;
      at = next;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Tag(std::string_view html, size_t at, size_t* next) {
    const bool closing = html[at + 1] == '/';
    size_t name_end = at + 1 + closing;
    while (name_end < html.size() && IsAlnum(html[name_end])) ++name_end;
    const std::string name = Lower(html.substr(at + 1 + closing, name_end - at - 1 - closing));
    bool self_closing = false;
    if (absl::Status status = Attributes(html, name_end, next, &self_closing); !status.ok()) return status;
    if (closing) return Close(name);
    reconstructions_ += formatting_;
    if (reconstructions_ > kMaxReconstructions) return TooManyRepeats(*next);
    if (name.empty() || NeverNests(name) || (self_closing && foreign_ > 0)) return absl::OkStatus();
    return Open(html, name, next);
  }

  static absl::Status Attributes(std::string_view html, size_t at, size_t* next, bool* self_closing) {
    int attributes = 0;
    char quote = 0;
    for (; at < html.size(); ++at) {
      const char c = html[at];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if ((c == '"' || c == '\'') && html[at - 1] == '=') {
        quote = c;
      } else if (c == '>') {
        break;
      } else if (IsSpace(c) || c == '/') {
        if (at + 1 < html.size() && !IsSpace(html[at + 1]) && ++attributes > kMaxAttributes) {
          return Reject("nested_too_deeply",
                        Cat("an HTML tag before byte ", at, " has more than ", kMaxAttributes,
                            " attributes; send the page without generated markup"));
        }
      }
    }
    *self_closing = at < html.size() && html[at - 1] == '/';
    *next = at;
    return absl::OkStatus();
  }

  absl::Status Close(const std::string& name) {
    auto it = open_.find(name);
    if (it == open_.end() || it->second == 0) return absl::OkStatus();
    --it->second;
    --depth_;
    if (IsFormatting(name)) --formatting_;
    if (name == "svg" || name == "math") --foreign_;
    return absl::OkStatus();
  }

  absl::Status Open(std::string_view html, const std::string& name, size_t* next) {
    if (foreign_ == 0 && (name == "script" || name == "style" || name == "textarea" || name == "title")) {
      const size_t end = html.find(Cat("</", name), *next);
      if (end != html.npos) *next = end;
      return absl::OkStatus();
    }
    ++open_[name];
    ++depth_;
    if (IsFormatting(name)) ++formatting_;
    if (name == "svg" || name == "math") ++foreign_;
    if (depth_ > kMaxHtmlDepth) {
      return Reject("nested_too_deeply",
                    Cat("more than ", kMaxHtmlDepth, " HTML elements are open at once before byte ", *next,
                        "; send the text of the page without its layout"));
    }
    return absl::OkStatus();
  }

  std::map<std::string, int> open_;
  int depth_ = 0;
  int formatting_ = 0;
  int foreign_ = 0;
  long reconstructions_ = 0;
};

}  // namespace

absl::Status CheckHtmlShape(std::string_view html) { return Shape().Check(html); }

}  // namespace seaworthy
