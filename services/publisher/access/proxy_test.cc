#include "services/publisher/access/proxy.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

constexpr char kHeader[] = "X-Auth-Request-Email";

TrustedProxy Proxy() {
  return *TrustedProxy::Make({.header = kHeader, .addresses = {"10.1.0.0/16", "fd00::/8"}, .role = ""});
}

HttpRequest From(const std::string& peer, HttpHeaders headers) {
  return {"GET", "/desk", std::move(headers), "", peer};
}

TEST(AddressRangeTest, HoldsItsAddressesAndNoOthers) {
  const AddressRange range = *AddressRange::Parse("10.1.0.0/16");
  for (const char* inside : {"10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3"}) EXPECT_TRUE(range.Holds(inside));
  for (const char* outside :
       {"10.2.0.0", "10.0.255.255", "::10.1.2.3", "fd00::1", "", "10.1", "10.1.0.0.0"}) {
    EXPECT_FALSE(range.Holds(outside)) << outside;
  }
}

TEST(AddressRangeTest, OneAddressNeedsNoSlash) {
  const AddressRange range = *AddressRange::Parse("127.0.0.1");
  EXPECT_TRUE(range.Holds("127.0.0.1"));
  EXPECT_FALSE(range.Holds("127.0.0.2"));
}

TEST(AddressRangeTest, WhatIsNoRangeIsRefused) {
  for (const char* wrong :
       {"", "/8", "10.1.0.0/33", "10.1.0.0/-1", "10.1.0.0/x", "fd00::/129", "proxy.example"}) {
    EXPECT_FALSE(AddressRange::Parse(wrong).ok()) << wrong;
  }
}

TEST(TrustedProxyTest, AHeaderWithoutAddressesOrAnUnknownRoleIsNotConfigured) {
  EXPECT_FALSE(TrustedProxy::Make({.header = kHeader, .addresses = {}, .role = ""}).ok());
  EXPECT_FALSE(TrustedProxy::Make({.header = kHeader, .addresses = {"::/0"}, .role = "god"}).ok());
  EXPECT_TRUE(TrustedProxy::Make({}).ok());
}

TEST(TrustedProxyTest, OnlyTheProxySpeaksForSomebody) {
  const HttpHeaders headers = {{"x-auth-REQUEST-email", " Ann@Example.org "}};
  EXPECT_EQ(Proxy().MailOf(From("10.1.2.3", headers)), "ann@example.org");
  EXPECT_FALSE(Proxy().Forged(From("10.1.2.3", headers)));
  for (const char* other : {"192.0.2.1", "127.0.0.1", "::1", ""}) {
    EXPECT_TRUE(Proxy().Forged(From(other, headers))) << other;
    EXPECT_EQ(Proxy().MailOf(From(other, headers)), "") << other;
  }
}

TEST(TrustedProxyTest, AHeaderGivenTwiceIsForgedWhoeverSendsIt) {
  EXPECT_TRUE(Proxy().Forged(From("10.1.2.3", {{kHeader, "ann@example.org"}, {kHeader, "eve@example.org"}})));
}

TEST(TrustedProxyTest, WithoutAProxyTheHeaderMeansNothing) {
  const HttpRequest request = From("10.1.2.3", {{kHeader, "ann@example.org"}});
  EXPECT_FALSE(TrustedProxy().Forged(request));
  EXPECT_EQ(TrustedProxy().MailOf(request), "");
}

TEST(TrustedProxyTest, TheLastForwardedAddressCountsAndOnlyFromTheProxy) {
  const HttpHeaders headers = {{"X-Forwarded-For", "203.0.113.9, 198.51.100.7"}};
  EXPECT_EQ(Proxy().AddressOf(From("10.1.2.3", headers)), "198.51.100.7");
  EXPECT_EQ(Proxy().AddressOf(From("192.0.2.1", headers)), "192.0.2.1");
  EXPECT_EQ(Proxy().AddressOf(From("10.1.2.3", {{"X-Forwarded-For", "<script>"}})), "10.1.2.3");
}

}  // namespace
}  // namespace seaworthy
