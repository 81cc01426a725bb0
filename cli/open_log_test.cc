#include "cli/open_log.h"

#include <gtest/gtest.h>

#include "common/nats/nats_test_server.h"

namespace seaworthy::cli {
namespace {

class OpenLogTest : public testing::Test {
 protected:
  std::unique_ptr<DataDir> Folder(const std::string& name) const { return *DataDir::Open(folder_.Sub(name)); }
  static LogConfig Nats(const std::string& url) {
    LogConfig config;
    config.kind = "nats";
    config.url = url;
    return config;
  }
  TestFolder folder_;
};

TEST_F(OpenLogTest, AnEmbeddedLogStaysInItsFolder) {
  const auto folder = Folder("data");
  const absl::StatusOr<OpenedLog> opened = OpenLog(LogConfig(), folder->layout());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(opened->log->Append({"a", "test.made", ""}).ok());
  EXPECT_TRUE(std::filesystem::exists(folder->layout().log));
}

TEST_F(OpenLogTest, TwoFoldersShareTheLogOfOneServer) {
  const NatsTestServer server;
  const auto one = Folder("one");
  const auto two = Folder("two");
  const absl::StatusOr<OpenedLog> first = OpenLog(Nats(server.url()), one->layout());
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->log->Append({"a", "test.made", *first->objects->Put("bytes")}).ok());
  const absl::StatusOr<OpenedLog> second = OpenLog(Nats(server.url()), two->layout());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(*second->objects->Get(second->log->Read(1)->payload), "bytes");
  EXPECT_TRUE(first->log->Append({"b", "test.made", ""}).ok());
}

TEST_F(OpenLogTest, AFolderKeepsItsInstanceUnlessOneIsConfigured) {
  const auto folder = Folder("data");
  LogConfig config = Nats("nats://127.0.0.1:1");
  const std::string made = NatsOptionsOf(config, folder->layout())->instance;
  EXPECT_FALSE(made.empty());
  EXPECT_EQ(NatsOptionsOf(config, folder->layout())->instance, made);
  EXPECT_NE(NatsOptionsOf(config, Folder("other")->layout())->instance, made);
  config.instance = "desk-0";
  EXPECT_EQ(NatsOptionsOf(config, folder->layout())->instance, "desk-0");
}

}  // namespace
}  // namespace seaworthy::cli
