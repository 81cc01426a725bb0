#include "services/publisher/tokens/api_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "services/publisher/people/people_fixture.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

class ApiTokensTest : public PeopleFixture {
 protected:
  ApiTokensTest() { Reopen(); }
  void Reopen() {
    auto tokens = ApiTokens::Open({store_.get(), people_->audit.get(), &clock_});
    ASSERT_TRUE(tokens.ok()) << tokens.status();
    tokens_ = *std::move(tokens);
  }
  static ScopeSet Scopes(const std::vector<std::string>& names) { return *ScopeSet::Parse(names); }
  ApiTokens::Made Make(const std::string& name, absl::Duration life = absl::Hours(24)) {
    return *tokens_->Add(name, Scopes({"read", "ingest"}), life, {"command", ""});
  }
  // Everything the store holds, as one text.
  std::string Stored() {
    std::string text;
    for (const Family family : {Family::kTokens, Family::kAudit}) {
      EXPECT_TRUE(store_
                      ->Scan(family, "", "",
                             [&text](std::string_view key, std::string_view value) {
                               text.append(key).append(value);
                               return true;
                             })
                      .ok());
    }
    return text;
  }
  std::unique_ptr<ApiTokens> tokens_;
};

TEST_F(ApiTokensTest, ATokenIsFoundWithItsScopesAlsoAfterARestart) {
  const auto made = Make("bot");
  for (int i = 0; i < 2; ++i, Reopen()) {
    const auto found = tokens_->Find(made.secret);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->name, "bot");
    EXPECT_EQ(found->scopes.Names(), (std::vector<std::string>{"read", "ingest"}));
  }
  EXPECT_THAT(made.secret, testing::StartsWith("sw_" + made.token.id + "_"));
}

TEST_F(ApiTokensTest, TheTokenItselfIsNowhereKept) {
  const auto made = Make("bot");
  tokens_->Find(made.secret);
  EXPECT_THAT(Stored(), Not(HasSubstr(made.secret.substr(12))));
  EXPECT_THAT(Stored(), HasSubstr(made.token.id));
}

TEST_F(ApiTokensTest, AnEndedTokenIsNotFoundAndStaysInTheList) {
  const auto made = Make("bot", absl::Hours(2));
  const auto lasting = Make("lasting", absl::ZeroDuration());
  clock_.Advance(absl::Hours(2));
  EXPECT_FALSE(tokens_->Find(made.secret).has_value());
  EXPECT_TRUE(tokens_->Find(lasting.secret).has_value());
  EXPECT_EQ(tokens_->List().size(), 2u);
}

TEST_F(ApiTokensTest, ARevokedTokenIsGoneAtOnceAndForGood) {
  const auto made = Make("bot");
  EXPECT_TRUE(tokens_->Revoke(made.token.id, {"command", ""}).ok());
  EXPECT_FALSE(tokens_->Find(made.secret).has_value());
  Reopen();
  EXPECT_FALSE(tokens_->Find(made.secret).has_value());
  EXPECT_TRUE(absl::IsNotFound(tokens_->Revoke(made.token.id, {"command", ""})));
}

TEST_F(ApiTokensTest, LastUseIsKeptToTheHour) {
  const auto made = Make("bot");
  tokens_->Find(made.secret);
  const absl::Time first = clock_.Now();
  clock_.Advance(absl::Minutes(59));
  tokens_->Find(made.secret);
  Reopen();
  EXPECT_EQ(tokens_->List()[0].used, first);
  clock_.Advance(absl::Minutes(1));
  tokens_->Find(made.secret);
  Reopen();
  EXPECT_EQ(tokens_->List()[0].used, clock_.Now());
}

TEST_F(ApiTokensTest, MakingAndRevokingAreRecorded) {
  const auto made = Make("bot");
  EXPECT_TRUE(tokens_->Revoke(made.token.id, {"owner", ""}).ok());
  EXPECT_THAT(Records(), HasSubstr("token add"));
  EXPECT_THAT(Records(), HasSubstr("read ingest"));
  EXPECT_THAT(Records(), HasSubstr("token revoke"));
}

TEST_F(ApiTokensTest, NamesAreCheckedAndUnique) {
  Make("bot");
  EXPECT_TRUE(absl::IsAlreadyExists(tokens_->Add("bot", ScopeSet::All(), {}, {"command", ""}).status()));
  for (const char* bad : {"", "Bot", "1bot", "a b", "a/b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(tokens_->Add(bad, ScopeSet::All(), {}, {"command", ""}).status()))
        << bad;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ScopeSet::Parse({"everything"}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ScopeSet::Parse({}).status()));
}

}  // namespace
}  // namespace seaworthy
