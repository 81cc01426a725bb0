#include "services/publisher/edition/mail_texts.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

constexpr const char* kNames[] = {"mail_confirm", "mail_edition"};
// Stands in an empty line, which the program would leave out.
constexpr char kKeep[] = "\x1f";

std::string WithEmptyLines(const std::string& text) {
  std::string out;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, line.empty() ? kKeep : line, "\n");
  }
  return out;
}

}  // namespace

absl::StatusOr<MailTexts> MailTexts::Load(const std::string& web_dir) {
  MailTexts texts;
  for (const char* name : kNames) {
    const std::string path = absl::StrCat(web_dir, "/templates/", name, ".txt");
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path, "; check web_dir"));
    auto program = TemplateProgram::Compile(name, WithEmptyLines(text.str()));
    if (!program.ok()) return program.status();
    texts.programs_.emplace(name, *std::move(program));
  }
  return texts;
}

std::string MailTexts::Render(const std::string& name, const nlohmann::json& view) const {
  std::string escaped;
  if (const auto it = programs_.find(name); it != programs_.end()) it->second.Render(view, escaped);
  // What the program wrote for HTML, taken back.
  const std::string plain = absl::StrReplaceAll(
      escaped,
      {{kKeep, ""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}});
  std::string out;
  bool empty = true;
  for (const absl::string_view line : absl::StrSplit(plain, '\n')) {
    const absl::string_view kept = absl::StripTrailingAsciiWhitespace(line);
    if (kept.empty() && empty) continue;
    empty = kept.empty();
    absl::StrAppend(&out, kept, "\n");
  }
  if (empty && !out.empty()) out.pop_back();
  return out;
}

}  // namespace seaworthy
