// For tests: what a text is read as.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "services/ingest/extract/extract.h"

namespace seaworthy {

// The first tool it announces.
inline v1::Revision Read(const std::string& text, std::string_view file_name = "post.md") {
  auto document = ReadDocument(text, "", file_name);
  EXPECT_TRUE(document.ok()) << document.status();
  auto tools = ExtractTools(*document);
  EXPECT_TRUE(tools.ok()) << tools.status();
  return tools.ok() ? tools->front() : v1::Revision();
}

// Why it announces none, or `accepted`.
inline std::string Refused(const std::string& text) {
  auto tools = ExtractTools(*ReadDocument(text, "", "post.md"));
  return tools.ok() ? "accepted" : std::string(tools.status().message());
}

}  // namespace seaworthy
