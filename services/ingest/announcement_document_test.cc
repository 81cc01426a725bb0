#include "services/ingest/announcement_document.h"

#include <gtest/gtest.h>

#include <memory>

namespace seaworthy {
namespace {

class AnnouncementDocumentTest : public testing::Test {
 protected:
  absl::StatusOr<v1::GetAnnouncementDocumentResponse> Read(const std::string& hash, uint64_t offset,
                                                           uint32_t max_bytes) {
    v1::GetAnnouncementDocumentRequest request;
    request.set_object_hash(hash);
    request.set_offset(offset);
    request.set_max_bytes(max_bytes);
    return ReadAnnouncementDocument(*objects_, request);
  }
  const std::unique_ptr<ObjectStore> objects_ = NewMemoryObjectStore();
};

TEST_F(AnnouncementDocumentTest, GivesAPartAndTheWholeSize) {
  const auto part = Read(*objects_->Put("0123456789"), 3, 4);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->document(), "3456");
  EXPECT_EQ(part->size_bytes(), 10u);
}

TEST_F(AnnouncementDocumentTest, PastItsEndThereIsNothing) {
  const auto part = Read(*objects_->Put("0123456789"), ~uint64_t{0}, 4);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->document(), "");
}

TEST_F(AnnouncementDocumentTest, WithoutABoundItGives64Kibibytes) {
  EXPECT_EQ(Read(*objects_->Put(std::string(100'000, 'x')), 0, 0)->document().size(), 65'536u);
}

TEST_F(AnnouncementDocumentTest, WhatIsNoHashOrTooMuchIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(Read("../x", 0, 0).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Read(*objects_->Put("x"), 0, (1 << 20) + 1).status()));
  EXPECT_TRUE(absl::IsNotFound(Read(std::string(64, 'a'), 0, 0).status()));
}

}  // namespace
}  // namespace seaworthy
