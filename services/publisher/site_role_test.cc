// A replica that only reads: what it answers, and that it knows no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/publisher_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;

class SiteRoleTest : public PublisherFixture {
 protected:
  void SetUp() override {
    options_.site_only = true;
    PublisherFixture::SetUp();
    Draft();
    Publish(kAvsB);
  }
  void ExpectElsewhere(const std::string& method, const std::string& path, HttpHeaders headers = {}) {
    const HttpResponse response = SendHttp(service_->port(), {method, path, std::move(headers), ""});
    EXPECT_EQ(response.status, 421) << method << " " << path;
    EXPECT_THAT(response.body, HasSubstr("\"elsewhere\"")) << path;
    EXPECT_FALSE(response.Header("Set-Cookie").has_value());
  }
};

TEST_F(SiteRoleTest, PagesAndTheApiWithoutATokenAreAnswered) {
  for (const char* path : {"/", "/compare/gannet-vs-lantern-9b", "/api/v1/comparisons", "/api/v1/tools",
                           "/api/v1/openapi.json", "/robots.txt"}) {
    EXPECT_EQ(Get(path).status, 200) << path;
  }
}

TEST_F(SiteRoleTest, WhatNeedsPersonsLivesElsewhere) {
  for (const char* path :
       {"/desk", "/desk/sign-in", "/desk/accounts", "/api/v1/panel", "/api/v1/websub/acme"}) {
    ExpectElsewhere("GET", path);
  }
  for (const char* path :
       {"/vote", "/subscribe", "/desk/sign-in", "/api/v1/announcements", "/api/v1/hooks/acme"}) {
    ExpectElsewhere("POST", path);
  }
}

TEST_F(SiteRoleTest, NoTokenIsKnown) {
  ExpectElsewhere("GET", "/api/v1/tools", {{"Authorization", absl::StrCat("Bearer ", kToken)}});
}

TEST_F(SiteRoleTest, WhatIsNowhereIsNotElsewhere) { EXPECT_EQ(Get("/nothing-here").status, 404); }

}  // namespace
}  // namespace seaworthy
