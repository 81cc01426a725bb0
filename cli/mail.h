// What mails, as configured.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/config.h"
#include "services/publisher/people/mailer.h"

namespace seaworthy::cli {

struct OpenedMail {
  std::unique_ptr<Mailer> mailer;  // Null where no [mail] is configured.
  std::string domain;              // Behind the `@` of `from`.
};

// Errors: INVALID_ARGUMENT and NOT_FOUND naming key, variable or file, never
// the password.
absl::StatusOr<OpenedMail> OpenMail(const Config& config);

}  // namespace seaworthy::cli
