// The HTML templates: a part of mustache, escaped without exception.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace seaworthy {

// Templates are compiled once (template_program.h has the tags); values reach a
// page as escaped text only. Thread-safe.
class TemplateSet {
 public:
  // Reads every `*.html` of the folder; `{{> name}}` includes `name.html`.
  // What `names` holds is put for its keys: assets under their hashed names.
  // Errors: NOT_FOUND, INVALID_ARGUMENT naming file and line.
  static absl::StatusOr<std::unique_ptr<TemplateSet>> Load(
      const std::string& dir, const std::map<std::string, std::string>& names = {});
  // The same from memory, by name without `.html`.
  static absl::StatusOr<std::unique_ptr<TemplateSet>> Make(const std::map<std::string, std::string>& sources);
  virtual ~TemplateSet() = default;

  // Renders a template with an object; numbers show as text, null and "" are
  // false. An unknown name is a fault of ours: it renders as an empty page.
  virtual std::string Render(absl::string_view name, const nlohmann::json& view) const = 0;
  virtual bool Has(absl::string_view name) const = 0;
};

}  // namespace seaworthy
