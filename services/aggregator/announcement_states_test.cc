// Announcements that are split, refused at once or corrected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/aggregator/testing/aggregator_fixture.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;

class AnnouncementStatesTest : public AggregatorFixture {
 protected:
  v1::Announcement Get(const std::string& id) {
    Settle();
    v1::GetAnnouncementRequest request;
    request.set_announcement_id(id);
    return service_->GetAnnouncement(request).value();
  }
  void Reject(const std::string& id, const std::string& code) {
    v1::Event event;
    event.mutable_announcement_rejected()->set_announcement_id(id);
    event.mutable_announcement_rejected()->set_code(code);
    event.mutable_announcement_rejected()->set_reason("because");
    Append("announcement.rejected", event);
  }
  // Refused before it was received.
  void Refuse(const std::string& id) {
    v1::Event event;
    v1::AnnouncementRejected& rejected = *event.mutable_announcement_rejected();
    rejected.set_announcement_id(id);
    rejected.set_code("document_too_large");
    rejected.mutable_announcement()->set_announcement_id(id);
    rejected.mutable_announcement()->set_object_truncated(true);
    Append("announcement.rejected", event);
  }
  void Replace(const std::string& rejected, const std::string& by) {
    v1::Event event;
    v1::Announcement& announcement = *event.mutable_announcement_received()->mutable_announcement();
    announcement.set_announcement_id(by);
    announcement.set_replaces(rejected);
    Append("announcement.received", event);
  }
};

TEST_F(AnnouncementStatesTest, AFeedIsSplitIntoItsEntries) {
  const std::string id = Receive();
  v1::Event event;
  event.mutable_announcement_split()->set_announcement_id(id);
  event.mutable_announcement_split()->add_entry_announcement_ids("ann-b");
  event.mutable_announcement_split()->add_entry_announcement_ids("ann-a");
  Append("announcement.split", event);
  EXPECT_EQ(Get(id).state(), v1::Announcement::SPLIT);
  EXPECT_THAT(Get(id).entry_announcement_ids(), ElementsAre("ann-b", "ann-a"));
}

TEST_F(AnnouncementStatesTest, ARejectionKeepsItsCode) {
  const std::string id = Receive();
  Reject(id, "invalid_encoding");
  EXPECT_EQ(Get(id).reject_code(), "invalid_encoding");
  EXPECT_EQ(Get(id).reason(), "because");
}

TEST_F(AnnouncementStatesTest, WhatWasRefusedAtOnceIsStoredFromTheRejection) {
  Refuse("ann-large");
  EXPECT_EQ(Get("ann-large").state(), v1::Announcement::REJECTED);
  EXPECT_EQ(Get("ann-large").reject_code(), "document_too_large");
  EXPECT_TRUE(Get("ann-large").object_truncated());
}

TEST_F(AnnouncementStatesTest, ARejectedOneIsCorrectedByWhatReplacesIt) {
  Refuse("ann-large");
  Replace("ann-large", "ann-short");
  EXPECT_EQ(Get("ann-large").state(), v1::Announcement::CORRECTED);
  EXPECT_EQ(Get("ann-large").replaced_by(), "ann-short");
  EXPECT_EQ(Get("ann-short").state(), v1::Announcement::RECEIVED);
}

TEST_F(AnnouncementStatesTest, OnlyRejectedOnesAreCorrected) {
  const std::string id = Announce({Model("Ada")});
  Replace(id, "ann-later");
  EXPECT_EQ(Get(id).state(), v1::Announcement::RECORDED);
}

}  // namespace
}  // namespace seaworthy
