// What a batch changes, noted on the way.
#pragma once

#include <set>
#include <string>

#include "services/aggregator/state_store.h"

namespace seaworthy {

// Hands everything on to another transaction and notes which tools and
// comparisons were written, so that what follows from them can be made anew
// once, and no event has to remember it. Not owned; one thread.
class TouchedTransaction : public StateTransaction {
 public:
  explicit TouchedTransaction(StateTransaction* inner) : inner_(inner) {}

  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    return inner_->Get(table, key);
  }
  absl::Status Scan(Table table, std::string_view prefix, std::string_view from,
                    const Visitor& visit) const override {
    return inner_->Scan(table, prefix, from, visit);
  }
  absl::Status ScanDown(Table table, std::string_view prefix, std::string_view from,
                        const Visitor& visit) const override {
    return inner_->ScanDown(table, prefix, from, visit);
  }
  void Put(Table table, std::string_view key, std::string_view value) override;
  void Delete(Table table, std::string_view key) override;
  absl::Status Commit(uint64_t position) override { return inner_->Commit(position); }

  // Tools with another revision, panel, verdict, conflict or embargo.
  const std::set<std::string>& tools() const { return tools_; }
  const std::set<std::string>& comparisons() const { return comparisons_; }
  // Comparisons of which something else is public.
  const std::set<std::string>& published() const { return published_; }

 private:
  void Note(Table table, std::string_view key);

  StateTransaction* const inner_;
  std::set<std::string> tools_;
  std::set<std::string> comparisons_;
  std::set<std::string> published_;
};

// Brings the queue's and the search's rows in step with what was touched.
absl::Status UpdateViews(TouchedTransaction& state);

}  // namespace seaworthy
