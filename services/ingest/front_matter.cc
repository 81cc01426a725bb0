#include "services/ingest/front_matter.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <set>
#include <string>
#include <vector>

#include "services/ingest/extract/literals.h"
#include "services/ingest/extract/untrusted.h"
#include "services/ingest/html_reader.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxFields = 2000;
constexpr int kMaxDepth = 32;
constexpr size_t kMaxScalarBytes = 4000;

// The line that starts at `at`, without its end; `*next` is the line after.
std::string_view LineAt(std::string_view bytes, size_t at, size_t* next) {
  size_t end = bytes.find('\n', at);
  *next = end == bytes.npos ? bytes.size() : end + 1;
  if (end == bytes.npos) end = bytes.size();
  std::string_view line = bytes.substr(at, end - at);
  while (!line.empty() && IsSpace(line.back())) line.remove_suffix(1);
  return line;
}

// Deepest nesting of flow collections, and whether there are aliases that
// could make a small text a large tree.
bool IsSafeYaml(std::string_view yaml) {
  int depth = 0;
  for (char c : yaml) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > kMaxDepth) return false;
  }
  return true;
}

// Whether a value is words that no page shows: it speaks to a reviewer, or is
// a sentence under a key that is none of the usual ones. `lower` is both in
// lower case.
bool SaysSomethingElse(const std::string& path, const std::string& value, std::string_view lower) {
  static const std::set<std::string> kUsual = {"title",    "description", "tagline", "summary",     "excerpt",
                                               "subtitle", "abstract",    "license", "license_name"};
  if (AddressesReader(lower)) return true;
  return !kUsual.contains(path) && std::count(value.begin(), value.end(), ' ') >= 4;
}

class FieldCollector {
 public:
  FieldCollector(std::string_view bytes, size_t base, size_t end, Document* document)
      : bytes_(bytes), base_(base), end_(end), document_(document) {}

  void Collect(const YAML::Node& node, const std::string& path, int depth) {
    if (depth > kMaxDepth || document_->fields.size() >= kMaxFields) return;
    if (node.IsScalar()) {
      Scalar(node, path);
    } else if (node.IsSequence()) {
      // An alias leads to a node met before; nothing new stands there.
      for (size_t i = 0; i < node.size() && i < 500; ++i) {
        Collect(node[i], Cat(path, ".", i), depth + 1);
      }
    } else if (node.IsMap()) {
      for (const auto& entry : node) {
        if (!entry.first.IsScalar() || entry.first.Scalar().size() > 80) continue;
        const std::string key = Lower(entry.first.Scalar());
        Collect(entry.second, path.empty() ? key : Cat(path, ".", key), depth + 1);
      }
    }
  }

  // Reports the values that no page shows.
  void ReportHidden() const {
    std::vector<std::string> lines;
    for (const Said& said : said_) lines.push_back(Cat(said.path, ": ", said.value));
    const IndexedTexts indexed(std::vector<std::string_view>(lines.begin(), lines.end()));
    for (size_t i = 0; i < lines.size(); ++i) {
      if (SaysSomethingElse(said_[i].path, said_[i].value, indexed.Lower(i)))
        document_->hidden.Add("front_matter", lines[i]);
    }
  }

 private:
  struct Said {
    std::string path, value;
  };

  void Scalar(const YAML::Node& node, const std::string& path) {
    const std::string& value = node.Scalar();
    const YAML::Mark mark = node.Mark();
    if (value.empty() || value.size() > kMaxScalarBytes || mark.is_null()) return;
    if (!seen_.insert(Cat(path, "@", mark.pos)).second) return;
    const size_t at = base_ + static_cast<size_t>(mark.pos);
    if (at >= end_) return;
    OffsetMap map;
    if (!AlignAfter(bytes_, at, end_, value, 0, &map)) return;
    const auto raw = map.Raw({0, value.size()});
    if (!raw) return;
    said_.push_back({path, value});
    std::string plain = PlainText(value);
    if (!plain.empty()) document_->fields.push_back({path, std::move(plain), *raw});
  }

  std::string_view bytes_;
  size_t base_;
  size_t end_;
  Document* document_;
  std::set<std::string> seen_;
  std::vector<Said> said_;
};

}  // namespace

size_t ReadFrontMatter(std::string_view bytes, size_t start, Document* document) {
  size_t next = start;
  if (LineAt(bytes, start, &next) != "---") return start;
  const size_t yaml_begin = next;
  size_t at = next;
  size_t body = 0;
  while (at < bytes.size() && at - yaml_begin <= kMaxFrontMatterBytes) {
    const std::string_view line = LineAt(bytes, at, &next);
    if (line == "---" || line == "...") {
      body = next;
      break;
    }
    at = next;
  }
  if (body == 0) return start;
  const std::string_view yaml = bytes.substr(yaml_begin, at - yaml_begin);
  for (std::string_view line : Split(yaml, '\n')) {
    if (StartsWith(Strip(line), "#")) document->hidden.Add("front_matter", Strip(line).substr(1));
  }
  if (!IsSafeYaml(yaml)) return body;
  // yaml-cpp reports errors by throwing.
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    FieldCollector collector(bytes, yaml_begin, at, document);
    if (root.IsMap()) collector.Collect(root, "", 0);
    collector.ReportHidden();
  } catch (const std::exception&) {
    document->fields.clear();
  }
  return body;
}

}  // namespace seaworthy
