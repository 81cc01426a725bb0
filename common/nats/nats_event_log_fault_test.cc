// What happens to the log when its server or its bytes come to harm.
#include <atomic>
#include <map>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

NewEvent Event(std::string id, std::string payload = "payload") {
  return {std::move(id), "test.made", std::move(payload)};
}

class NatsFaultTest : public testing::Test {
 protected:
  NatsTestServer server_;
};

TEST_F(NatsFaultTest, ACommitLargerThanAMessageTravelsAsAnObject) {
  const auto log = OpenOn(server_.Options());
  std::vector<NewEvent> batch;
  for (int i = 0; i < 20; ++i)
    batch.push_back(Event(absl::StrCat("id ", i), std::string(kMaxPayloadBytes, 'p')));
  const auto appended = log->AppendBatch(batch);
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->back().sequence, 20u);
  const auto other = OpenOn(server_.Options(nullptr, "other"));
  EXPECT_EQ(other->Read(20)->payload, batch[19].payload);
  EXPECT_EQ(other->Read(1)->hash, log->Read(1)->hash);
}

TEST_F(NatsFaultTest, AServerThatCannotKeepPowerIsRefused) {
  NatsEventLogOptions options = server_.Options();
  options.durability = LogDurability::kPower;
  const absl::Status status = OpenNatsEventLog(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(status.message()).find("durability"), std::string::npos) << status;
}

}  // namespace
}  // namespace seaworthy
