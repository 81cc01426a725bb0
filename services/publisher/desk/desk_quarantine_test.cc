#include "services/publisher/desk/desk_quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPath[] = "/desk/quarantine/ann-1";

class DeskQuarantineTest : public PublisherFixture {
 protected:
  void SetUp() override {
    PublisherFixture::SetUp();
    SignIn();
    Reject("ann-1", "# Tern <1.0>\nText");
  }
  v1::Announcement Reject(const std::string& id, const std::string& bytes) {
    v1::Announcement announcement;
    announcement.set_announcement_id(id);
    announcement.set_state(v1::Announcement::REJECTED);
    announcement.set_media_type("text/markdown");
    announcement.set_source_url("https://tern.example/<news>");
    announcement.set_reject_code("not_a_release");
    announcement.set_reason("This <announces> nothing.");
    announcement.set_object_hash("hash-" + id);
    announcement.set_size_bytes(bytes.size());
    aggregator_.AddAnnouncement(announcement);
    ingest_.AddDocument("hash-" + id, bytes);
    return announcement;
  }
  std::string Page(const std::string& query = "") { return DeskGet(absl::StrCat(kPath, query)).body; }
};

TEST_F(DeskQuarantineTest, TheListShowsReasonCodeAndWhereItCameFromEscaped) {
  const std::string page = DeskGet("/desk/quarantine").body;
  for (const char* text : {"not_a_release", "This &lt;announces&gt; nothing.",
                           "https://tern.example/&lt;news&gt;", "href=\"/desk/quarantine/ann-1\""}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, Not(HasSubstr("<announces>")));
  EXPECT_THAT(DeskGet("/desk/quarantine?state=corrected").body, HasSubstr("has been corrected yet"));
  EXPECT_EQ(DeskGet("/desk/quarantine?state=odd").status, 400);
}

TEST_F(DeskQuarantineTest, ALongListGoesPageByPage) {
  for (int i = 10; i < 40; ++i) Reject(absl::StrCat("ann-x", i), "x");
  const std::string first = DeskGet("/desk/quarantine").body;
  const size_t at = first.find("/desk/quarantine?state=rejected&amp;cursor=");
  ASSERT_NE(at, std::string::npos);
  const std::string next = first.substr(at, first.find('"', at) - at);
  const std::string cursor = next.substr(next.find("cursor="));
  EXPECT_THAT(DeskGet("/desk/quarantine?state=rejected&" + cursor).body, HasSubstr("ann-x39"));
  EXPECT_THAT(first, Not(HasSubstr("ann-x39")));
}

TEST_F(DeskQuarantineTest, TheBytesAreShownAsTextAndCanBeEdited) {
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("# Tern &lt;1.0&gt;\nText</pre>"));
  EXPECT_THAT(page, HasSubstr("# Tern &lt;1.0&gt;\nText</textarea>"));
  EXPECT_THAT(page, HasSubstr("Bytes 0 to 17 of 17"));
}

TEST_F(DeskQuarantineTest, BinaryIsShownAsHexLinesAndNotOfferedForEditing) {
  Reject("ann-1", std::string("PK\x03\x04\0\0", 6));
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("00000000  50 4b 03 04 00 00"));
  EXPECT_THAT(page, Not(HasSubstr("Its text")));
  EXPECT_THAT(Page("?as=text"), HasSubstr("PK\xEF\xBF\xBD"));
}

TEST_F(DeskQuarantineTest, ALongDocumentIsCutAndSaysSo) {
  Reject("ann-1", std::string(100'000, 'x'));
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("Bytes 0 to 65,536 of 100,000; cut here"));
  EXPECT_THAT(page, HasSubstr("?as=text&amp;offset=65536#bytes"));
  EXPECT_LT(page.size(), 90'000u);
  EXPECT_THAT(Page("?as=text&offset=65536"), HasSubstr("Bytes 65,536 to 100,000 of 100,000."));
  EXPECT_THAT(Page("?offset=99999999999"), HasSubstr("There is nothing here"));
}

TEST_F(DeskQuarantineTest, WhereTheBytesCannotBeReadTheRestIsShown) {
  ingest_.FailWith(absl::UnavailableError("ingest <does> not answer"));
  const std::string page = Page();
  EXPECT_THAT(page, HasSubstr("cannot be shown: ingest &lt;does&gt; not answer"));
  EXPECT_THAT(page, HasSubstr("This &lt;announces&gt; nothing."));
}

TEST_F(DeskQuarantineTest, TryingAgainUnchangedSendsNoDocument) {
  const HttpResponse response = DeskPost(kPath,
                                         "document=%23+Tern+%3C1.0%3E%0D%0AText&media_type=text%2Fhtml&"
                                         "request_id=r1&source_url=https%3A%2F%2Fnew.example");
  ASSERT_EQ(response.status, 303) << response.body;
  const v1::RetryAnnouncementRequest sent = ingest_.retried().at(0);
  EXPECT_EQ(sent.announcement_id(), "ann-1");
  EXPECT_EQ(sent.document(), "");
  EXPECT_EQ(sent.media_type(), "text/html");
  EXPECT_EQ(sent.source_url(), "https://new.example");
  EXPECT_EQ(sent.editor(), "owner");
  EXPECT_EQ(sent.request_id(), "r1");
}

TEST_F(DeskQuarantineTest, EditedTextIsSentAndWhatCameOfItIsShown) {
  const HttpResponse response = DeskPost(kPath, "document=%23+Tern+1.0%0D%0Atwo&request_id=r2");
  EXPECT_EQ(ingest_.retried().at(0).document(), "# Tern 1.0\ntwo");
  const std::string to(response.Header("Location").value_or(""));
  EXPECT_THAT(to, testing::StartsWith("/desk/announcements/ann-"));
  EXPECT_THAT(DeskGet(to).body, HasSubstr("Being read. Reload this page"));
}

TEST_F(DeskQuarantineTest, ACorrectedOneLeadsToWhatCameOfIt) {
  v1::Announcement announcement = Reject("ann-1", "x");
  announcement.set_state(v1::Announcement::CORRECTED);
  announcement.set_replaced_by("ann-2");
  aggregator_.AddAnnouncement(announcement);
  EXPECT_THAT(Page(), HasSubstr("What came of it: <a href=\"/desk/announcements/ann-2\">"));
  EXPECT_THAT(Page(), Not(HasSubstr("Try again</button>")));
}

TEST_F(DeskQuarantineTest, ARefusalIsShownAndLeadsBack) {
  ingest_.FailWith(absl::FailedPreconditionError("only the first <bytes> are kept: send the document"));
  const HttpResponse response = DeskPost(kPath, "request_id=r3");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("only the first &lt;bytes&gt; are kept"));
  EXPECT_THAT(response.body, HasSubstr(absl::StrCat("href=\"", kPath, "\"")));
}

TEST_F(DeskQuarantineTest, WhatIsNotThereIsSaidSo) {
  EXPECT_EQ(DeskGet("/desk/quarantine/ann-none").status, 404);
  EXPECT_EQ(DeskPost("/desk/quarantine/ann-none", "request_id=r").status, 404);
  aggregator_.FailWith(absl::UnavailableError("the aggregator does not answer"));
  EXPECT_EQ(DeskGet("/desk/quarantine").status, 503);
}

TEST_F(DeskQuarantineTest, ASplitFeedNamesItsEntries) {
  v1::Announcement feed;
  feed.set_announcement_id("ann-9");
  feed.set_state(v1::Announcement::SPLIT);
  for (int i = 0; i < 30; ++i) feed.add_entry_announcement_ids(absl::StrCat("ann-e", i));
  aggregator_.AddAnnouncement(feed);
  const std::string page = DeskGet("/desk/announcements/ann-9").body;
  EXPECT_THAT(page, HasSubstr("/desk/announcements/ann-e0"));
  EXPECT_THAT(page, HasSubstr("And 5 more."));
}

}  // namespace
}  // namespace seaworthy
