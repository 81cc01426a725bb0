// Runs every document of the corpus beside the repository, where it is
// present, through reading and extraction.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"

namespace seaworthy {
namespace {

std::vector<std::filesystem::path> Documents() {
  std::vector<std::filesystem::path> paths;
  for (const char* dir : {"../shared/corpus", "examples"}) {
    std::error_code error;
    for (auto it = std::filesystem::recursive_directory_iterator(dir, error); !error && it != end(it); ++it) {
      if (it->is_regular_file() && it->path().extension() != ".jsonl") paths.push_back(it->path());
    }
  }
  return paths;
}

void CheckFacts(const Document& document, const v1::Revision& tool) {
  EXPECT_FALSE(tool.name().empty());
  EXPECT_LE(tool.tagline().size(), 120u);
  EXPECT_LE(tool.facts_size(), 12 * 40);
  EXPECT_LT(tool.ByteSizeLong(), 200u * 1024);
  for (const v1::Fact& fact : tool.facts()) {
    const v1::Evidence& evidence = fact.evidence();
    ASSERT_LE(evidence.end(), document.bytes.size());
    EXPECT_EQ(document.bytes.substr(evidence.begin(), evidence.end() - evidence.begin()), evidence.text());
    EXPECT_EQ(FindInvalidUtf8(evidence.text()), std::string::npos);
    EXPECT_LE(evidence.text().size(), kMaxEvidenceBytes);
    EXPECT_EQ(FindInvalidUtf8(fact.value()), std::string::npos);
  }
}

TEST(CorpusTest, EveryDocumentIsReadOrRefusedAndEveryFactQuotesItsBytes) {
  for (const auto& path : Documents()) {
    SCOPED_TRACE(path.string());
    std::ifstream in(path, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    auto document = ReadDocument(bytes.str(), "", path.filename().string());
    const auto tools = document.ok() ? ExtractTools(*document) : document.status();
    if (!tools.ok()) {
      EXPECT_NE(SplitRejection(tools.status()).code, "unreadable");
      continue;
    }
    for (const v1::Revision& tool : *tools) CheckFacts(*document, tool);
  }
}

}  // namespace
}  // namespace seaworthy
