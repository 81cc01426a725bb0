// A revision's fields by name: what they hold, whether two hold the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

// Fields of a revision that have one fact or one for each value, in the order
// of docs/facts.md, without `links`, and `category`.
const std::vector<std::string>& TypedFields();

// Reviewers' facts that are values, not the announcement's prose: the same
// value told in other words is the same fact.
bool IsHardFact(std::string_view field);

// Whether docs/facts.md has the field.
bool IsField(std::string_view field);

// What the revision says of a field, as text; empty for nothing.
std::vector<std::string> ValuesOf(const v1::Revision& revision, const std::string& field);

// Whether two revisions say the same of a typed field, spelling and rounding
// aside.
bool SayTheSame(const v1::Revision& a, const v1::Revision& b, const std::string& field);

// Takes a typed field over.
void CopyField(const v1::Revision& from, const std::string& field, v1::Revision& to);

// Sets a field to these values and nothing else; none for not known. Facts are
// not touched. Errors: INVALID_ARGUMENT naming the value and what it should be.
absl::Status SetField(const std::string& field, const std::vector<std::string>& values, v1::Revision& to);

// Fields in which two revisions differ, of those a verdict can rest on: typed
// fields and hard facts. Sorted.
std::vector<std::string> ChangedFields(const v1::Revision& before, const v1::Revision& after);

}  // namespace seaworthy
