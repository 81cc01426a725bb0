// Which fields a text seems to speak of, whether extraction found a fact or
// not. Before a persona says that an announcement names no price, the text must
// not look as if it did: an absence is claimed only where nothing hints at it.
#pragma once

#include <bitset>
#include <string_view>

namespace seaworthy::offline {

// The answer for one text. Cheap to copy.
class Mentions {
 public:
  // Reads `text` once, in time linear in its length. `language` is ISO 639-1,
  // empty for unknown: the hints are English, so for another language every
  // field that is told in prose counts as mentioned.
  Mentions(std::string_view text, std::string_view language);

  // Whether the text may tell this field. Fields without hints are never
  // mentioned.
  bool MayTell(std::string_view field) const;

 private:
  std::bitset<64> fields_;
};

}  // namespace seaworthy::offline
