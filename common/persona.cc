#include "common/persona.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/ids.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxFileBytes = 512 * 1024;
constexpr size_t kMaxBeats = 12;

// The two parts of a persona file.
struct Parts {
  std::string front_matter;
  std::string body;
};

absl::Status Wrong(const std::string& file, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": ", what, "; docs/personas.md says what a persona file holds"));
}

absl::StatusOr<Parts> Split(const std::string& file, std::string_view text) {
  constexpr std::string_view kFence = "---\n";
  if (!text.starts_with(kFence)) return Wrong(file, "does not begin with a line of three hyphens");
  const size_t end = text.find("\n---\n", kFence.size() - 1);
  if (end == std::string_view::npos)
    return Wrong(file, "has no second line of three hyphens after its front matter");
  Parts parts;
  parts.front_matter = text.substr(kFence.size(), end + 1 - kFence.size());
  parts.body = std::string(absl::StripAsciiWhitespace(std::string(text.substr(end + 5))));
  return parts;
}

absl::StatusOr<std::string> Text(const std::string& file, const YAML::Node& node, const std::string& key,
                                 const std::string& where = "") {
  const YAML::Node value = node[key];
  if (!value || !value.IsScalar() || value.Scalar().empty()) {
    return Wrong(file, absl::StrCat("`", where, key, "` is missing or no text"));
  }
  return value.Scalar();
}

bool IsId(std::string_view id) { return !id.empty() && id.size() <= 60 && Slugify(id) == id; }

absl::Status ReadBeats(const std::string& file, const YAML::Node& beats, v1::Persona* persona) {
  if (!beats || !beats.IsSequence() || beats.size() == 0 || beats.size() > kMaxBeats) {
    return Wrong(file,
                 absl::StrCat("`beats` must list 1 to ", kMaxBeats, " beats, each with `id` and `title`"));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < beats.size(); ++i) {
    const std::string where = absl::StrCat("beats[", i, "].");
    if (!beats[i].IsMap()) return Wrong(file, absl::StrCat("`beats[", i, "]` must hold `id` and `title`"));
    auto id = Text(file, beats[i], "id", where);
    if (!id.ok()) return id.status();
    auto title = Text(file, beats[i], "title", where);
    if (!title.ok()) return title.status();
    if (!IsId(*id) || !seen.insert(*id).second) {
      return Wrong(file,
                   absl::StrCat("`", where, "id` must be a slug that no other beat has, not `", *id, "`"));
    }
    v1::BeatSpec* beat = persona->add_beats();
    beat->set_beat_id(*std::move(id));
    beat->set_title(*std::move(title));
  }
  return absl::OkStatus();
}

absl::Status ReadOrder(const std::string& file, const YAML::Node& order, v1::Persona* persona) {
  int value = 0;
  if (!order || !YAML::convert<int>::decode(order, value))
    return Wrong(file, "`order` must be a whole number");
  persona->set_order(value);
  return absl::OkStatus();
}

absl::Status ReadFrontMatter(const std::string& file, const YAML::Node& root, v1::Persona* persona) {
  if (!root.IsMap()) return Wrong(file, "front matter must be a YAML map");
  auto id = Text(file, root, "id");
  if (!id.ok()) return id.status();
  if (*id != persona->persona_id()) {
    return Wrong(file, absl::StrCat("`id` must be the file's name without .md, `", persona->persona_id(),
                                    "`, not `", *id, "`"));
  }
  auto title = Text(file, root, "title");
  if (!title.ok()) return title.status();
  auto mandate = Text(file, root, "mandate");
  if (!mandate.ok()) return mandate.status();
  persona->set_title(*std::move(title));
  persona->set_mandate(*std::move(mandate));
  if (absl::Status status = ReadOrder(file, root["order"], persona); !status.ok()) return status;
  if (absl::Status status = ReadBeats(file, root["beats"], persona); !status.ok()) return status;
  if (!root["rubric"] || !root["rubric"].IsMap()) return Wrong(file, "`rubric` is missing or no map");
  YAML::Emitter emitter;
  emitter << root["rubric"];
  persona->set_rubric(emitter.c_str());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Persona> ParsePersona(std::string_view file_name, std::string_view text) {
  const std::string file(file_name);
  const std::string name = std::filesystem::path(file).filename().string();
  v1::Persona persona;
  persona.set_persona_id(name.ends_with(".md") ? name.substr(0, name.size() - 3) : name);
  if (!IsId(persona.persona_id())) {
    return Wrong(file, "a persona file's name must be a slug and end in .md, as in `dx.md`");
  }
  if (text.size() > kMaxFileBytes) return Wrong(file, "is larger than 512 KiB");
  auto parts = Split(file, text);
  if (!parts.ok()) return parts.status();
  if (parts->body.empty()) return Wrong(file, "has no prompt after its front matter");
  try {
    const absl::Status status = ReadFrontMatter(file, YAML::Load(parts->front_matter), &persona);
    if (!status.ok()) return status;
  } catch (const YAML::Exception& error) {
    return Wrong(file, absl::StrCat("front matter is no YAML (", error.what(), ")"));
  }
  persona.set_prompt(std::move(parts->body));
  persona.set_prompt_hash(Sha256Hex(text));
  return persona;
}

absl::StatusOr<std::vector<v1::Persona>> LoadPersonas(const std::string& dir) {
  std::error_code error;
  std::vector<v1::Persona> personas;
  for (std::filesystem::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    const std::filesystem::path& path = it->path();
    if (path.extension() != ".md" || path.filename() == "README.md") continue;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in)
      return absl::NotFoundError(absl::StrCat(path.string(), ": cannot be read; check its permissions"));
    auto persona = ParsePersona(path.string(), text.str());
    if (!persona.ok()) return persona.status();
    personas.push_back(*std::move(persona));
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat(dir, ": ", error.message(), "; name the folder that holds the persona files"));
  }
  if (personas.empty()) {
    return absl::NotFoundError(
        absl::StrCat(dir, ": holds no persona file; each is a *.md, as docs/personas.md says"));
  }
  std::sort(personas.begin(), personas.end(), [](const v1::Persona& a, const v1::Persona& b) {
    return std::pair(a.order(), std::string_view(a.persona_id())) <
           std::pair(b.order(), std::string_view(b.persona_id()));
  });
  return personas;
}

}  // namespace seaworthy
