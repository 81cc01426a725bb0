#include "services/ingest/fetch/address_policy.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace seaworthy {
namespace {

AddressKind Kind(const char* text) {
  const auto address = ParseAddress(text, 80);
  EXPECT_TRUE(address.has_value()) << text;
  return KindOfAddress(reinterpret_cast<const sockaddr&>(*address));
}

TEST(AddressPolicyTest, GloballyReachableAddressesArePublic) {
  for (const char* text : {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
                           "100.63.255.255",  "100.128.0.0",     "126.255.255.255", "128.0.0.0",
                           "169.253.255.255", "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
                           "192.0.1.0",       "192.0.3.0",       "192.88.98.255",   "192.167.255.255",
                           "192.169.0.0",     "198.17.255.255",  "198.20.0.0",      "198.51.99.255",
                           "203.0.112.255",   "203.0.114.0",     "223.255.255.255", "2001:4860:4860::8888",
                           "2600::",          "2606:4700::1111", "2001:200::1",     "2003::1",
                           "2a00:1450::1",    "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8"})
    EXPECT_EQ(Kind(text), AddressKind::kPublic) << text;
}

TEST(AddressPolicyTest, PrivateNetworksArePrivate) {
  for (const char* text :
       {"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0", "127.0.0.1",
        "127.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "::1",
        "fc00::", "fd00::1", "fdff:ffff::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3"})
    EXPECT_EQ(Kind(text), AddressKind::kPrivate) << text;
}

TEST(AddressPolicyTest, SpecialV4RangesAreSpecialToTheirEnds) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255",   "169.254.0.0",    "169.254.169.254", "169.254.255.255",
        "192.0.0.0",       "192.0.0.255",     "192.0.2.0",      "192.0.2.255",     "192.88.99.0",
        "192.88.99.255",   "198.18.0.0",      "198.19.255.255", "198.51.100.0",    "198.51.100.255",
        "203.0.113.0",     "203.0.113.255",   "224.0.0.0",      "239.255.255.255", "240.0.0.0",
        "255.255.255.254", "255.255.255.255", "168.63.129.16"})
    EXPECT_EQ(Kind(text), AddressKind::kSpecial) << text;
}

TEST(AddressPolicyTest, SpecialV6RangesAreSpecial) {
  for (const char* text : {"::",
                           "::2",
                           "::127.0.0.1",
                           "::8.8.8.8",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b::1:808:808",
                           "64:ff9b:1::8.8.8.8",
                           "100::",
                           "100::1",
                           "2001::1",
                           "2001:0:4136:e378::1",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:1ff:ffff::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:808:808::",
                           "3ffe::1",
                           "3fff::1",
                           "3fff:fff::1",
                           "4000::1",
                           "5f00::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "ff0e::1",
                           "::ffff:0.0.0.0",
                           "::ffff:169.254.169.254",
                           "::ffff:0:7f00:1"})
    EXPECT_EQ(Kind(text), AddressKind::kSpecial) << text;
}

TEST(AddressPolicyTest, AZoneMakesAnyAddressSpecial) {
  auto address = ParseAddress("2600::1", 80);
  ASSERT_TRUE(address.has_value());
  sockaddr_in6 v6;
  std::memcpy(&v6, &*address, sizeof v6);
  v6.sin6_scope_id = 2;
  EXPECT_EQ(KindOfAddress(reinterpret_cast<const sockaddr&>(v6)), AddressKind::kSpecial);
}

TEST(AddressPolicyTest, OtherFamiliesAreSpecial) {
  sockaddr_storage local{};
  local.ss_family = AF_UNIX;
  EXPECT_EQ(KindOfAddress(reinterpret_cast<const sockaddr&>(local)), AddressKind::kSpecial);
}

TEST(AddressPolicyTest, OnlyPlainSpellingsAreAddresses) {
  for (const char* text : {"127.1", "0177.0.0.1", "2130706433", "localhost", "", "::1%lo", "[::1"})
    EXPECT_FALSE(ParseAddress(text, 80).has_value()) << text;
  EXPECT_TRUE(ParseAddress("[::1]", 80).has_value());
}

TEST(AddressPolicyTest, AddressesAreTheSameWithTheirPort) {
  const auto one = ParseAddress("10.0.0.1", 80), other_port = ParseAddress("10.0.0.1", 81),
             other = ParseAddress("10.0.0.2", 80), v6 = ParseAddress("::1", 80);
  const auto same = [](const auto& a, const auto& b) {
    return SameAddress(reinterpret_cast<const sockaddr&>(*a), reinterpret_cast<const sockaddr&>(*b));
  };
  EXPECT_TRUE(same(one, one));
  EXPECT_TRUE(same(v6, v6));
  EXPECT_FALSE(same(one, other_port));
  EXPECT_FALSE(same(one, other));
  EXPECT_FALSE(same(one, v6));
}

}  // namespace
}  // namespace seaworthy
