#include "services/reviewer/grpc_llm/tensors.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

inference::ModelInferResponse WithRaw(const std::string& type, const std::string& raw) {
  inference::ModelInferResponse response;
  response.add_outputs()->set_name("it");
  response.mutable_outputs(0)->set_datatype(type);
  response.add_raw_output_contents(raw);
  return response;
}

TEST(TensorsTest, ReadsTheFirstTextOfRawBytes) {
  EXPECT_EQ(TextOf(WithRaw("BYTES", std::string("\2\0\0\0hi\1\0\0\0x", 11)), "it"), "hi");
}

TEST(TensorsTest, ALengthThatLiesIsNoText) {
  EXPECT_EQ(TextOf(WithRaw("BYTES", "\xff\xff\xff\xffhi"), "it"), std::nullopt);
  EXPECT_EQ(TextOf(WithRaw("BYTES", "\2"), "it"), std::nullopt);
}

TEST(TensorsTest, AnotherTypeOrNameIsNoText) {
  EXPECT_EQ(TextOf(WithRaw("UINT32", std::string("\0\0\0\0", 4)), "it"), std::nullopt);
  EXPECT_EQ(TextOf(WithRaw("BYTES", std::string("\0\0\0\0", 4)), "other"), std::nullopt);
}

TEST(TensorsTest, ReadsCountsOfBothWidths) {
  EXPECT_EQ(CountOf(WithRaw("UINT32", std::string("\1\2\0\0", 4)), "it"), 513u);
  EXPECT_EQ(CountOf(WithRaw("INT64", std::string("\1\0\0\0\1\0\0\0", 8)), "it"), 4294967297u);
  EXPECT_EQ(CountOf(WithRaw("INT64", std::string("\1\0\0\0", 4)), "it"), std::nullopt);
}

TEST(TensorsTest, AnOutputWithoutContentsIsNothing) {
  inference::ModelInferResponse response;
  response.add_outputs()->set_name("it");
  response.mutable_outputs(0)->set_datatype("BYTES");
  EXPECT_EQ(TextOf(response, "it"), std::nullopt);
}

}  // namespace
}  // namespace seaworthy
