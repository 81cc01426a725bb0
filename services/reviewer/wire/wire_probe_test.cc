#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/reviewer/wire/testing/loopback_server.h"
#include "services/reviewer/wire/wire_endpoint.h"

namespace seaworthy {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::Script;

class WireProbeTest : public ::testing::Test {
 protected:
  absl::Status ProbeAt(const std::string& url) {
    EndpointConfig config;
    config.name = "front";
    config.url = "openai:" + url;
    config.model = "tall-2";
    config.connect_timeout = absl::Seconds(2);
    return ProbeWireEndpoint(config, "sk-secret-1234", &client_);
  }
  absl::Status Probe(const Script& script) { return ProbeAt(LoopbackServer(script).url()); }
  static std::string Said(const absl::Status& status) { return std::string(status.message()); }

  HttpClient client_;
};

TEST_F(WireProbeTest, FindsTheModel) {
  const LoopbackServer server(Answer(200, R"({"data":[{"id":"small"},{"id":"tall-2","x":[]}]})"));
  EXPECT_TRUE(ProbeAt(server.url()).ok());
  EXPECT_TRUE(server.requests()[0].starts_with("GET /v1/models HTTP/1.1"));
  EXPECT_THAT(server.requests()[0], HasSubstr("Authorization: Bearer sk-secret-1234"));
}

TEST_F(WireProbeTest, NamesTheModelsThereAre) {
  const absl::Status status = Probe(Answer(200, R"({"data":[{"id":"small"},{"id":"tall-3"}]})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Said(status), HasSubstr("no model `tall-2`; set `model` to one of 2: `tall-3`, `small`"));
}

TEST_F(WireProbeTest, TellsAWrongKeyWithoutRepeatingIt) {
  const absl::Status status = Probe(Answer(401, R"({"error":{"message":"bad key sk-secret-1234"}})"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(Said(status), HasSubstr("check the key"));
  EXPECT_THAT(Said(status), Not(HasSubstr("sk-secret-1234")));
}

TEST_F(WireProbeTest, TellsThatNobodyListens) {
  std::string url;
  { url = LoopbackServer(Answer(200, "")).url(); }
  const absl::Status status = ProbeAt(url);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Said(status), HasSubstr("Connection refused"));
  EXPECT_THAT(Said(status), HasSubstr("is the server running"));
}

TEST_F(WireProbeTest, TellsTlsFailures) {
  const LoopbackServer server(Answer(200, ""));
  const absl::Status status = ProbeAt("https" + server.url().substr(4));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Said(status), HasSubstr("ca_file"));
}

TEST_F(WireProbeTest, TellsAnotherKindOfServer) {
  EXPECT_THAT(Said(Probe(Answer(200, "<html>hello</html>"))), HasSubstr("check `url`"));
  EXPECT_EQ(Probe(Answer(503, "{}")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Probe(Answer(402, "{}")).code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(WireProbeTest, AServerWithoutAListIsFine) { EXPECT_TRUE(Probe(Answer(404, "{}")).ok()); }

}  // namespace
}  // namespace seaworthy
