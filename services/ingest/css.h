// As much of CSS as decides whether a reader sees an element: no layout, but
// the common ways to hide words.
#pragma once

#include <gumbo.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace seaworthy {

// Property -> value, lower case, without comments and escapes. Only properties
// that can hide.
using CssStyle = std::map<std::string, std::string>;

// Adds the declarations of `display: none; color: white`; later ones win.
void ReadDeclarations(std::string_view css, CssStyle* style);

// A colour as 0xRRGGBB; kTransparent, or kUnknownColor.
inline constexpr int kTransparent = -1;
inline constexpr int kUnknownColor = -2;
int ParseColor(std::string_view color);

// Whether an element with this style shows nothing before a background of this
// colour: not displayed, transparent, of no size, outside the page, clipped
// away, or in the background's own colour.
bool Hides(const CssStyle& style, int background);

// The rules of a page's <style> elements. Rules for other media than screens
// and selectors with pseudo-classes are left out.
class StyleSheet {
 public:
  void Read(std::string_view css);
  // Merges what the rules say of an element. Returns false once the page has
  // cost too much; what its rules would hide is then not known.
  bool Apply(const GumboNode* element, CssStyle* style);
  // Whether a rule could be about the element.
  bool empty() const { return rules_.empty(); }

 private:
  // `div.note#x`.
  struct Compound {
    std::string tag, id;
    std::vector<std::string> classes;
  };
  struct Rule {
    std::vector<Compound> path;  // The element last.
    int specificity = 0;
    CssStyle style;
  };
  static bool ParseCompound(std::string_view text, Compound* compound);
  static bool Matches(const Compound& compound, const GumboElement& element);
  bool Matches(const Rule& rule, const GumboNode* element);
  void AddRule(std::string_view selector, const CssStyle& style);
  void ReadBlock(std::string_view css, int depth);

  std::vector<Rule> rules_;
  std::unordered_map<std::string, std::vector<size_t>> by_key_;  // `#id`, `.class` or `tag` of the element.
  size_t steps_ = 0;
};

}  // namespace seaworthy
