#include "services/publisher/people/throttle.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "services/publisher/people/people_fixture.h"

namespace seaworthy {
namespace {

class ThrottleTest : public PeopleFixture {
 protected:
  bool Passes(const std::string& account, const std::string& address, const std::string& device = "") {
    if (people_->throttle->Begin({account, address, device}) > absl::ZeroDuration()) return false;
    PeopleBatch batch;
    people_->throttle->Keep(account, batch);
    EXPECT_TRUE(store_->Write(batch).ok());
    return true;
  }
  // How many of `tries` are evaluated, each from an address of its own, one
  // every `spacing`.
  int Evaluated(int tries, absl::Duration spacing) {
    int evaluated = 0;
    for (int i = 0; i < tries; ++i) {
      clock_.Advance(spacing);
      evaluated += Passes("ann", absl::StrCat("10.0.", i / 250 % 4, ".", i % 250)) ? 1 : 0;
    }
    return evaluated;
  }
};

TEST_F(ThrottleTest, OfTenThousandGuessesFromAThousandAddressesAHundredAtMostAreEvaluated) {
  EXPECT_EQ(Evaluated(5000, absl::ZeroDuration()), 5);
  EXPECT_LE(Evaluated(5000, absl::Hours(2)), 95);
  EXPECT_FALSE(Passes("ann", "192.0.2.1"));
}

TEST_F(ThrottleTest, ARestartForgetsNoFailures) {
  ASSERT_EQ(Evaluated(100, absl::ZeroDuration()), 5);
  Restart();
  EXPECT_FALSE(Passes("ann", "192.0.2.1"));
}

TEST_F(ThrottleTest, TheDelayGrowsFromAccountToAccountOfOneAddress) {
  int evaluated = 0;
  for (int i = 0; i < 1000; ++i) evaluated += Passes(absl::StrCat("name", i), "192.0.2.1") ? 1 : 0;
  EXPECT_EQ(evaluated, SignInThrottle::kFreeByAddress);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Passes("another", "192.0.2.1"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Passes("another", "192.0.2.1"));
}

TEST_F(ThrottleTest, AKnownDeviceGetsThroughWhateverOthersDid) {
  Evaluated(1000, absl::Hours(2));
  EXPECT_TRUE(Passes("ann", "192.0.2.1", "device"));
  people_->throttle->Succeeded({"ann", "192.0.2.1", "device"});
  EXPECT_TRUE(Passes("ann", "192.0.2.1"));
}

TEST_F(ThrottleTest, AStolenDeviceCookieHasTenTries) {
  Evaluated(1000, absl::Hours(2));
  int evaluated = 0;
  for (int i = 0; i < 1000; ++i) evaluated += Passes("ann", "192.0.2.1", "device") ? 1 : 0;
  EXPECT_EQ(evaluated, SignInThrottle::kMostByDevice);
}

TEST_F(ThrottleTest, SigningInAnotherWayBeginsAnewHoweverOftenOthersGuessed) {
  Evaluated(1000, absl::Hours(2));
  ASSERT_FALSE(Passes("ann", "192.0.2.1"));
  people_->throttle->Forget("ann");
  PeopleBatch batch;
  people_->throttle->Keep("ann", batch);
  ASSERT_TRUE(store_->Write(batch).ok());
  EXPECT_TRUE(Passes("ann", "192.0.2.1"));
  Restart();
  EXPECT_TRUE(Passes("ann", "192.0.2.1"));
}

TEST_F(ThrottleTest, ATryThatWasNotEvaluatedIsGivenBack) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Passes("ann", "192.0.2.1")) << i;
    people_->throttle->GiveBack({"ann", "192.0.2.1", ""});
  }
}

TEST_F(ThrottleTest, AnIpv6NetworkIsOneAddress) {
  EXPECT_EQ(AddressBucket("2001:db8::1"), AddressBucket("2001:db8::ffff:1"));
  EXPECT_NE(AddressBucket("2001:db8::1"), AddressBucket("2001:db8:0:1::1"));
  EXPECT_EQ(AddressBucket("::ffff:192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace seaworthy
