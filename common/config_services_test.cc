#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<Config> Load(const std::string& text) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/services-", RandomHex(8), ".toml");
  std::ofstream(path) << text;
  return LoadConfig(path);
}

std::string Refusal(const std::string& text) { return std::string(Load(text).status().message()); }

TEST(ConfigServicesTest, TheServicesAreRead) {
  const auto config = Load(
      "[services]\nlisten = \"0.0.0.0:9403\"\ningest = \"ingest:9401\"\npersonas = [\"dx\", \"business\"]\n"
      "ca_file = \"ca.pem\"\ncertificate_file = \"tls.pem\"\nkey_file = \"tls.key\"\n"
      "publisher_role = \"site\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->services.listen, "0.0.0.0:9403");
  EXPECT_EQ(config->services.ingest, "ingest:9401");
  EXPECT_THAT(config->services.personas, ElementsAre("dx", "business"));
  EXPECT_EQ(config->services.publisher_role, "site");
}

TEST(ConfigServicesTest, WhatIsWrongWithTheServicesIsNamed) {
  EXPECT_THAT(Refusal("[services]\nlisten = \"9403\"\n"), HasSubstr("\"9403\" is not HOST:PORT"));
  EXPECT_THAT(Refusal("[services]\nkey_file = \"k.pem\"\n"), HasSubstr("go together"));
  EXPECT_THAT(Refusal("[services]\npublisher_role = \"none\"\n"), HasSubstr("`publisher_role`"));
  EXPECT_THAT(Refusal("services = 1\n"), HasSubstr("expects a table: [services]"));
}

TEST(ConfigServicesTest, TelemetryIsRead) {
  const auto config = Load(
      "[telemetry]\nlog_format = \"json\"\nlog_level = \"debug\"\nlisten = \"0.0.0.0:9464\"\n"
      "otlp_url = \"http://localhost:4318\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->telemetry.log_format, "json");
  EXPECT_EQ(config->telemetry.listen, "0.0.0.0:9464");
}

TEST(ConfigServicesTest, WhatIsWrongWithTelemetryIsNamedWithoutSecrets) {
  EXPECT_THAT(Refusal("[telemetry]\nlog_format = \"xml\"\n"), HasSubstr("`log_format`"));
  EXPECT_THAT(Refusal("[telemetry]\nlog_level = \"loud\"\n"), HasSubstr("`log_level`"));
  const std::string refusal = Refusal("[telemetry]\notlp_url = \"http://me:secret@host\"\n");
  EXPECT_THAT(refusal, HasSubstr("`otlp_url`"));
  EXPECT_THAT(refusal, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace seaworthy
