#include "services/publisher/site/structured_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_replace.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kBlock[] = "<script type=\"application/ld+json\">";

// The page as a reader reads it: without tags and the data block.
std::string VisibleText(std::string page) {
  const size_t begin = page.find(kBlock);
  if (begin != std::string::npos) page.erase(begin, page.find("</script>", begin) - begin);
  std::string text;
  bool in_tag = false;
  for (const char c : page.substr(page.find("<body"))) {
    if (c == '<') in_tag = true;
    if (!in_tag) text.push_back(c);
    if (c == '>') in_tag = false;
  }
  return absl::StrReplaceAll(
      text, {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}});
}

// Texts of the data, but for addresses and the names of terms.
void Texts(const json& data, std::set<std::string>& out) {
  static const std::set<std::string> kTerms = {"@context", "@type", "url", "priceCurrency",
                                               "digitalSourceType"};
  for (const auto& [key, value] : data.items()) {
    if (data.is_object() && kTerms.contains(key)) continue;
    if (value.is_string()) out.insert(value.get<std::string>());
    if (value.is_structured()) Texts(value, out);
  }
}

class StructuredDataTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.public_url = "https://seaworthy.example";
    PublisherFixture::SetUp();
    FillSampleDesk(aggregator_);
  }
  json DataOf(const std::string& path) {
    page_ = Get(path).body;
    const size_t begin = page_.find(kBlock);
    if (begin == std::string::npos) return nullptr;
    const size_t at = begin + sizeof(kBlock) - 1;
    return json::parse(page_.substr(at, page_.find("</script>", at) - at));
  }
  void ExpectVisible(const json& data) {
    std::set<std::string> texts;
    Texts(data, texts);
    const std::string visible = VisibleText(page_);
    EXPECT_GE(texts.size(), 3u);
    for (const std::string& text : texts) EXPECT_THAT(visible, HasSubstr(text));
  }
  std::string page_;
};

TEST_F(StructuredDataTest, EveryTextOfEveryPageIsVisibleOnIt) {
  ASSERT_TRUE(service_->CatchUp().ok());
  const auto paths = service_->ListPages({});
  int checked = 0;
  for (const std::string& path : paths->paths()) {
    const json data = DataOf(path);
    if (data.is_null()) continue;
    ++checked;
    ExpectVisible(data);
  }
  EXPECT_GE(checked, 7);
}

TEST_F(StructuredDataTest, AComparisonIsAListOfItsTwoTools) {
  const json data = DataOf("/compare/gannet-vs-lantern-9b");
  EXPECT_EQ(data["@type"], "ItemList");
  EXPECT_EQ(data["itemListElement"][0]["item"]["name"], "Gannet");
  EXPECT_EQ(data["itemListElement"][0]["item"]["url"], "https://seaworthy.example/tools/gannet");
  EXPECT_EQ(data["itemListElement"][1]["item"]["@type"], "SoftwareApplication");
  EXPECT_THAT(page_, Not(HasSubstr("reviewRating")));
}

TEST_F(StructuredDataTest, AToolIsReviewedByThePublisherWithAiPersonas) {
  const json data = DataOf("/tools/lantern-9b");
  EXPECT_EQ(data["review"]["author"]["@type"], "Organization");
  EXPECT_EQ(data["review"]["contributor"].size(), 4u);
  EXPECT_EQ(data["review"]["contributor"][0]["applicationCategory"], "AI persona");
  EXPECT_THAT(data["review"]["digitalSourceType"].get<std::string>(), HasSubstr("trainedAlgorithmicMedia"));
  EXPECT_FALSE(data.contains("aggregateRating"));
  EXPECT_EQ(data["offers"]["price"], 0);
}

TEST_F(StructuredDataTest, AResolvedPredictionIsAClaimReviewed) {
  EXPECT_TRUE(DataOf("/predictions").is_null());
  v1::Prediction prediction;
  prediction.set_due_date("2026-12-31");
  prediction.set_text("Gannet will be on every phone.");
  prediction.set_persona_id("futurist");
  prediction.set_tool_id("gannet");
  prediction.mutable_resolution()->set_outcome(v1::PredictionResolution::DID_NOT);
  prediction.mutable_resolution()->set_note("It is on none.");
  aggregator_.AddPrediction(prediction, true);
  Serve();
  const json data = DataOf("/predictions/resolved");
  EXPECT_EQ(data["@graph"][0]["@type"], "ClaimReview");
  EXPECT_EQ(data["@graph"][0]["reviewRating"]["alternateName"], "Did not");
  ExpectVisible(data);
}

TEST_F(StructuredDataTest, NoTextEndsItsBlock) {
  aggregator_.AddTool(HostileTool("hostile", "</script><script>alert(1)</script><!--"));
  aggregator_.AddComparison("gannet", "hostile", v1::Comparison::DRAFTED);
  Publish("gannet-vs-hostile");
  for (const char* path : {"/compare/gannet-vs-hostile", "/tools/hostile"}) {
    EXPECT_FALSE(DataOf(path).is_null());
    EXPECT_THAT(page_, Not(HasSubstr("<script>alert"))) << path;
  }
}

}  // namespace
}  // namespace seaworthy
