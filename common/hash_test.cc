#include "common/hash.h"

#include <gtest/gtest.h>

#include <set>

namespace seaworthy {
namespace {

// FIPS 180-2, appendix B.1.
constexpr char kAbcDigest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Hash, Sha256MatchesThePublishedVector) { EXPECT_EQ(Sha256Hex("abc"), kAbcDigest); }

TEST(Hash, PieceByPieceGivesTheSameDigest) {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("");
  stream.Update("bc");
  EXPECT_EQ(ToHex(stream.Final()), kAbcDigest);
}

TEST(Hash, RandomTokensDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(RandomHex(16));
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen.begin()->size(), 32u);
}

TEST(Hash, SecretsAreEqualOnlyWhereEveryByteIs) {
  EXPECT_TRUE(SecretEquals("token", "token"));
  EXPECT_FALSE(SecretEquals("token", "tokem"));
  EXPECT_FALSE(SecretEquals("token", "toke"));
}

// RFC 4231, test case 2.
TEST(Hash, HmacIsThatOfTheRfc) {
  EXPECT_EQ(ToHex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace seaworthy
