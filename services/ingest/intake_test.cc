// What comes through sources, what is refused and kept, what is tried again.
#include "services/ingest/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/ingest/document.h"
#include "services/ingest/testing/ingest_fixture.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

class IntakeTest : public IngestFixture {
 protected:
  absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitEntry(const std::string& key,
                                                             const std::string& document) {
    v1::SubmitAnnouncementRequest request;
    request.set_document(document);
    request.set_source_id("harbour");
    request.set_entry_key(key);
    request.set_tier(v1::VENDOR);
    return service_->SubmitAnnouncement(request);
  }

  absl::Status Submits(const std::string& document, const std::string& media_type) {
    v1::SubmitAnnouncementRequest request;
    request.set_document(document);
    request.set_media_type(media_type);
    last_ = service_->SubmitAnnouncement(request);
    return last_.status();
  }

  absl::StatusOr<v1::SubmitAnnouncementResponse> Retry(const std::string& id,
                                                       const std::string& document = "",
                                                       const std::string& request_id = "") {
    v1::RetryAnnouncementRequest request;
    request.set_announcement_id(id);
    request.set_document(document);
    request.set_request_id(request_id);
    return service_->RetryAnnouncement(request);
  }

  // A document of more than an announcement may have, refused; the event.
  v1::AnnouncementRejected RefuseTooLarge(char filling = 'a') {
    EXPECT_EQ(Submit(std::string(kMaxDocumentBytes + 1, filling)).status().code(),
              absl::StatusCode::kResourceExhausted);
    return Events().back().announcement_rejected();
  }

  // A ZIP archive, rejected when it was read.
  std::string RejectedId() {
    EXPECT_TRUE(service_->Start().ok());
    const std::string id = IdOf(std::string("PK\x03\x04zip", 7));
    OutcomeOf(id);
    return id;
  }

  absl::StatusOr<v1::SubmitAnnouncementResponse> last_;
};

TEST_F(IntakeTest, AnEntryIsKnownBySourceKeyAndBytes) {
  const auto first = SubmitEntry("e-1", kLanternCard);
  EXPECT_TRUE(SubmitEntry("e-1", kLanternCard)->repeated());
  EXPECT_FALSE(SubmitEntry("e-1", "# Lantern, edited")->repeated());
  EXPECT_FALSE(SubmitEntry("e-2", kLanternCard)->repeated());
  EXPECT_EQ(first->announcement().source_id(), "harbour");
  EXPECT_EQ(first->announcement().entry_key(), "e-1");
  EXPECT_EQ(first->announcement().tier(), v1::VENDOR);
}

TEST_F(IntakeTest, AnEntryKeyNeedsASource) {
  v1::SubmitAnnouncementRequest request;
  request.set_document(kLanternCard);
  request.set_entry_key("e-1");
  EXPECT_EQ(service_->SubmitAnnouncement(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_source_id("Not A Source");
  EXPECT_EQ(service_->SubmitAnnouncement(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(IntakeTest, TheTiersAndDaysOfFactsAreTheirSources) {
  ASSERT_TRUE(service_->Start().ok());
  const v1::Event event = OutcomeOf(SubmitEntry("e-1", kLanternCard)->announcement().announcement_id());
  ASSERT_GT(event.tool_announced().tools_size(), 0);
  for (const v1::Fact& fact : event.tool_announced().tools(0).facts()) {
    EXPECT_EQ(fact.tier(), v1::VENDOR);
    EXPECT_EQ(fact.checked_date().size(), 10u);
  }
}

TEST_F(IntakeTest, WhatIsTooLargeIsRefusedAndItsFirstBytesKept) {
  const v1::AnnouncementRejected rejected = RefuseTooLarge();
  EXPECT_EQ(rejected.code(), "document_too_large");
  const v1::Announcement& kept = rejected.announcement();
  EXPECT_EQ(kept.state(), v1::Announcement::REJECTED);
  EXPECT_EQ(kept.file_name(), "card.md");
  EXPECT_EQ(kept.size_bytes(), kMaxDocumentBytes + 1);
  EXPECT_TRUE(kept.object_truncated());
  EXPECT_EQ(objects_.Get(kept.object_hash())->size(), kMaxKeptBytes);
}

TEST_F(IntakeTest, TheRefusalNamesWhatWasKept) {
  const auto refused = Submit(std::string(kMaxDocumentBytes + 1, 'a'));
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr(Events().back().announcement_rejected().announcement_id()));
}

TEST_F(IntakeTest, TheSameRefusalIsKeptOnce) {
  RefuseTooLarge();
  RefuseTooLarge();
  EXPECT_EQ(log_->LastSequence(), 1u);
  RefuseTooLarge('b');
  EXPECT_EQ(log_->LastSequence(), 2u);
}

TEST_F(IntakeTest, RefusalsBeyondADaysShareAreOnlyCounted) {
  FakeClock clock;
  Intake intake(log_.get(), &objects_, &clock, 2);
  const auto refuse = [&](char filling) {
    v1::SubmitAnnouncementRequest request;
    request.set_document(std::string(kMaxDocumentBytes + 1, filling));
    EXPECT_FALSE(intake.Submit(request).ok());
  };
  for (char filling : {'a', 'b', 'c', 'd'}) refuse(filling);
  EXPECT_EQ(log_->LastSequence(), 2u);
  EXPECT_EQ(intake.refusals_only_counted(), 2u);
  clock.Advance(absl::Hours(24));
  refuse('e');
  EXPECT_EQ(log_->LastSequence(), 3u);
}

TEST_F(IntakeTest, ARefusedAnnouncementIsFoundById) {
  const std::string id = RefuseTooLarge().announcement_id();
  v1::GetReceivedAnnouncementRequest request;
  request.set_announcement_id(id);
  EXPECT_EQ(service_->GetReceivedAnnouncement(request)->reject_code(), "document_too_large");
}

TEST_F(IntakeTest, ARejectedOneIsTriedAgainWithCorrectedBytes) {
  const std::string id = RejectedId();
  const auto again = Retry(id, kLanternCard);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->announcement().replaces(), id);
  EXPECT_EQ(OutcomeOf(again->announcement().announcement_id()).tool_announced().tools_size(), 1);
}

TEST_F(IntakeTest, ARetryIsIdempotentByItsRequest) {
  const std::string id = RejectedId();
  const auto first = Retry(id, kLanternCard, "r-1");
  EXPECT_TRUE(Retry(id, kLanternCard, "r-1")->repeated());
  EXPECT_EQ(Retry(id, "# Other\n", "r-1").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_FALSE(Retry(id, kLanternCard, "r-2")->repeated());
}

TEST_F(IntakeTest, ARetryWithoutBytesTakesTheKeptOnes) {
  const std::string id = RejectedId();
  const auto again = Retry(id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(OutcomeOf(again->announcement().announcement_id()).announcement_rejected().code(),
            "unsupported_media_type");
}

TEST_F(IntakeTest, WhatIsKeptInPartCannotBeTriedAsItIs) {
  const std::string id = RefuseTooLarge().announcement_id();
  EXPECT_EQ(Retry(id).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Retry(id, kLanternCard).ok());
}

TEST_F(IntakeTest, OnlyRejectedOnesAreTriedAgain) {
  ASSERT_TRUE(service_->Start().ok());
  const std::string id = IdOf(kLanternCard);
  OutcomeOf(id);
  EXPECT_EQ(Retry(id, "# Other\n").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Retry("ann-unknown").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(IntakeTest, ADeclaredCharsetIsStoredAsUtf8) {
  ASSERT_TRUE(Submits("<h1>Mod\xe8le</h1>", "text/html; charset=ISO-8859-1").ok());
  EXPECT_EQ(*objects_.Get(last_->announcement().object_hash()), "<h1>Modèle</h1>");
  EXPECT_EQ(last_->announcement().media_type(), "text/html");
}

TEST_F(IntakeTest, BytesInNoCharsetAreStoredAsTheyCameAndRejected) {
  ASSERT_TRUE(service_->Start().ok());
  ASSERT_TRUE(Submits("# Mod\xe8le", "").ok());
  EXPECT_EQ(*objects_.Get(last_->announcement().object_hash()), "# Mod\xe8le");
  EXPECT_EQ(OutcomeOf(last_->announcement().announcement_id()).announcement_rejected().code(),
            "invalid_encoding");
}

TEST_F(IntakeTest, ACharsetDoesNotMakeAnArchiveText) {
  ASSERT_TRUE(service_->Start().ok());
  ASSERT_TRUE(Submits("\x1f\x8b\x08\xe8\xe9", "text/html; charset=ISO-8859-1").ok());
  EXPECT_EQ(OutcomeOf(last_->announcement().announcement_id()).announcement_rejected().code(),
            "unsupported_media_type");
}

}  // namespace
}  // namespace seaworthy
