#include "services/aggregator/application.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {

absl::Status Application::Received(const v1::AnnouncementReceived& event) {
  const std::string& id = event.announcement().announcement_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
  if (known.has_value()) return absl::OkStatus();
  v1::Announcement announcement = event.announcement();
  announcement.set_state(v1::Announcement::RECEIVED);
  SEAWORTHY_RETURN_IF_ERROR(Correct(announcement));
  return StoreAnnouncement(state_, announcement, std::nullopt);
}

// A rejected announcement that a later one takes the place of is corrected.
absl::Status Application::Correct(const v1::Announcement& by) {
  if (by.replaces().empty()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(auto rejected,
                             state_.Load<v1::Announcement>(Table::kAnnouncements, by.replaces()));
  if (!rejected.has_value() || rejected->state() != v1::Announcement::REJECTED) return absl::OkStatus();
  rejected->set_state(v1::Announcement::CORRECTED);
  rejected->set_replaced_by(by.announcement_id());
  return StoreAnnouncement(state_, *rejected, v1::Announcement::REJECTED);
}

// What was refused before it was received comes with the rejection.
absl::Status Application::Rejected(const v1::AnnouncementRejected& event) {
  if (!event.has_announcement()) {
    return RejectAnnouncement(event.announcement_id(), event.code(), event.reason());
  }
  const std::string& id = event.announcement().announcement_id();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto known, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
  if (known.has_value()) return absl::OkStatus();
  v1::Announcement announcement = event.announcement();
  announcement.set_state(v1::Announcement::REJECTED);
  announcement.set_reject_code(event.code());
  announcement.set_reason(event.reason());
  SEAWORTHY_RETURN_IF_ERROR(Correct(announcement));
  return StoreAnnouncement(state_, announcement, std::nullopt);
}

absl::Status Application::RejectAnnouncement(const std::string& id, const std::string& code,
                                             const std::string& reason) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto announcement, state_.Load<v1::Announcement>(Table::kAnnouncements, id));
  if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
    return absl::OkStatus();
  }
  announcement->set_state(v1::Announcement::REJECTED);
  announcement->set_reject_code(code);
  announcement->set_reason(reason);
  return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
}

// A feed: its entries are announcements of their own.
absl::Status Application::Split(const v1::AnnouncementSplit& event) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto announcement,
                             state_.Load<v1::Announcement>(Table::kAnnouncements, event.announcement_id()));
  if (!announcement.has_value() || announcement->state() != v1::Announcement::RECEIVED) {
    return absl::OkStatus();
  }
  announcement->set_state(v1::Announcement::SPLIT);
  *announcement->mutable_entry_announcement_ids() = event.entry_announcement_ids();
  return StoreAnnouncement(state_, *announcement, v1::Announcement::RECEIVED);
}

}  // namespace seaworthy
