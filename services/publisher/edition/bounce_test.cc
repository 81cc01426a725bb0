#include "services/publisher/edition/bounce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

// A notification with these fields about one recipient.
std::string Notification(const std::string& fields) {
  return "From: <>\r\nTo: edition@example.org\r\nSubject: Undelivered\r\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
         "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
         "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n" +
         fields + "\r\n--b--\r\n";
}

TEST(ReadBounceTest, APermanentFailureIsRead) {
  const auto bounce = ReadBounce(
      Notification("Final-Recipient: rfc822; Ada@Example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                   "Diagnostic-Code: smtp; 550 no such\r\n user here\r\n"));
  ASSERT_TRUE(bounce.ok()) << bounce.status();
  EXPECT_EQ(bounce->address, "Ada@example.org");
  EXPECT_TRUE(bounce->permanent);
  EXPECT_EQ(bounce->status, "5.1.1");
  EXPECT_EQ(bounce->reason, "550 no such user here");
}

TEST(ReadBounceTest, AFullMailboxIsForNow) {
  const auto bounce = ReadBounce(
      Notification("Final-Recipient: rfc822;<ada@example.org>\r\nAction: failed\r\nStatus: 4.2.2\r\n"));
  ASSERT_TRUE(bounce.ok()) << bounce.status();
  EXPECT_FALSE(bounce->permanent);
}

TEST(ReadBounceTest, WhatTellsOfNoFailureIsRefused) {
  for (const std::string fields :
       {"", "Final-Recipient: rfc822; ada@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
        "Final-Recipient: rfc822; not an address\r\nAction: failed\r\nStatus: 5.1.1\r\n"}) {
    const auto bounce = ReadBounce(Notification(fields));
    EXPECT_TRUE(absl::IsInvalidArgument(bounce.status())) << fields;
  }
  EXPECT_THAT(std::string(ReadBounce("Subject: hello\n\nhello").status().message()), HasSubstr("RFC 3464"));
}

TEST(ReadBounceTest, SizeIsBounded) {
  EXPECT_THAT(std::string(ReadBounce(std::string(2 << 20, 'x')).status().message()), HasSubstr("1 MiB"));
}

}  // namespace
}  // namespace seaworthy
