// Hostile values in templates: no value becomes markup or is read as a template.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "services/publisher/pages/template_set.h"

namespace {

constexpr char kPage[] =
    "<a href=\"{{url}}\" title='{{title}}'>{{text}}</a>{{#list}}<li>{{.}}</li>{{/list}}"
    "{{#object}}<b>{{text}}{{inner}}</b>{{/object}}{{^nothing}}<i></i>{{/nothing}}\n"
    "{{> part}}";
constexpr char kPart[] = "<p data-x=\"{{title}}\">{{text}}</p>";
constexpr char kSecret[] = "SECRET-VALUE-OF-THE-VIEW";

long Count(const std::string& text, char c) { return std::count(text.begin(), text.end(), c); }

std::string Render(const std::string& value) {
  static const auto templates = *seaworthy::TemplateSet::Make({{"page", kPage}, {"part", kPart}});
  return templates->Render("page", {{"url", value},
                                    {"title", value},
                                    {"text", value},
                                    {"list", {value, value}},
                                    {"object", {{"inner", value}}},
                                    {"secret", kSecret}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string plain = Render("x");
  std::string value(reinterpret_cast<const char*>(data), size);
  // Views are JSON, which is UTF-8.
  value = nlohmann::json::parse(
              nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
              .get<std::string>();
  if (value.empty()) return 0;
  const std::string page = Render(value);
  for (char c : {'<', '>', '"', '\''}) {
    if (Count(page, c) != Count(plain, c)) std::abort();
  }
  if (page.find(kSecret) != page.npos && value.find(kSecret) == value.npos) std::abort();
  return 0;
}
