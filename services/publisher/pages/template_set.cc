#include "services/publisher/pages/template_set.h"

#include <filesystem>
#include <fstream>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy {
namespace {

namespace mustache = kainjow::mustache;
using Sources = std::map<std::string, std::string>;

constexpr int kMaxIncludes = 8;

mustache::data ToData(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::object: {
      mustache::data object{mustache::data::type::object};
      for (const auto& [key, item] : value.items()) object.set(key, ToData(item));
      return object;
    }
    case nlohmann::json::value_t::array: {
      mustache::data list{mustache::data::type::list};
      for (const auto& item : value) list.push_back(ToData(item));
      return list;
    }
    case nlohmann::json::value_t::boolean:
      return mustache::data{value.get<bool>() ? mustache::data::type::bool_true
                                              : mustache::data::type::bool_false};
    case nlohmann::json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      return text.empty() ? mustache::data{mustache::data::type::bool_false} : mustache::data{text};
    }
    case nlohmann::json::value_t::null:
      return mustache::data{mustache::data::type::bool_false};
    default:
      return mustache::data{value.dump()};
  }
}

absl::Status CheckSafe(const std::string& name, const std::string& text) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    for (const absl::string_view bad : {"{{{", "{{&", "{{=", "{{ &"}) {
      if (!absl::StrContains(line, bad)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          name, ".html line ", number, ": `", bad, "` would let a value through unescaped; use `{{name}}`"));
    }
  }
  return absl::OkStatus();
}

// The text with its includes put in, indentation and empty lines taken out.
absl::StatusOr<std::string> Expand(const Sources& sources, const std::string& name, int depth) {
  const auto it = sources.find(name);
  if (it == sources.end()) return absl::InvalidArgumentError(absl::StrCat("no template ", name, ".html"));
  if (depth > kMaxIncludes) return absl::InvalidArgumentError(absl::StrCat(name, ".html includes itself"));
  const absl::Status safe = CheckSafe(name, it->second);
  if (!safe.ok()) return safe;
  std::string out;
  for (absl::string_view line : absl::StrSplit(it->second, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (absl::StartsWith(line, "{{> ") && absl::EndsWith(line, "}}")) {
      const auto included = Expand(
          sources, std::string(absl::StripAsciiWhitespace(line.substr(4, line.size() - 6))), depth + 1);
      if (!included.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(name, ".html: ", included.status().message()));
      }
      out += *included;
      continue;
    }
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

class MustacheTemplates : public TemplateSet {
 public:
  absl::Status Add(const std::string& name, const std::string& text) {
    auto entry = std::make_unique<Entry>(text);
    {
      absl::MutexLock lock(&entry->mutex);
      if (!entry->parsed.is_valid()) {
        return absl::InvalidArgumentError(absl::StrCat(name, ".html: ", entry->parsed.error_message()));
      }
    }
    templates_[name] = std::move(entry);
    return absl::OkStatus();
  }

  std::string Render(absl::string_view name, const nlohmann::json& view) const override {
    const auto it = templates_.find(name);
    if (it == templates_.end()) return "";
    const mustache::data data = ToData(view);
    absl::MutexLock lock(&it->second->mutex);
    return it->second->parsed.render(data);
  }

  bool Has(absl::string_view name) const override { return templates_.find(name) != templates_.end(); }

 private:
  struct Entry {
    explicit Entry(const std::string& text) : parsed(text) {}
    absl::Mutex mutex;
    mustache::mustache parsed ABSL_GUARDED_BY(mutex);  // Its render() is not const.
  };
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> templates_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TemplateSet>> TemplateSet::Make(const Sources& sources) {
  auto set = std::make_unique<MustacheTemplates>();
  for (const auto& [name, unused] : sources) {
    const auto text = Expand(sources, name, 0);
    if (!text.ok()) return text.status();
    const absl::Status added = set->Add(name, *text);
    if (!added.ok()) return added;
  }
  return set;
}

absl::StatusOr<std::unique_ptr<TemplateSet>> TemplateSet::Load(const std::string& dir) {
  std::error_code error;
  Sources sources;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (entry.path().extension() != ".html") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read the template ", entry.path().string()));
    sources[entry.path().stem().string()] = text.str();
  }
  if (error || sources.empty()) {
    return absl::NotFoundError(absl::StrCat("no templates in ", dir,
                                            "; set web_dir to the folder that holds templates/ and assets/"));
  }
  return Make(sources);
}

}  // namespace seaworthy
