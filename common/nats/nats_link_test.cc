// What a server says and does, in our terms.
#include "common/nats/nats_link.h"

#include <gtest/gtest.h>
#include <nats/nats.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(20);

class NatsLinkTest : public testing::Test {
 protected:
  std::unique_ptr<NatsLink> Connect() { return *NatsLink::Connect(server_.Options().link, kSoon); }
  static NatsStreamSpec Spec() { return {"KEPT", "KEPT.log"}; }

  // A stream as an operator might have made it.
  void Make(const std::function<void(jsStreamConfig&)>& change) {
    natsConnection* connection = nullptr;
    jsCtx* js = nullptr;
    ASSERT_EQ(natsConnection_ConnectTo(&connection, server_.url().c_str()), NATS_OK);
    ASSERT_EQ(natsConnection_JetStream(&js, connection, nullptr), NATS_OK);
    js_DeleteStream(js, "KEPT", nullptr, nullptr);
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    const char* subjects[] = {"KEPT.log", "KEPT.more"};
    config.Name = "KEPT";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    change(config);
    EXPECT_EQ(js_AddStream(nullptr, js, &config, nullptr, nullptr), NATS_OK);
    jsCtx_Destroy(js);
    natsConnection_Destroy(connection);
  }
  std::string WhyNot(const std::function<void(jsStreamConfig&)>& change) {
    Make(change);
    const absl::Status status = Connect()->EnsureStream(Spec());
    EXPECT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  }
  static bool Says(const std::string& why, const std::string& what) {
    return why.find(what) != std::string::npos;
  }
  absl::Status ConnectError(const std::function<void(NatsLinkOptions&)>& change) {
    NatsLinkOptions options = server_.Options().link;
    change(options);
    return NatsLink::Connect(options, absl::ZeroDuration()).status();
  }

  NatsTestServer server_;
};

TEST_F(NatsLinkTest, AStreamThatWouldLoseRecordsIsRefusedByName) {
  EXPECT_EQ(WhyNot([](jsStreamConfig&) {}), "");
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.SubjectsLen = 2; }), "other subjects"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.Subjects += 1; }), "other subjects"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.Storage = js_MemoryStorage; }), "kept in memory"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.Retention = js_WorkQueuePolicy; }), "retention"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.MaxMsgs = 9; }), "limits"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.MaxBytes = 9999; }), "limits"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.MaxAge = int64_t{3'600'000'000'000}; }), "limits"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.MaxMsgsPerSubject = 1; }), "limits"));
  EXPECT_TRUE(Says(WhyNot([](auto& c) { c.NoAck = true; }), "acknowledges nothing"));
}

TEST_F(NatsLinkTest, AStreamWithFewerReplicasThanAskedForIsRefused) {
  Make([](jsStreamConfig&) {});
  NatsStreamSpec spec = Spec();
  spec.replicas = 3;
  EXPECT_TRUE(Says(std::string(Connect()->EnsureStream(spec).message()), "fewer replicas"));
}

TEST_F(NatsLinkTest, AStreamTheServerDoesNotMakeIsUnavailable) {
  NatsStreamSpec spec = Spec();
  spec.replicas = 3;  // Of one server.
  const absl::Status made = Connect()->EnsureStream(spec);
  EXPECT_EQ(made.code(), absl::StatusCode::kUnavailable) << made;
  EXPECT_TRUE(Says(std::string(made.message()), "making stream KEPT")) << made;
}

TEST_F(NatsLinkTest, AStreamTwoMakeAtOnceIsMadeOnce) {
  const auto one = Connect();
  const auto two = Connect();
  const auto make = [](NatsLink& link) {
    for (int i = 0; i < 50; ++i) {
      const std::string name = absl::StrCat("MADE_", i);
      const absl::Status made = link.EnsureStream({name, absl::StrCat(name, ".log")});
      EXPECT_TRUE(made.ok()) << made;
    }
  };
  std::thread other([&] { make(*two); });
  make(*one);
  other.join();
}

// Whoever comes second takes it as it is, or is told what is wrong with it.
TEST_F(NatsLinkTest, AStreamTwoMakeInTwoWaysIsMadeInOne) {
  const auto one = Connect();
  const auto two = Connect();
  std::atomic<int> ready = 0;
  const auto make = [&ready](NatsLink& link, bool newest_only) {
    for (int i = 0; i < 50; ++i) {
      const std::string name = absl::StrCat("MADE_", i);
      ++ready;
      while (ready < 2 * (i + 1)) std::this_thread::yield();
      const absl::Status made = link.EnsureStream({name, absl::StrCat(name, ".log"), 1, newest_only});
      EXPECT_TRUE(made.ok() || absl::IsFailedPrecondition(made)) << made;
    }
  };
  std::thread other([&] { make(*two, true); });
  make(*one, false);
  other.join();
}

TEST_F(NatsLinkTest, AMessageIsStoredOnlyWhereTheStreamEnds) {
  const auto link = Connect();
  ASSERT_TRUE(link->EnsureStream(Spec()).ok());
  using Outcome = NatsStored::Outcome;
  EXPECT_EQ(link->Append("KEPT.log", "a", "1", 0)->outcome, Outcome::kStored);
  EXPECT_EQ(link->Append("KEPT.log", "b", "2", 0)->outcome, Outcome::kConflict);
  EXPECT_EQ(link->Append("KEPT.log", "b", "3", 7)->outcome, Outcome::kConflict);
  EXPECT_EQ(link->Append("KEPT.log", "b", "4", 1)->sequence, 2u);
  EXPECT_EQ(*link->Get("KEPT", 2), "b");
}

TEST_F(NatsLinkTest, WhatTheServerRefusesIsSaid) {
  Make([](auto& c) { c.MaxMsgSize = 10; });
  const auto stored = Connect()->Append("KEPT.log", std::string(100, 'x'), "1", 0);
  EXPECT_EQ(stored.status().code(), absl::StatusCode::kResourceExhausted) << stored.status();
  EXPECT_TRUE(Says(std::string(stored.status().message()), "refuses"));
}

TEST_F(NatsLinkTest, AStreamWithoutRoomMayHaveItLater) {
  Make([](auto& c) {
    c.MaxMsgs = 1;
    c.Discard = js_DiscardNew;
  });
  const auto link = Connect();
  ASSERT_EQ(link->Append("KEPT.log", "a", "1", 0)->outcome, NatsStored::Outcome::kStored);
  EXPECT_EQ(link->Append("KEPT.log", "b", "2", 1)->outcome, NatsStored::Outcome::kUnknown);
}

// As the servers of a cluster answer while the message, or another of its
// subject, is on its way from one to the others.
TEST_F(NatsLinkTest, WhatIsUnderWayIsNotRefused) {
  natsConnection* connection = nullptr;
  ASSERT_EQ(natsConnection_ConnectTo(&connection, server_.url().c_str()), NATS_OK);
  const auto answer = [](natsConnection* by, natsSubscription*, natsMsg* asked, void* with) {
    natsConnection_PublishString(by, natsMsg_GetReply(asked), static_cast<const char*>(with));
    natsMsg_Destroy(asked);
  };
  const auto link = Connect();
  for (const char* code : {"10158", "10164"}) {
    std::string text = absl::StrCat(R"({"error":{"code":400,"err_code":)", code, R"(,"description":"no"}})");
    natsSubscription* subscription = nullptr;
    ASSERT_EQ(natsConnection_Subscribe(&subscription, connection, "ANSWERED.log", answer, text.data()),
              NATS_OK);
    ASSERT_EQ(natsConnection_Flush(connection), NATS_OK);
    const auto stored = link->PutOnce("ANSWERED.log", "bytes");
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->outcome, NatsStored::Outcome::kUnknown) << code;
    natsSubscription_Destroy(subscription);
  }
  natsConnection_Destroy(connection);
}

TEST_F(NatsLinkTest, WhatIsNotThereIsNotFoundAndAServerThatIsAwayUnavailable) {
  const auto link = Connect();
  EXPECT_EQ(link->StreamEnd("NONE").status().code(), absl::StatusCode::kNotFound);
  server_.Kill();
  EXPECT_EQ(link->StreamEnd("NONE").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(link->EnsureStream(Spec()).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(link->Append("KEPT.log", "a", "1", 0)->outcome, NatsStored::Outcome::kUnknown);
}

TEST_F(NatsLinkTest, FilesThatCannotBeReadAreNamed) {
  const std::string none = "/nowhere/none.pem";
  for (const absl::Status& status :
       {ConnectError([&](auto& o) { o.ca_file = none; }), ConnectError([&](auto& o) {
          o.certificate_file = none;
          o.key_file = none;
        }),
        ConnectError([&](auto& o) { o.credentials_file = none; })}) {
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(Says(status.ToString(), "/nowhere/none.pem")) << status;
  }
}

TEST_F(NatsLinkTest, WhatIsNoAddressIsSaid) {
  for (const char* url : {"", ","}) {
    const absl::Status status = ConnectError([url](auto& o) { o.url = url; });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_TRUE(Says(std::string(status.message()), "log.url"));
  }
  EXPECT_TRUE(
      Says(ConnectError([](auto& o) { o.url = "nats://127.0.0.1:port"; }).ToString(), "invalid port"));
}

TEST_F(NatsLinkTest, WhyThereIsNoConnectionIsSaid) {
  server_.Kill();
  EXPECT_TRUE(Says(std::string(ConnectError([](auto&) {}).message()), "nothing answers there"));
}

TEST_F(NatsLinkTest, WhereTlsIsAskedForAServerWithoutItIsRefused) {
  const absl::Status status = ConnectError([&](auto& o) { o.url = "tls" + o.url.substr(4); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_TRUE(Says(status.ToString(), "Secure")) << status;
}

}  // namespace
}  // namespace seaworthy
