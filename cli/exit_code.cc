#include "cli/exit_code.h"

#include <cstdio>
#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/terminal.h"

namespace seaworthy::cli {
namespace {
constexpr char kPayload[] = "seaworthy/exit-code";
}  // namespace

absl::Status WithExitCode(absl::Status status, ExitCode code) {
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(code))));
  return status;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kOk;
  const auto payload = status.GetPayload(kPayload);
  int code = kFailed;
  if (payload.has_value() && absl::SimpleAtoi(std::string(*payload), &code)) {
    return static_cast<ExitCode>(code);
  }
  return kFailed;
}

int Finish(const absl::Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "seaworthy: %s\n", Printable(std::string(status.message())).c_str());
  }
  return ExitCodeOf(status);
}

}  // namespace seaworthy::cli
