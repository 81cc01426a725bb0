#include "bench/verdict_quality.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/persona.h"

namespace seaworthy {
namespace {

// Runs over our own examples always, over the shared corpus where it is there.
class VerdictQualityTest : public testing::TestWithParam<std::string> {
 protected:
  static const VerdictQuality& Measured() {
    static auto* measured = new std::map<std::string, VerdictQuality>();
    auto it = measured->find(GetParam());
    if (it == measured->end()) it = measured->emplace(GetParam(), Measure()).first;
    return it->second;
  }
  static VerdictQuality Measure() {
    auto quality = MeasureVerdicts({GetParam()}, *LoadPersonas("prompts"));
    EXPECT_TRUE(quality.ok()) << quality.status();
    return quality.ok() ? *std::move(quality) : VerdictQuality();
  }
};

std::vector<std::string> Folders() {
  std::vector<std::string> folders = {"examples"};
  if (std::filesystem::is_directory("../shared/corpus/dev")) folders.push_back("../shared/corpus/dev");
  return folders;
}

TEST_P(VerdictQualityTest, EverySentenceHasEvidence) {
  for (const std::string& sentence : Measured().without_evidence) ADD_FAILURE() << sentence;
  EXPECT_GE(Measured().tools.size(), 6u);
}

TEST_P(VerdictQualityTest, QuotesAreSixtyToOneHundredSeventyWords) {
  EXPECT_GE(Measured().words_min, 60u);
  EXPECT_LE(Measured().words_max, 170u);
}

TEST_P(VerdictQualityTest, NoTwoToolsShareMoreThanAThird) {
  for (const auto& [persona, worst] : Measured().worst) {
    EXPECT_LE(worst.share, 1.0 / 3) << persona << ": " << worst.one << " / " << worst.other;
  }
}

TEST_P(VerdictQualityTest, PanelsDiffer) {
  const size_t wanted = Measured().tools.size() < 20 ? 3 : 4;
  EXPECT_GE(Measured().panels.size(), wanted);
}

INSTANTIATE_TEST_SUITE_P(Announcements, VerdictQualityTest, testing::ValuesIn(Folders()),
                         [](const auto& info) { return info.index == 0 ? "Examples" : "SharedCorpus"; });

}  // namespace
}  // namespace seaworthy
