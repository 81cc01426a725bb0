// Changes that keep the tables, their indexes and the counters in step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/event_log.h"
#include "common/ids.h"
#include "google/protobuf/timestamp.pb.h"
#include "seaworthy/v1/announcement.pb.h"
#include "seaworthy/v1/comparison.pb.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// When the record was appended.
google::protobuf::Timestamp TimeOf(const Record& record);

// Adds to a counter, which never goes below 0.
absl::Status AddToCounter(StateTransaction& state, std::string_view name, int64_t by);

// Stores the announcement and counts it by state; `before` is the state it was
// stored with, nullopt for a new one.
absl::Status StoreAnnouncement(StateTransaction& state, const v1::Announcement& announcement,
                               std::optional<v1::Announcement::State> before);

// The same for a comparison, with its indexes.
absl::Status StoreComparison(StateTransaction& state, const v1::Comparison& comparison,
                             std::optional<v1::Comparison::State> before);

// Makes the content public, or with nullopt takes away what was, by the record
// at `sequence`.
absl::Status StorePublished(StateTransaction& state, const v1::Comparison& comparison,
                            const std::optional<v1::PublishedComparison>& published, uint64_t sequence);

// The comparisons a tool is in, by id.
absl::Status ForEachComparisonOf(const StateReader& state, const ToolId& tool,
                                 const std::function<void(const ComparisonId&)>& visit);

// `recorded`, `drafted` …: the state's name in counters and in JSON.
std::string StateName(v1::Announcement::State state);
std::string StateName(v1::Comparison::State state);

// Keys of announcements_by_time: by state (STATE_UNSPECIFIED: all), newest
// first.
std::string AnnouncementStatePrefix(v1::Announcement::State state);
// Before the key by time of what came from a source.
std::string AnnouncementSourcePrefix(const std::string& source);
std::string AnnouncementTimeKey(v1::Announcement::State state, const v1::Announcement& announcement);

// The key prefix of a state in comparisons_by_state.
std::string ComparisonStatePrefix(v1::Comparison::State state);

template <typename List>
bool Holds(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Inserts into a sorted repeated string; false where it was there.
template <typename List>
bool InsertSorted(const std::string& value, List& list) {
  if (Holds(list, value)) return false;
  *list.Add() = value;
  std::sort(list.begin(), list.end());
  return true;
}

}  // namespace seaworthy
