#include "services/publisher/edition/mail_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NormalizedAddressTest, TheDomainIsLowered) {
  EXPECT_EQ(*NormalizedAddress(" Ada.Lovelace+news@Example.ORG\n"), "Ada.Lovelace+news@example.org");
}

TEST(NormalizedAddressTest, WhatCannotBeWrittenToIsRefused) {
  for (const std::string bad :
       {"", "ada", "@example.org", "ada@", "ada@localhost", "a b@example.org", "ada@exa_mple.org",
        "ada@-x.org", "ada@x..org", ".ada@example.org", "a..b@example.org", "\"ada\"@example.org",
        "ada@[127.0.0.1]", "ada@example.org\r\nBcc: eve@example.org", "ada@example.org,eve@example.org",
        "ad\xC3\xA4@example.org"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(NormalizedAddress(bad).status())) << bad;
  }
  EXPECT_FALSE(NormalizedAddress(std::string(65, 'a') + "@example.org").ok());
  EXPECT_FALSE(NormalizedAddress("a@" + std::string(250, 'b') + ".org").ok());
}

TEST(NormalizedAddressTest, TheErrorDoesNotRepeatTheInput) {
  EXPECT_THAT(std::string(NormalizedAddress("<script>@x").status().message()), Not(HasSubstr("script")));
}

TEST(ParseMailboxTest, ANameMayStandBefore) {
  const auto mailbox = ParseMailbox("Seaworthy \xE2\x9A\x93 <edition@example.org>");
  ASSERT_TRUE(mailbox.ok());
  EXPECT_EQ(mailbox->name, "Seaworthy \xE2\x9A\x93");
  EXPECT_EQ(mailbox->address, "edition@example.org");
  EXPECT_EQ(ParseMailbox("edition@example.org")->name, "");
  EXPECT_FALSE(ParseMailbox("A\" <edition@example.org>").ok());
}

TEST(HeaderTextTest, PlainTextStaysAndOtherTextIsEncoded) {
  EXPECT_EQ(HeaderText("Two tools, one panel"), "Two tools, one panel");
  EXPECT_EQ(HeaderText("Gr\xC3\xBC\xC3\x9F"), "=?UTF-8?B?R3LDvMOf?=");
}

TEST(HeaderTextTest, NoLineEndAndNoForgedWordGetsThrough) {
  EXPECT_EQ(HeaderText("a\r\nBcc: eve@example.org"), "a  Bcc: eve@example.org");
  EXPECT_THAT(HeaderText("=?UTF-8?B?Zm9v?="), Not(HasSubstr("Zm9v")));
  EXPECT_TRUE(IsHeaderValue(HeaderText(std::string(300, '\xE9'))));
}

}  // namespace
}  // namespace seaworthy
