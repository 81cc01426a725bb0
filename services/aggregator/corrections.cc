#include "services/aggregator/corrections.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxReasonBytes = 2'000;
constexpr size_t kMaxUrlBytes = 2'000;

bool IsWebUrl(const std::string& url) {
  return url.size() <= kMaxUrlBytes && (url.starts_with("https://") || url.starts_with("http://")) &&
         url.find_first_of(" \t\r\n\"<>") == std::string::npos && IsPlainUtf8(url);
}

}  // namespace

absl::Status CheckCorrection(const v1::FactCorrection& correction) {
  if (!IsField(correction.field())) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", correction.field().substr(0, 80), "` is no field; docs/facts.md lists them"));
  }
  if (correction.reason().size() > kMaxReasonBytes || !IsPlainUtf8(correction.reason())) {
    return absl::InvalidArgumentError("the reason is over 2,000 bytes or no plain text; shorten it");
  }
  if (correction.withdraw()) return absl::OkStatus();
  if (correction.reason().empty()) {
    return absl::InvalidArgumentError("a reason is needed to correct a fact; say in a sentence how you know");
  }
  if (!correction.source_url().empty() && !IsWebUrl(correction.source_url())) {
    return absl::InvalidArgumentError("the source is no http or https address; leave it empty or correct it");
  }
  for (const std::string& value : correction.values()) {
    if (!IsPlainUtf8(value)) {
      return absl::InvalidArgumentError("a value holds control characters or is not UTF-8; send plain text");
    }
  }
  v1::Revision scratch;
  return SetField(correction.field(), {correction.values().begin(), correction.values().end()}, scratch);
}

absl::StatusOr<std::vector<v1::FactCorrection>> LoadCorrections(const StateReader& state,
                                                                const ToolId& tool) {
  std::vector<v1::FactCorrection> corrections;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(
      Table::kCorrections, Terminated(tool.value()), "", [&](std::string_view, std::string_view value) {
        damaged |= !corrections.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds a damaged correction; run `seaworthy rebuild`");
  return corrections;
}

std::string CorrectionKey(const ToolId& tool, const std::string& field) {
  return Terminated(tool.value()) + field;
}

std::string CorrectionRequestKey(const v1::FactCorrection& correction) {
  return Terminated(absl::StrCat("correction/", correction.tool_id())) + correction.request_id();
}

std::string IdentityRequestKey(const v1::IdentityDecision& decision) {
  return Terminated("identity/") + decision.request_id();
}

}  // namespace seaworthy
