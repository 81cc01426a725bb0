// Whether an announcement is about a tool.
#pragma once

#include <string>

#include "seaworthy/v1/revision.pb.h"
#include "seaworthy/v1/telling.pb.h"

namespace seaworthy::identity {

struct Match {
  enum Kind { kDifferent, kUnsure, kSame };
  Kind kind = kDifferent;
  // 0 to 1: to choose among several, and to show the likeliest first.
  double likeness = 0;
  // For a person: what differs; empty where nothing does.
  std::string reason;
};

// By the rules of docs/identity.md.
Match Compare(const v1::Revision& told, const v1::ToolProfile& profile);

// The same name in other letters: all parts are equal, so that one
// announcement that says both says one thing twice.
bool IsSameName(const v1::Revision& a, const v1::Revision& b);

// Days between two dates of a release, YYYY-MM-DD or YYYY-MM (its nearest
// day); -1 where one is unknown.
int DaysBetween(const std::string& a, const std::string& b);

// Two parameter counts in billions are one, given as in facts: within 5%, or
// one is the other rounded to a whole number.
bool SameSize(double a, double b);

}  // namespace seaworthy::identity
