// Trimming a stream that others follow, and what a start makes of it.
#include "common/log_copy_test_support.h"
#include "common/nats/nats_link.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

class NatsTrimTest : public testing::Test {
 protected:
  std::unique_ptr<EventLog> OpenAs(const std::string& instance) {
    return OpenOn(server_.Options(&clock_, instance));
  }
  static void AckAll(Subscription& reader, size_t count) {
    const std::vector<Delivery> fetched = *reader.Fetch(count, absl::Seconds(20));
    ASSERT_EQ(fetched.size(), count);
    for (const Delivery& delivery : fetched) ASSERT_TRUE(reader.Ack(delivery).ok());
  }
  static std::string DumpFrom(EventLog& log) {
    std::string dump;
    for (uint64_t at = log.FirstSequence(); at <= log.LastSequence(); ++at) {
      absl::StrAppend(&dump, at, " ", ToHex(log.Read(at)->hash), "\n");
    }
    for (const SubscriptionStatus& status : log.ListSubscriptions()) {
      absl::StrAppend(&dump, status.name, " ", status.pending, " ", status.in_flight, " ", status.retrying,
                      " ", status.dead, "\n");
    }
    return dump;
  }

  NatsTestServer server_;
  FakeClock clock_;
};

TEST_F(NatsTrimTest, WhoFollowsLearnsThatAnotherTrimmed) {
  const auto one = OpenAs("one");
  // More than a process keeps whole, so that the first ones are read from the server.
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(one->Append({absl::StrCat("big ", i), "test.made", std::string(200'000, 'x')}).ok());
  const auto two = OpenAs("two");
  ASSERT_TRUE(two->Read(3).ok());
  ASSERT_TRUE(one->TrimBefore(7).ok());
  EXPECT_EQ(two->Read(3).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(two->FirstSequence(), 7u);
  EXPECT_EQ(two->Read(7)->dedup_id, "big 6");
  EXPECT_TRUE(two->Append({"big 3", "test.made", ""})->duplicate);
}

TEST_F(NatsTrimTest, AStartAfterTheCutComesToTheSameState) {
  const auto log = OpenAs("one");
  const auto sleeper = *log->Subscribe({.name = "sleeper", .subjects = {"test.other"}});
  const auto reader = *log->Subscribe(MadeReader());
  AppendTo(*log, 1, 4);
  const std::vector<Delivery> fetched = *reader->Fetch(4, absl::Seconds(20));
  ASSERT_TRUE(reader->RetryAfter(fetched[0], absl::Minutes(1), "busy").ok());
  ASSERT_TRUE(reader->Reject(fetched[1], "bad").ok());
  AppendTo(*log, 5, 10);
  for (size_t at : {2, 3}) ASSERT_TRUE(reader->Ack(fetched[at]).ok());
  clock_.Advance(absl::Minutes(2));
  AckAll(*reader, 4);
  ASSERT_TRUE(log->TrimBefore(8).ok());
  EXPECT_EQ(DumpFrom(*OpenAs("two")), DumpFrom(*log));
  EXPECT_EQ(log->FirstSequence(), 8u);
}

TEST_F(NatsTrimTest, AStreamThatOthersPurgedIsRefused) {
  AppendTo(*OpenAs("one"), 1, 10);
  const NatsEventLogOptions options = server_.Options(&clock_, "two");
  const auto link = NatsLink::Connect(options.link, absl::Seconds(20));
  ASSERT_TRUE((*link)->PurgeBefore("SEAWORTHY", 5).ok());
  const absl::Status refused = OpenNatsEventLog(options).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss) << refused;
}

TEST_F(NatsTrimTest, AServerKilledAfterATrimKeepsIt) {
  const auto log = OpenAs("one");
  AppendTo(*log, 1, 10);
  ASSERT_TRUE(log->TrimBefore(7).ok());
  server_.Kill();
  server_.Start();
  AppendTo(*log, 11, 12);
  EXPECT_EQ(DumpFrom(*OpenAs("two")), DumpFrom(*log));
}

}  // namespace
}  // namespace seaworthy
