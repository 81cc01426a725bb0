#include "common/rocksdb_event_log_index.h"

#include <algorithm>

namespace seaworthy {

void SubjectIndex::Add(uint64_t sequence, std::string_view subject) {
  auto found = sequences_.find(subject);
  if (found == sequences_.end())
    found = sequences_.emplace(std::string(subject), std::vector<uint64_t>()).first;
  found->second.push_back(sequence);
  last_ = sequence;
}

void SubjectIndex::SetFirst(uint64_t first) {
  if (first <= first_) return;
  first_ = first;
  last_ = std::max(last_, first - 1);
  for (auto& [subject, sequences] : sequences_) {
    sequences.erase(sequences.begin(), std::lower_bound(sequences.begin(), sequences.end(), first));
    sequences.shrink_to_fit();
  }
}

std::optional<uint64_t> SubjectIndex::NextAfter(absl::Span<const std::string> subjects,
                                                uint64_t after) const {
  after = std::max(after, first_ - 1);
  if (subjects.empty()) return after < last_ ? std::optional<uint64_t>(after + 1) : std::nullopt;
  std::optional<uint64_t> next;
  for (const std::string& subject : subjects) {
    const auto found = sequences_.find(subject);
    if (found == sequences_.end()) continue;
    const auto at = std::upper_bound(found->second.begin(), found->second.end(), after);
    if (at != found->second.end() && (!next || *at < *next)) next = *at;
  }
  return next;
}

uint64_t SubjectIndex::CountAfter(absl::Span<const std::string> subjects, uint64_t after) const {
  after = std::max(after, first_ - 1);
  if (subjects.empty()) return last_ - std::min(last_, after);
  uint64_t count = 0;
  for (const std::string& subject : subjects) {
    const auto found = sequences_.find(subject);
    if (found == sequences_.end()) continue;
    count += found->second.end() - std::upper_bound(found->second.begin(), found->second.end(), after);
  }
  return count;
}

}  // namespace seaworthy
