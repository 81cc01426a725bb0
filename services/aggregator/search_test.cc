// Search over tools and comparisons. After each test the log must make the
// same state again.
#include "services/aggregator/testing/editorial_fixture.h"

namespace seaworthy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SearchTest : public EditorialFixture {
 protected:
  v1::SearchResponse Search(const std::string& text, bool published = false, int page_size = 0) {
    v1::SearchRequest request;
    request.set_text(text);
    request.set_published(published);
    request.set_page_size(page_size);
    auto found = service_->Search(request);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(v1::SearchResponse());
  }
  std::vector<std::string> Tools(const std::string& text, bool published = false) {
    std::vector<std::string> ids;
    const v1::SearchResponse found = Search(text, published);
    for (const v1::PublishedToolSummary& tool : found.tools()) {
      ids.push_back(tool.tool_id());
    }
    return ids;
  }
  std::vector<std::string> Pairs(const std::string& text, bool published = false) {
    std::vector<std::string> ids;
    const v1::SearchResponse found = Search(text, published);
    for (const v1::PublishedSummary& pair : found.comparisons()) {
      ids.push_back(pair.comparison_id());
    }
    return ids;
  }
  static v1::Revision By(v1::Revision tool, const std::string& vendor, const std::string& tagline = "") {
    tool.set_vendor(vendor);
    if (!tagline.empty()) tool.set_tagline(tagline);
    return tool;
  }
  absl::StatusCode Refused(const std::string& text) {
    v1::SearchRequest request;
    request.set_text(text);
    return service_->Search(request).status().code();
  }
};

TEST_F(SearchTest, EveryWordHasToStandInTheTool) {
  Tell({By(Model("Ada"), "Acme"), By(Model("Bob"), "Bolt")});
  EXPECT_THAT(Tools("ada"), ElementsAre("ada"));
  EXPECT_THAT(Tools("language models acme"), ElementsAre("ada"));
  EXPECT_THAT(Tools("ada bolt"), IsEmpty());
  EXPECT_THAT(Tools("nothing"), IsEmpty());
}

TEST_F(SearchTest, OnlyTheLastWordMayBeTheBeginningOfOne) {
  Tell({By(Model("Adamant"), "Acme"), By(Model("Bob"), "Bolt")});
  EXPECT_THAT(Tools("adam"), ElementsAre("adamant"));
  EXPECT_THAT(Tools("acme adam"), ElementsAre("adamant"));
  EXPECT_THAT(Tools("adam acme"), IsEmpty());
}

TEST_F(SearchTest, ANameCountsMoreThanAVendorAndThatMoreThanATagline) {
  Tell({By(Model("Nimbus"), "Acme"), By(Model("Bob"), "Nimbus"), By(Model("Cyd"), "Corp", "like nimbus")});
  EXPECT_THAT(Tools("nimbus"), ElementsAre("nimbus", "bob", "cyd"));
}

TEST_F(SearchTest, AWholeNameComesBeforeAnotherThatBeginsWithIt) {
  Tell({Model("Mistral Next"), Model("Mistral")});
  EXPECT_THAT(Tools("mistral"), ElementsAre("mistral", "mistral-next"));
  EXPECT_THAT(Tools("mistral next"), ElementsAre("mistral-next"));
}

TEST_F(SearchTest, AccentsCaseAndSignsDoNotMatter) {
  Tell({Model("Zoë-7B"), Model("Bob")});
  for (const char* text : {"ZOE 7b", "zoë", "zoe-7B!", "(zoe)"}) {
    ASSERT_EQ(Search(text).tools_size(), 1) << text;
    EXPECT_EQ(Search(text).tools(0).name(), "Zoë-7B");
  }
}

TEST_F(SearchTest, AComparisonIsFoundByBothItsTools) {
  Tell({By(Model("Ada"), "Acme"), By(Model("Bob"), "Bolt"), By(Model("Cyd"), "Corp")});
  EXPECT_THAT(Pairs("bob vs ada"), ElementsAre("ada-vs-bob"));
  EXPECT_THAT(Pairs("ada"), UnorderedElementsAre("ada-vs-bob", "ada-vs-cyd"));
  EXPECT_EQ(Search("ada bob").comparisons(0).a().name(), "Ada");
}

TEST_F(SearchTest, ReadersFindOnlyWhatIsPublicAsItWasApproved) {
  Tell({Licensed(Model("Ada"), "MIT")}, From::Entry("feed", "ada"));
  Tell({Model("Bob")});
  Review("ada");
  Review("bob");
  EXPECT_THAT(Tools("ada", true), IsEmpty());
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  EXPECT_THAT(Tools("ada mit", true), ElementsAre("ada"));
  EXPECT_THAT(Pairs("ada bob", true), ElementsAre(kPair));
  Tell({Licensed(Model("Ada"), "Apache-2.0")}, From::Entry("feed", "ada"));
  EXPECT_THAT(Tools("ada apache"), ElementsAre("ada"));
  EXPECT_THAT(Tools("ada apache", true), IsEmpty());
  EXPECT_THAT(Tools("ada mit", true), ElementsAre("ada"));
}

TEST_F(SearchTest, WhatIsWithdrawnIsNotFoundByReaders) {
  DraftAdaVsBob();
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  ASSERT_TRUE(Do(v1::WITHDRAW).ok());
  EXPECT_THAT(Tools("ada", true), IsEmpty());
  EXPECT_THAT(Pairs("ada", true), IsEmpty());
  EXPECT_THAT(Tools("ada"), ElementsAre("ada"));
}

TEST_F(SearchTest, WhatIsPublicOfAToolTwiceIsFoundAsItWasPublishedLast) {
  DraftAdaVsBob();
  Tell({Model("Cyd")});
  Review("cyd");
  ASSERT_TRUE(Do(v1::APPROVE).ok());
  clock_.Advance(absl::Hours(1));
  ChangeAda("MIT", 2);
  ASSERT_TRUE(Decide(v1::APPROVE, "ada-vs-cyd", HashOf("ada-vs-cyd")).ok());
  EXPECT_THAT(Tools("ada mit", true), ElementsAre("ada"));
  ASSERT_TRUE(Decide(v1::WITHDRAW, "ada-vs-cyd", HashOf("ada-vs-cyd"), "wrong").ok());
  EXPECT_THAT(Tools("ada mit", true), IsEmpty());
  EXPECT_THAT(Tools("ada", true), ElementsAre("ada"));
}

TEST_F(SearchTest, WhatWasMergedIsFoundAsWhatItIsNow) {
  Tell({Model("Ada"), Model("Adeline")});
  ASSERT_TRUE(Merge("ada", "adeline", "m").ok());
  EXPECT_THAT(Tools("adeline"), ElementsAre("ada"));
  ASSERT_TRUE(Undo("m").ok());
  EXPECT_THAT(Tools("adeline"), ElementsAre("adeline"));
}

TEST_F(SearchTest, AnswersAreAsManyAsAskedFor) {
  std::vector<v1::Revision> tools;
  for (int i = 0; i < 30; ++i) tools.push_back(By(Model(absl::StrCat("Tool", i)), "Acme"));
  Tell(tools);
  EXPECT_EQ(Search("acme").tools_size(), 20);
  EXPECT_EQ(Search("acme", false, 3).tools_size(), 3);
  EXPECT_EQ(Search("acme", false, 100).tools_size(), 30);
}

TEST_F(SearchTest, WhatCannotBeSearchedForIsSaid) {
  EXPECT_EQ(Refused(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refused("--- ?!"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refused(std::string(201, 'a')), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Tools(std::string("a\0\xff\n b", 6)), IsEmpty());
}

}  // namespace
}  // namespace seaworthy
