#include "services/publisher/pages/template_set.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/publisher/pages/template_program.h"

namespace seaworthy {
namespace {

using Sources = std::map<std::string, std::string>;

constexpr int kMaxIncludes = 8;

// Its tags one by one, without regard to sections: an include may open none.
absl::Status CheckLines(const std::string& name, const std::string& text) {
  std::string alone;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const bool include = absl::StartsWith(absl::StripAsciiWhitespace(line), "{{> ");
    absl::StrAppend(&alone, include ? "" : line, "\n");
  }
  return TemplateProgram::Compile(name, alone).status();
}

// The text with its includes put in, indentation and empty lines taken out.
absl::StatusOr<std::string> Expand(const Sources& sources, const std::string& name, int depth) {
  const auto it = sources.find(name);
  if (it == sources.end()) return absl::InvalidArgumentError(absl::StrCat("no template ", name, ".html"));
  if (depth > kMaxIncludes) return absl::InvalidArgumentError(absl::StrCat(name, ".html includes itself"));
  // Alone first, so that an error names the file it is in.
  const absl::Status sound = CheckLines(name, it->second);
  if (!sound.ok()) return sound;
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

class CompiledTemplates : public TemplateSet {
 public:
  absl::Status Add(const std::string& name, const std::string& text) {
    auto program = TemplateProgram::Compile(name, text);
    if (!program.ok()) return program.status();
    programs_.emplace(name, *std::move(program));
    return absl::OkStatus();
  }

  std::string Render(absl::string_view name, const nlohmann::json& view) const override {
    const auto it = programs_.find(name);
    std::string out;
    if (it == programs_.end()) return out;
    out.reserve(32 << 10);
    it->second.Render(view, out);
    return out;
  }

  bool Has(absl::string_view name) const override { return programs_.find(name) != programs_.end(); }

 private:
  std::map<std::string, TemplateProgram, std::less<>> programs_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TemplateSet>> TemplateSet::Make(const Sources& sources) {
  auto set = std::make_unique<CompiledTemplates>();
  for (const auto& [name, unused] : sources) {
    const auto text = Expand(sources, name, 0);
    if (!text.ok()) return text.status();
    const absl::Status added = set->Add(name, *text);
    if (!added.ok()) return added;
  }
  return set;
}

absl::StatusOr<std::unique_ptr<TemplateSet>> TemplateSet::Load(
    const std::string& dir, const std::map<std::string, std::string>& names) {
  std::error_code error;
  Sources sources;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (entry.path().extension() != ".html") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read the template ", entry.path().string()));
    sources[entry.path().stem().string()] = absl::StrReplaceAll(text.str(), names);
  }
  if (error || sources.empty()) {
    return absl::NotFoundError(absl::StrCat("no templates in ", dir,
                                            "; set web_dir to the folder that holds templates/ and assets/"));
  }
  return Make(sources);
}

}  // namespace seaworthy
