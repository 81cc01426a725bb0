#include "services/ingest/watch/source_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

v1::Source Source(v1::Source::Kind kind, const std::string& url) {
  v1::Source source;
  source.set_source_id("acme-blog");
  source.set_kind(kind);
  source.set_url(url);
  return source;
}

std::string Trouble(const v1::Source& source) {
  const absl::Status status = CheckedSource(source).status();
  return {status.message().data(), status.message().size()};
}

std::string UrlOf(v1::Source::Kind kind, const std::string& url, const std::string& token = "") {
  return AddressOf(Source(kind, url), kind, token).url;
}

TEST(SourceRulesTest, AFeedIsReadHourlyWhereNothingElseIsSaid) {
  const auto source = CheckedSource(Source(v1::Source::FEED, "https://acme.example/feed"));
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->interval_seconds(), 3600);
}

TEST(SourceRulesTest, BadFieldsAreNamed) {
  for (const char* url :
       {"", "ftp://a.example/", "https://", "https://u:p@a.example/", "https://a b/", "file:///x"}) {
    EXPECT_THAT(Trouble(Source(v1::Source::FEED, url)), HasSubstr("url")) << url;
  }
  v1::Source source = Source(v1::Source::FEED, "https://a.example/");
  source.set_interval_seconds(59);
  EXPECT_THAT(Trouble(source), HasSubstr("interval_seconds"));
  source.set_source_id("Acme Blog");
  EXPECT_THAT(Trouble(source), HasSubstr("id"));
}

TEST(SourceRulesTest, AWebhookHasASignatureAndNoAddress) {
  v1::Source source = Source(v1::Source::WEBHOOK, "");
  EXPECT_THAT(Trouble(source), HasSubstr("signature"));
  source.set_signature("github");
  EXPECT_TRUE(CheckedSource(source).ok());
  source.set_url("https://a.example/");
  EXPECT_THAT(Trouble(source), HasSubstr("url"));
}

TEST(SourceRulesTest, HostsAreToldByNameAndPort) {
  EXPECT_EQ(HostKeyOf("https://Acme.Example/feed"), "acme.example:443");
  EXPECT_EQ(HostKeyOf("http://acme.example:8080?x"), "acme.example:8080");
  EXPECT_EQ(HostKeyOf("http://[::1]/x"), "[::1]:80");
  EXPECT_EQ(HostKeyOf("http://[::1]:81/x"), "[::1]:81");
  EXPECT_EQ(HostKeyOf("javascript:alert(1)"), "");
}

TEST(SourceRulesTest, ReleasesAreReadFromTheApiWithOrWithoutAToken) {
  EXPECT_EQ(UrlOf(v1::Source::GITHUB_RELEASES, "https://github.com/acme/lantern.git"),
            "https://api.github.com/repos/acme/lantern/releases?per_page=50");
  EXPECT_EQ(UrlOf(v1::Source::GITHUB_RELEASES, "https://api.github.com/repos/acme/lantern/releases", "t"),
            "https://api.github.com/repos/acme/lantern/releases?per_page=50");
  EXPECT_EQ(AddressOf(Source(v1::Source::GITHUB_RELEASES, "https://github.com/a/b"),
                      v1::Source::GITHUB_RELEASES, "t")
                .authorization,
            "Bearer t");
}

TEST(SourceRulesTest, CardsAndReadmesAreReadRaw) {
  EXPECT_EQ(UrlOf(v1::Source::PAGE, "https://huggingface.co/acme/lantern"),
            "https://huggingface.co/acme/lantern/raw/main/README.md");
  EXPECT_EQ(UrlOf(v1::Source::PAGE, "https://github.com/acme/lantern"),
            "https://raw.githubusercontent.com/acme/lantern/HEAD/README.md");
  EXPECT_EQ(UrlOf(v1::Source::PAGE, "https://huggingface.co/docs/hub"), "https://huggingface.co/docs/hub");
  EXPECT_EQ(UrlOf(v1::Source::PAGE, "https://acme.example/pricing"), "https://acme.example/pricing");
}

}  // namespace
}  // namespace seaworthy
