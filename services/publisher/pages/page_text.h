// Values as a reader sees them.
#pragma once

#include <cstdint>
#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

// `Free`, `$20 / month`, or an em dash where it is unknown.
std::string PriceText(const v1::Revision& revision);
// `3B, 70B`, `256M`; empty where unknown.
std::string ParametersText(const v1::Revision& revision);
// `model`; empty where unspecified.
std::string KindText(v1::ToolKind kind);
// `parameters_b` as a reader sees it: `Parameters (billions)`.
std::string FieldLabel(const std::string& field);
// `2026-11-20`, in UTC; empty for a decision without a time.
std::string DateText(const google::protobuf::Timestamp& time);
// `2026-11-20 09:14 UTC`; empty where unset.
std::string TimeText(const google::protobuf::Timestamp& time);
// `131,072 tokens`; empty where unknown.
std::string ContextText(const v1::Revision& revision);
// 1234567 as `1,234,567`.
std::string GroupedText(uint64_t number);
// A share of 1 as `82%`.
std::string PercentText(double share);
// What to do about a review that failed so: a sentence.
std::string OutcomeAdvice(const std::string& outcome);
// The text, its first letter in upper case.
std::string Capitalised(std::string text);
// The text, or an em dash where it is empty.
std::string OrDash(const std::string& text);

}  // namespace seaworthy
