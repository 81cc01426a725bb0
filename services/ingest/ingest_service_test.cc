#include "services/ingest/ingest_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "common/event_log_fault_env.h"
#include "common/telemetry/trace_context.h"
#include "services/ingest/testing/ingest_fixture.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCard = kLanternCard;

class IngestServiceTest : public IngestFixture {};

TEST_F(IngestServiceTest, SubmissionIsDurableOnReturn) {
  const auto response = Submit(kCard, "", "https://harbour.example/lantern");
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Announcement& announcement = response->announcement();
  EXPECT_TRUE(announcement.announcement_id().starts_with("ann-"));
  EXPECT_EQ(announcement.announcement_id().size(), 28u);
  EXPECT_EQ(announcement.media_type(), "text/markdown");
  EXPECT_EQ(announcement.file_name(), "card.md");
  EXPECT_EQ(log_->LastSequence(), 1u);
  EXPECT_EQ(*objects_.Get(announcement.object_hash()), kCard);
}

TEST_F(IngestServiceTest, SameDocumentAgainGivesTheSameAnswer) {
  const auto first = Submit(kCard);
  const auto second = Submit(kCard);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->repeated());
  EXPECT_EQ(first->announcement().SerializeAsString(), second->announcement().SerializeAsString());
  EXPECT_EQ(log_->LastSequence(), 1u);
}

TEST_F(IngestServiceTest, KeyWithAnotherDocumentIsRefused) {
  ASSERT_TRUE(Submit(kCard, "key-1").ok());
  EXPECT_TRUE(Submit(kCard, "key-1")->repeated());
  const auto other = Submit("# Other\n", "key-1");
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("another document"));
}

TEST_F(IngestServiceTest, BadSubmissionsAreRefusedAndNotStored) {
  EXPECT_EQ(Submit("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(kCard, "", "ftp://harbour.example").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Submit(kCard, "", "https://" + std::string(2001, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log_->LastSequence(), 0u);
}

TEST_F(IngestServiceTest, WorkersTurnAnAnnouncementIntoATool) {
  ASSERT_TRUE(service_->Start().ok());
  const std::string id =
      Submit(kCard, "", "https://harbour.example/lantern")->announcement().announcement_id();
  const v1::Event event = OutcomeOf(id);
  ASSERT_EQ(event.tool_announced().tools_size(), 1);
  const v1::Revision& tool = event.tool_announced().tools(0);
  EXPECT_EQ(tool.name(), "Lantern-3B");
  EXPECT_EQ(tool.announcement_ids(0), id);
  EXPECT_EQ(tool.source_urls(0), "https://harbour.example/lantern");
  EXPECT_EQ(tool.facts(0).evidence().announcement_id(), id);
  EXPECT_THAT(*objects_.Get(tool.text_object()), HasSubstr("a 3B language model"));
}

TEST_F(IngestServiceTest, WhatIsReadIsInTheTraceOfWhoeverSentIt) {
  ASSERT_TRUE(service_->Start().ok());
  v1::SubmitAnnouncementRequest request;
  request.set_document(kCard);
  request.set_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const std::string id = service_->SubmitAnnouncement(request)->announcement().announcement_id();
  EXPECT_EQ(OutcomeOf(id).traceparent(),
            FormatTraceparent("4bf92f3577b34da6a3ce929d0e0e4736", SpanIdOf("receive:" + id)));
}

TEST_F(IngestServiceTest, AMalformedTraceCountsForNothing) {
  v1::SubmitAnnouncementRequest request;
  request.set_document(kCard);
  request.set_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01");
  const std::string id = service_->SubmitAnnouncement(request)->announcement().announcement_id();
  EXPECT_EQ(TraceOf(*log_->FindByDedupId("receive:" + id)).parent_span_id, "");
}

TEST_F(IngestServiceTest, WhatIsNoAnnouncementIsRejectedWithTheReason) {
  ASSERT_TRUE(service_->Start().ok());
  const v1::Event event =
      OutcomeOf(Submit(std::string("PK\x03\x04zip", 7))->announcement().announcement_id());
  EXPECT_EQ(event.announcement_rejected().code(), "unsupported_media_type");
  EXPECT_THAT(event.announcement_rejected().reason(), HasSubstr("card.md: the document is a ZIP archive"));
}

TEST_F(IngestServiceTest, TroubleWithTheObjectStoreIsTriedAgain) {
  const std::string id = Submit(kCard)->announcement().announcement_id();
  objects_.FailReads(1);
  ASSERT_TRUE(service_->Start().ok());
  EXPECT_EQ(OutcomeOf(id).tool_announced().tools_size(), 1);
}

TEST_F(IngestServiceTest, ReadersGoOnOnceAFullDiskHasRoom) {
  const auto disk = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  UseDisk(env.get());
  const std::string id = Submit(kCard)->announcement().announcement_id();
  // The first write is the subscription, the second says that it was delivered.
  disk->Arm(Fault::kNoSpace, 2);
  ASSERT_TRUE(service_->Start().ok());
  while (!disk->struck()) std::this_thread::yield();
  EXPECT_FALSE(Submit("# Other\n").ok());
  disk->Heal();
  EXPECT_EQ(OutcomeOf(id).tool_announced().tools_size(), 1);
  EndService();
}

TEST_F(IngestServiceTest, ReceivedAnnouncementIsFoundById) {
  const v1::Announcement announcement = Submit(kCard)->announcement();
  v1::GetReceivedAnnouncementRequest request;
  request.set_announcement_id(announcement.announcement_id());
  EXPECT_EQ(service_->GetReceivedAnnouncement(request)->SerializeAsString(),
            announcement.SerializeAsString());
  request.set_announcement_id("ann-unknown");
  EXPECT_EQ(service_->GetReceivedAnnouncement(request).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(IngestServiceTest, StopTwiceIsHarmless) {
  ASSERT_TRUE(service_->Start().ok());
  service_->Stop();
  service_->Stop();
}

}  // namespace
}  // namespace seaworthy
