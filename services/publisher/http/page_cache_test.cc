#include "services/publisher/http/page_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ChooseCodingTest, GoesByWeightAndTakesBrotliOfEqualOnes) {
  EXPECT_EQ(ChooseCoding("gzip, deflate, br, zstd"), Coding::kBrotli);
  EXPECT_EQ(ChooseCoding("gzip;q=1.0, br;q=0.5"), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("GZIP"), Coding::kGzip);
  EXPECT_EQ(ChooseCoding("br;q=0, *"), Coding::kGzip);
  for (const char* none : {"", "identity", "gzip;q=0", "gzip;q=x", "brx", ",;,"}) {
    EXPECT_EQ(ChooseCoding(none), Coding::kIdentity) << none;
  }
}

class PageCacheTest : public testing::Test {
 protected:
  static HttpRequest Asking(const std::string& target, const std::string& accept = "",
                            const std::string& tag = "") {
    return {.method = "GET",
            .target = target,
            .headers = {{"Accept-Encoding", accept}, {"If-None-Match", tag}},
            .body = ""};
  }
  static HttpResponse Page(const std::string& text) {
    HttpResponse page = HtmlResponse(200, text + std::string(5000, 'x'));
    page.SetHeader("Cache-Control", "public, max-age=0, must-revalidate");
    return page;
  }
  std::optional<PreparedAnswer> Find(const std::string& target, const std::string& accept = "",
                                     const std::string& tag = "") {
    return cache_.Find({target, accept, tag});
  }
  HttpResponse Answer(const std::string& target, const std::string& text, const std::string& accept = "") {
    return cache_.Answer(Asking(target, accept), generation_, Page(text));
  }

  FakeClock clock_;
  uint64_t generation_ = 1;
  PageCache cache_{{.max_bytes = 64 << 10, .clock = &clock_, .generation = [this] { return generation_; }}};
};

TEST_F(PageCacheTest, APageIsFoundUntilSomethingChangesOrItGrowsOld) {
  EXPECT_FALSE(Find("/a").has_value());
  Answer("/a", "one");
  ASSERT_TRUE(Find("/a").has_value());
  EXPECT_THAT(*Find("/a")->body, testing::StartsWith("one"));
  ++generation_;
  EXPECT_FALSE(Find("/a").has_value());
  Answer("/a", "one");
  clock_.Advance(absl::Seconds(31));
  EXPECT_FALSE(Find("/a").has_value());
}

TEST_F(PageCacheTest, EachCodingHasItsOwnValidatorAndForm) {
  const HttpResponse plain = Answer("/a", "one");
  const HttpResponse packed = Answer("/a", "one", "br");
  EXPECT_NE(plain.Header("ETag"), packed.Header("ETag"));
  EXPECT_EQ(packed.Header("Content-Encoding").value_or(""), "br");
  EXPECT_EQ(packed.Header("Vary").value_or(""), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), plain.body.size());
  EXPECT_FALSE(Find("/a", "gzip").has_value());
  EXPECT_EQ(*Find("/a", "br")->body, packed.body);
  EXPECT_EQ(*Find("/a")->body, plain.body);
}

TEST_F(PageCacheTest, WhoHasThePageIsToldSo) {
  const std::string tag(Answer("/a", "one").Header("ETag").value_or(""));
  for (const std::string& tags : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
    EXPECT_EQ(Find("/a", "", tags)->status, 304) << tags;
    EXPECT_EQ(cache_.Answer(Asking("/a", "", tags), 1, Page("one")).status, 304) << tags;
  }
  EXPECT_EQ(Find("/a", "", "\"other\"")->status, 200);
  EXPECT_THAT(*Find("/a", "", tag)->head, HasSubstr("Content-Security-Policy: "));
  EXPECT_THAT(*Find("/a", "", tag)->head, Not(HasSubstr("\r\nContent-Type")));
}

TEST_F(PageCacheTest, TheSameBytesKeepTheirForms) {
  Answer("/a", "one", "br");
  const auto before = Find("/a", "br")->body;
  ++generation_;
  Answer("/a", "one");
  EXPECT_EQ(Find("/a", "br")->body, before);
  Answer("/a", "two");
  EXPECT_FALSE(Find("/a", "br").has_value());
}

TEST_F(PageCacheTest, WhatWasUsedLongestAgoGoesFirst) {
  for (int i = 0; i < 20; ++i) {
    Answer(absl::StrCat("/", i), "page");
    EXPECT_TRUE(Find("/0").has_value()) << i;
  }
  EXPECT_FALSE(Find("/1").has_value());
  EXPECT_LE(cache_.bytes(), 64u << 10);
}

TEST_F(PageCacheTest, AddressesWithAQueryAndFailuresAreNotKept) {
  Answer("/a?x=1", "one");
  cache_.Answer(Asking("/b"), 1, HtmlResponse(404, "none"));
  EXPECT_FALSE(Find("/a?x=1").has_value());
  EXPECT_FALSE(Find("/b").has_value());
}

}  // namespace
}  // namespace seaworthy
