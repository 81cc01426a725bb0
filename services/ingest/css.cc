#include "services/ingest/css.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRules = 20'000;
constexpr size_t kMaxSteps = 20'000'000;
constexpr int kMaxNesting = 4;

bool Hiding(std::string_view property) {
  static constexpr std::array<std::string_view, 24> kProperties = {
      "display",   "visibility",  "opacity",    "font-size",   "font",  "position",   "left",
      "right",     "top",         "bottom",     "text-indent", "clip",  "clip-path",  "width",
      "height",    "max-width",   "max-height", "overflow",    "color", "background", "background-color",
      "transform", "margin-left", "margin-top"};
  return std::find(kProperties.begin(), kProperties.end(), property) != kProperties.end();
}

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Without comments; escapes (`\64 isplay`) become what they stand for.
std::string Plain(std::string_view css) {
  std::string out;
  for (size_t at = 0; at < css.size(); ++at) {
    if (StartsWith(css.substr(at), "/*")) {
      const size_t end = css.find("*/", at + 2);
      if (end == css.npos) break;
      at = end + 1;
    } else if (css[at] == '\\' && at + 1 < css.size()) {
      size_t end = at + 1;
      while (end < css.size() && end - at <= 6 && IsHex(css[end])) ++end;
      const std::string digits(css.substr(at + 1, end - at - 1));
      const long code = digits.empty() ? css[at + 1] : std::strtol(digits.c_str(), nullptr, 16);
      out.push_back(code > 0x20 && code < 0x7F ? static_cast<char>(code) : '_');
      if (!digits.empty() && end < css.size() && IsSpace(css[end])) ++end;
      at = digits.empty() ? at + 1 : end - 1;
    } else {
      out.push_back(css[at]);
    }
  }
  return out;
}

// A length in pixels, roughly; `otherwise` where it is none.
double Pixels(std::string_view value, double otherwise) {
  const std::string text(value);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return otherwise;
  const std::string_view unit(end);
  if (StartsWith(unit, "em") || StartsWith(unit, "rem") || StartsWith(unit, "vw") || StartsWith(unit, "vh")) {
    return number * 12;
  }
  return unit.empty() || unit[0] != '%' ? number : number * 8;
}

std::string_view Get(const CssStyle& style, const char* property) {
  const auto it = style.find(property);
  return it == style.end() ? std::string_view() : std::string_view(it->second);
}

bool IsOutside(const CssStyle& style) {
  if (Pixels(Get(style, "text-indent"), 0) <= -200) return true;
  for (const char* side : {"margin-left", "margin-top"}) {
    if (Pixels(Get(style, side), 0) <= -500) return true;
  }
  const std::string_view transform = Get(style, "transform");
  if (Contains(transform, "scale(0") && !Contains(transform, "scale(0.")) return true;
  const size_t moved = transform.find("translate");
  if (moved != transform.npos) {
    const size_t open = transform.find('(', moved);
    if (open != transform.npos && Pixels(transform.substr(open + 1), 0) <= -500) return true;
  }
  const std::string_view position = Get(style, "position");
  if (position.empty() || position == "static") return false;
  return Pixels(Get(style, "left"), 0) <= -200 || Pixels(Get(style, "right"), 0) <= -200 ||
         Pixels(Get(style, "top"), 0) <= -200 || Pixels(Get(style, "bottom"), 0) <= -200 ||
         Pixels(Get(style, "left"), 0) >= 5000 || Pixels(Get(style, "top"), 0) >= 100'000;
}

bool IsClipped(const CssStyle& style) {
  const std::string clip = ReplaceAll(Get(style, "clip"), " ", "");
  if (StartsWith(clip, "rect(0") || StartsWith(clip, "rect(1px,1px,1px")) return true;
  const std::string path = ReplaceAll(Get(style, "clip-path"), " ", "");
  if (StartsWith(path, "inset(50%") || StartsWith(path, "inset(100%") || StartsWith(path, "circle(0"))
    return true;
  if (!StartsWith(Get(style, "overflow"), "hidden") && !StartsWith(Get(style, "overflow"), "clip"))
    return false;
  for (const char* size : {"width", "height", "max-width", "max-height"}) {
    if (Pixels(Get(style, size), 100) <= 1) return true;
  }
  return false;
}

bool IsTooSmall(const CssStyle& style) {
  if (Pixels(Get(style, "font-size"), 100) <= 2) return true;
  const std::string_view font = Get(style, "font");
  return StartsWith(font, "0/") || StartsWith(font, "0px") || StartsWith(font, "0 ") ||
         Contains(font, " 0px") || Contains(font, " 0/") || StartsWith(font, "1px");
}

int Background(const CssStyle& style) {
  const int color = ParseColor(Get(style, "background-color"));
  return color == kUnknownColor ? ParseColor(Get(style, "background")) : color;
}

bool Alike(int a, int b) {
  if (a < 0 || b < 0) return false;
  int distance = 0;
  for (int shift : {0, 8, 16}) distance += std::abs(((a >> shift) & 0xFF) - ((b >> shift) & 0xFF));
  return distance <= 24;
}

// `rgb(255, 255, 255)`, `rgba(0 0 0 / 0)`.
int FunctionColor(std::string_view color) {
  std::string text(color.substr(color.find('(') + 1));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ',' || c == '/' || c == ')'; }, ' ');
  std::vector<double> parts;
  const char* at = text.c_str();
  for (char* end = nullptr; parts.size() < 4; at = end) {
    const double number = std::strtod(at, &end);
    if (end == at) break;
    parts.push_back(*end == '%' ? number * 2.55 : number);
    if (*end == '%') ++end;
  }
  if (parts.size() == 4 && parts[3] < 0.05) return kTransparent;
  if (parts.size() < 3) return kUnknownColor;
  int value = 0;
  for (int i = 0; i < 3; ++i) value = (value << 8) | std::clamp(static_cast<int>(parts[i]), 0, 255);
  return value;
}

std::string_view AttributeOf(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

bool HasClass(const GumboElement& element, const std::string& name) {
  const std::string_view classes = AttributeOf(element, "class");
  for (size_t at = 0; (at = classes.find(name, at)) != classes.npos; at += name.size()) {
    const size_t end = at + name.size();
    if ((at == 0 || IsSpace(classes[at - 1])) && (end == classes.size() || IsSpace(classes[end])))
      return true;
  }
  return false;
}

// One past the brace that closes the one before `at`.
size_t BlockEnd(std::string_view css, size_t at) {
  int depth = 1;
  for (; at < css.size() && depth > 0; ++at) depth += css[at] == '{' ? 1 : css[at] == '}' ? -1 : 0;
  return at;
}

}  // namespace

void ReadDeclarations(std::string_view css, CssStyle* style) {
  const std::string plain = Lower(Plain(css));
  for (std::string_view declaration : Split(plain, ';')) {
    const size_t colon = declaration.find(':');
    if (colon == declaration.npos) continue;
    const std::string property(Strip(declaration.substr(0, colon)));
    if (!Hiding(property)) continue;
    std::string_view value = Strip(declaration.substr(colon + 1));
    value = Strip(value.substr(0, value.find('!')));
    (*style)[property] = std::string(value.substr(0, 100));
  }
}

int ParseColor(std::string_view color) {
  static const std::map<std::string_view, int> kNames = {
      {"white", 0xFFFFFF},      {"snow", 0xFFFAFA},  {"ivory", 0xFFFFF0},          {"ghostwhite", 0xF8F8FF},
      {"whitesmoke", 0xF5F5F5}, {"azure", 0xF0FFFF}, {"floralwhite", 0xFFFAF0},    {"mintcream", 0xF5FFFA},
      {"black", 0x000000},      {"red", 0xFF0000},   {"transparent", kTransparent}};
  const std::string lower = Lower(Strip(color));
  const std::string_view first = std::string_view(lower).substr(0, lower.find(' '));
  if (const auto it = kNames.find(first); it != kNames.end()) return it->second;
  if (StartsWith(lower, "rgb")) return FunctionColor(lower);
  if (first.empty() || first[0] != '#') return kUnknownColor;
  const std::string digits(first.substr(1));
  if (!std::all_of(digits.begin(), digits.end(), IsHex)) return kUnknownColor;
  if (digits.size() == 8 && digits.substr(6) == "00") return kTransparent;
  if (digits.size() == 4 && digits[3] == '0') return kTransparent;
  if (digits.size() == 6 || digits.size() == 8) {
    return static_cast<int>(std::strtol(digits.substr(0, 6).c_str(), nullptr, 16));
  }
  if (digits.size() != 3 && digits.size() != 4) return kUnknownColor;
  const long v = std::strtol(digits.substr(0, 3).c_str(), nullptr, 16);
  return static_cast<int>(((v >> 8) & 0xF) * 0x110000 + ((v >> 4) & 0xF) * 0x1100 + (v & 0xF) * 0x11);
}

bool Hides(const CssStyle& style, int background) {
  if (style.empty()) return false;
  if (Get(style, "display") == "none") return true;
  const std::string_view visibility = Get(style, "visibility");
  if (visibility == "hidden" || visibility == "collapse") return true;
  const std::string opacity(Get(style, "opacity"));
  if (!opacity.empty() && std::strtod(opacity.c_str(), nullptr) < 0.1) return true;
  if (IsTooSmall(style) || IsOutside(style) || IsClipped(style)) return true;
  const int color = ParseColor(Get(style, "color"));
  if (color == kTransparent) return true;
  const int own = Background(style);
  return Alike(color, own >= 0 ? own : background);
}

bool StyleSheet::ParseCompound(std::string_view text, Compound* compound) {
  size_t at = 0;
  while (at < text.size()) {
    const char sign = text[at];
    const bool marked = sign == '.' || sign == '#';
    size_t end = at + (marked ? 1 : 0);
    const size_t begin = end;
    while (end < text.size() && (IsAlnum(text[end]) || text[end] == '-' || text[end] == '_')) ++end;
    const std::string name(text.substr(begin, end - begin));
    if (sign == '*' && at == 0) {
      ++end;
    } else if (name.empty()) {
      return false;  // A pseudo-class, an attribute, a combinator.
    } else if (sign == '.') {
      compound->classes.push_back(name);
    } else if (sign == '#') {
      compound->id = name;
    } else {
      compound->tag = Lower(name);
    }
    at = end;
  }
  return true;
}

void StyleSheet::AddRule(std::string_view selector, const CssStyle& style) {
  if (rules_.size() >= kMaxRules || selector.size() > 300) return;
  Rule rule;
  rule.style = style;
  const std::string path = OneLine(ReplaceAll(selector, ">", " "));
  for (std::string_view part : Split(path, ' ')) {
    Compound compound;
    if (part.empty()) continue;
    if (rule.path.size() >= 6 || !ParseCompound(part, &compound)) return;
    rule.specificity += (compound.id.empty() ? 0 : 10'000) + static_cast<int>(compound.classes.size()) * 100 +
                        (compound.tag.empty() ? 0 : 1);
    rule.path.push_back(std::move(compound));
  }
  if (rule.path.empty()) return;
  const Compound& last = rule.path.back();
  const std::string key = !last.id.empty()        ? Cat("#", last.id)
                          : !last.classes.empty() ? Cat(".", last.classes[0])
                                                  : last.tag;
  if (key.empty()) return;
  by_key_[key].push_back(rules_.size());
  rules_.push_back(std::move(rule));
}

void StyleSheet::ReadBlock(std::string_view css, int depth) {
  size_t at = 0;
  while (at < css.size() && depth <= kMaxNesting) {
    const size_t open = css.find_first_of("{;}", at);
    if (open == css.npos) return;
    if (css[open] != '{') {  // `@import x;`
      at = open + 1;
      continue;
    }
    const std::string_view prelude = Strip(css.substr(at, open - at));
    const size_t end = BlockEnd(css, open + 1);
    const std::string_view body = css.substr(open + 1, end - open - 1);
    const std::string media = Lower(prelude);
    if (StartsWith(media, "@")) {
      const bool other = StartsWith(media, "@media") && (Contains(media, "(") || Contains(media, "print"));
      if (!other && !StartsWith(media, "@font") && !StartsWith(media, "@keyframes"))
        ReadBlock(body, depth + 1);
    } else {
      CssStyle style;
      ReadDeclarations(body.substr(0, body.find('}')), &style);
      if (!style.empty()) {
        for (std::string_view selector : Split(prelude, ',')) AddRule(Strip(selector), style);
      }
    }
    at = end;
  }
}

void StyleSheet::Read(std::string_view css) {
  const std::string plain = ReplaceAll(ReplaceAll(Plain(css), "<!--", ""), "-->", "");
  ReadBlock(plain, 0);
}

bool StyleSheet::Matches(const Compound& compound, const GumboElement& element) {
  if (!compound.tag.empty() && compound.tag != gumbo_normalized_tagname(element.tag)) return false;
  if (!compound.id.empty() && compound.id != AttributeOf(element, "id")) return false;
  return std::all_of(compound.classes.begin(), compound.classes.end(),
                     [&element](const std::string& name) { return HasClass(element, name); });
}

bool StyleSheet::Matches(const Rule& rule, const GumboNode* element) {
  ++steps_;
  if (!Matches(rule.path.back(), element->v.element)) return false;
  size_t left = rule.path.size() - 1;
  for (const GumboNode* up = element->parent; left > 0 && up != nullptr && up->type == GUMBO_NODE_ELEMENT;
       up = up->parent) {
    ++steps_;
    if (Matches(rule.path[left - 1], up->v.element)) --left;
  }
  return left == 0;
}

bool StyleSheet::Apply(const GumboNode* node, CssStyle* style) {
  if (rules_.empty()) return true;
  const GumboElement& element = node->v.element;
  std::vector<size_t> candidates;
  const auto add = [&](const std::string& key) {
    const auto it = by_key_.find(key);
    if (it != by_key_.end()) candidates.insert(candidates.end(), it->second.begin(), it->second.end());
  };
  add(gumbo_normalized_tagname(element.tag));
  if (!AttributeOf(element, "id").empty()) add(Cat("#", AttributeOf(element, "id")));
  const std::string classes = OneLine(AttributeOf(element, "class"));
  for (std::string_view name : Split(classes, ' ')) add(Cat(".", name));
  if (candidates.empty()) return true;
  steps_ += candidates.size();
  if (steps_ > kMaxSteps) return false;
  std::sort(candidates.begin(), candidates.end(), [this](size_t a, size_t b) {
    return std::pair(rules_[a].specificity, a) < std::pair(rules_[b].specificity, b);
  });
  for (size_t i : candidates) {
    if (!Matches(rules_[i], node)) continue;
    for (const auto& [property, value] : rules_[i].style) (*style)[property] = value;
  }
  return true;
}

}  // namespace seaworthy
