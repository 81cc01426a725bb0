// The plain text parts of mails: templates/mail_*.txt.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "services/publisher/pages/template_program.h"

namespace seaworthy {

// Immutable, so thread-safe.
class MailTexts {
 public:
  // Errors: NOT_FOUND, INVALID_ARGUMENT naming the file.
  static absl::StatusOr<MailTexts> Load(const std::string& web_dir);

  // `name` without `.txt`. Values stand as they are: the text is no HTML. Runs of
  // empty lines become one.
  std::string Render(const std::string& name, const nlohmann::json& view) const;

 private:
  std::map<std::string, TemplateProgram> programs_;
};

}  // namespace seaworthy
