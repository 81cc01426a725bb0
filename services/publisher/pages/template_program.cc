#include "services/publisher/pages/template_program.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 32;
constexpr absl::string_view kDataBlock = "<script type=\"application/ld+json\">";

constexpr std::array<bool, 256> MakeSpecial() {
  std::array<bool, 256> special{};
  for (const unsigned char c : {'&', '<', '>', '"', '\''}) special[c] = true;
  return special;
}
constexpr std::array<bool, 256> kSpecial = MakeSpecial();

absl::string_view EscapeOf(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return "&apos;";
  }
}

void AppendEscaped(const std::string& text, std::string& out) {
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, begin, i - begin);
    const absl::string_view escape = EscapeOf(text[i]);
    out.append(escape.data(), escape.size());
    begin = i + 1;
  }
  out.append(text, begin, std::string::npos);
}

// JSON that no HTML parser takes for markup: `</script>` and `<!--` need `<`.
void AppendJson(const json& value, std::string& out) {
  for (const char c : value.dump(-1, ' ', true, json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&') {
      out += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else {
      out.push_back(c);
    }
  }
}

bool IsTrue(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return false;
    case json::value_t::boolean:
      return value.get<bool>();
    case json::value_t::string:
      return !value.get_ref<const std::string&>().empty();
    case json::value_t::array:
      return !value.empty();
    default:
      return true;
  }
}

void AppendValue(const json& value, std::string& out) {
  if (value.is_string()) {
    AppendEscaped(value.get_ref<const std::string&>(), out);
  } else if (value.is_number()) {
    out += value.dump();
  }
}

bool IsNameChar(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

}  // namespace

// Reads a template line by line: lines are trimmed, and a line of section tags
// alone leaves none behind.
class TemplateCompiler {
 public:
  explicit TemplateCompiler(const std::string& name) : name_(name) {}

  absl::Status Line(absl::string_view line) {
    ++number_;
    line = absl::StripAsciiWhitespace(line);
    bool shows = false;
    while (!line.empty()) {
      const size_t open = line.find("{{");
      Text(line.substr(0, open));
      shows |= open != 0;
      if (open == absl::string_view::npos) break;
      const size_t close = line.find("}}", open);
      if (close == absl::string_view::npos) return Error("`{{` without `}}`");
      const absl::string_view tag = line.substr(open + 2, close - open - 2);
      shows |= tag.empty() || !absl::StrContains("#^/!", tag.substr(0, 1));
      SEAWORTHY_RETURN_IF_ERROR(Tag(tag));
      line.remove_prefix(close + 2);
    }
    if (shows) Text("\n");
    return absl::OkStatus();
  }

  absl::StatusOr<TemplateProgram> Done() {
    if (!open_.empty()) return Error(absl::StrCat("`{{#", open_.back().first, "}}` is never closed"));
    return std::move(program_);
  }

 private:
  using Op = TemplateProgram::Op;

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(name_, ".html line ", number_, ": ", what));
  }

  void Text(absl::string_view text) {
    if (text.empty()) return;
    const auto begin = static_cast<uint32_t>(program_.texts_.size());
    program_.texts_.append(text.data(), text.size());
    const auto end = static_cast<uint32_t>(program_.texts_.size());
    auto& ops = program_.ops_;
    if (!ops.empty() && ops.back().kind == Op::Kind::kText) {
      ops.back().end = end;
    } else {
      ops.push_back({Op::Kind::kText, begin, end, {}});
    }
  }

  absl::Status Tag(absl::string_view tag) {
    if (!tag.empty() && tag[0] == '!') return absl::OkStatus();
    const char sigil = tag.empty() || IsNameChar(tag[0]) ? ' ' : tag[0];
    if (sigil != ' ') tag.remove_prefix(1);
    const absl::string_view name = absl::StripAsciiWhitespace(tag);
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), IsNameChar);
    if (!plain || !absl::StrContains(" #^/%", absl::string_view(&sigil, 1))) {
      return Error(
          absl::StrCat("`{{", sigil == ' ' ? "" : std::string(1, sigil), tag,
                       "}}` is no tag of ours, or would let a value through unescaped; use `{{name}}`"));
    }
    return Add(sigil, std::string(name));
  }

  absl::Status Add(char sigil, const std::string& name) {
    if (sigil == '/') return Close(name);
    Op op{Op::Kind::kValue, 0, 0, {}};
    if (name != ".") op.path = absl::StrSplit(name, '.');
    if (sigil == '%') {
      if (!absl::EndsWith(program_.texts_, kDataBlock)) {
        return Error(absl::StrCat("`{{%", name, "}}` may only stand right after `", kDataBlock, "`"));
      }
      op.kind = Op::Kind::kJson;
    } else if (sigil != ' ') {
      op.kind = sigil == '#' ? Op::Kind::kSection : Op::Kind::kInverted;
      if (open_.size() >= kMaxDepth) return Error("sections nest too deep");
      open_.emplace_back(name, program_.ops_.size());
    }
    program_.ops_.push_back(std::move(op));
    return absl::OkStatus();
  }

  absl::Status Close(const std::string& name) {
    if (open_.empty() || open_.back().first != name) {
      return Error(absl::StrCat("`{{/", name, "}}` closes no section that is open"));
    }
    program_.ops_[open_.back().second].end = static_cast<uint32_t>(program_.ops_.size());
    program_.ops_.push_back({Op::Kind::kEnd, 0, 0, {}});
    open_.pop_back();
    return absl::OkStatus();
  }

  const std::string& name_;
  int number_ = 0;
  TemplateProgram program_;
  std::vector<std::pair<std::string, size_t>> open_;
};

absl::StatusOr<TemplateProgram> TemplateProgram::Compile(const std::string& name, absl::string_view text) {
  TemplateCompiler compiler(name);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    SEAWORTHY_RETURN_IF_ERROR(compiler.Line(line));
  }
  return compiler.Done();
}

const json* TemplateProgram::Find(const Op& op, const Stack& stack) {
  if (op.path.empty()) return stack.back();
  for (auto context = stack.rbegin(); context != stack.rend(); ++context) {
    const json* value = *context;
    for (const std::string& part : op.path) {
      if (!value->is_object()) {
        value = nullptr;
        break;
      }
      const auto found = value->find(part);
      value = found == value->end() ? nullptr : &*found;
      if (value == nullptr) break;
    }
    if (value != nullptr) return value;
  }
  return nullptr;
}

void TemplateProgram::RunSection(const Op& op, size_t at, Stack& stack, std::string& out) const {
  const json* value = Find(op, stack);
  const bool is_true = value != nullptr && IsTrue(*value);
  if (is_true == (op.kind == Op::Kind::kInverted)) return;
  if (op.kind == Op::Kind::kInverted) {
    Run(at + 1, op.end, stack, out);
    return;
  }
  if (!value->is_array()) {
    stack.push_back(value);
    Run(at + 1, op.end, stack, out);
    stack.pop_back();
    return;
  }
  for (const json& item : *value) {
    stack.push_back(&item);
    Run(at + 1, op.end, stack, out);
    stack.pop_back();
  }
}

void TemplateProgram::Run(size_t begin, size_t end, Stack& stack, std::string& out) const {
  for (size_t at = begin; at < end; ++at) {
    const Op& op = ops_[at];
    switch (op.kind) {
      case Op::Kind::kText:
        out.append(texts_, op.begin, op.end - op.begin);
        break;
      case Op::Kind::kValue:
        if (const json* value = Find(op, stack)) AppendValue(*value, out);
        break;
      case Op::Kind::kJson:
        if (const json* value = Find(op, stack)) AppendJson(*value, out);
        break;
      case Op::Kind::kSection:
      case Op::Kind::kInverted:
        RunSection(op, at, stack, out);
        at = op.end;
        break;
      case Op::Kind::kEnd:
        break;
    }
  }
}

void TemplateProgram::Render(const json& view, std::string& out) const {
  Stack stack;
  stack.reserve(kMaxDepth + 1);
  stack.push_back(&view);
  Run(0, ops_.size(), stack, out);
}

}  // namespace seaworthy
