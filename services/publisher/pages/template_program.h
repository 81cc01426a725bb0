// A template as a flat list of operations, ready to run.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace seaworthy {

// What can be written in a template, and nothing else:
//   {{name}} {{a.name}} {{.}}   the value, escaped for HTML text and attributes
//   {{#name}} … {{/name}}       once for each item of a list; once where true
//   {{^name}} … {{/name}}       where false: absent, null, false, "" or []
//   {{%name}}                   the value as JSON, where a data block of
//                               application/ld+json stands; it cannot end it
//   {{! … }}                    nothing
// A value can come out escaped only, and is never read as a template. Names
// are looked for in the innermost section first. Immutable, so thread-safe.
class TemplateProgram {
 public:
  // `name` is for messages. Errors: INVALID_ARGUMENT naming the line.
  static absl::StatusOr<TemplateProgram> Compile(const std::string& name, absl::string_view text);

  // Numbers show as text; true, null and lists show as nothing.
  void Render(const nlohmann::json& view, std::string& out) const;

 private:
  friend class TemplateCompiler;
  struct Op {
    enum class Kind : uint8_t { kText, kValue, kJson, kSection, kInverted, kEnd };
    Kind kind;
    // Text: its bytes in texts_. Section: the place of its end.
    uint32_t begin = 0;
    uint32_t end = 0;
    std::vector<std::string> path;  // Empty for {{.}}.
  };
  using Stack = std::vector<const nlohmann::json*>;

  void Run(size_t begin, size_t end, Stack& stack, std::string& out) const;
  void RunSection(const Op& op, size_t at, Stack& stack, std::string& out) const;
  static const nlohmann::json* Find(const Op& op, const Stack& stack);

  std::string texts_;
  std::vector<Op> ops_;
};

}  // namespace seaworthy
