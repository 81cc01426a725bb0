// Labelled announcements of a folder, and how extraction does on them: the
// rules of comparison are those of the corpus README.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

// One label line with what it is about: a document, or an entry of a feed as a
// document of its own.
struct LabelledUnit {
  std::string id;    // The file, with `#` and the entry's index for an entry.
  std::string feed;  // The feed's file; empty for a document.
  nlohmann::json label;
  std::string bytes;
  std::string media_type;  // Empty: by name and content.
  std::string file_name;
};

// The label lines of DIR/labels.jsonl in their order. Entries that the feed
// reader did not find come without bytes.
std::vector<LabelledUnit> ReadLabelled(const std::filesystem::path& dir);

// Counts right and wrong answers per field, with and without borderline lines.
class ExtractionScore {
 public:
  // `misses`: print every wrong answer.
  explicit ExtractionScore(bool misses);
  ~ExtractionScore();

  // What extraction says of one unit; no tools where it was refused.
  void Judge(const LabelledUnit& unit, const std::vector<v1::Revision>& tools);
  // Tables of precision and recall, and the duplicates found.
  void Print() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seaworthy
