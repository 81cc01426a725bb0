// What announces a release, and of how many tools: one small invented text for
// each rule, as in rules_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/ingest/extract/extract_test_support.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Names(const std::string& text) {
  auto tools = ExtractTools(*ReadDocument(text, "", "post.md"));
  std::vector<std::string> names;
  if (tools.ok()) {
    for (const v1::Revision& tool : *tools) names.push_back(tool.name());
  }
  return names;
}

TEST(Release, ARetirementIsNone) {
  EXPECT_THAT(
      Refused(
          "# Retirement of Lantern 1\n\nThe following models are no longer available: `lantern-1`. Requests "
          "using these ids will fail. Migrate to Lantern 2.\n"),
      HasSubstr("retirement"));
}

TEST(Release, APlanIsNone) {
  EXPECT_THAT(
      Refused(
          "# Deux ports veulent publier un modèle\n\nLes deux ports souhaitent publier un modèle de langage "
          "à la fin de l'été. Le modèle sera publié en deux versions, avec 8 milliards de paramètres.\n"),
      HasSubstr("plan"));
}

TEST(Release, ALibraryDefinedAndInstalledIsOne) {
  EXPECT_EQ(Read("# Riesige Modelle auf kleinen Schiffen\n\nBilge ist eine Bibliothek, die große "
                 "Sprachmodelle ausführt.\n\n"
                 "```\npip install bilge\n```\n")
                .kind(),
            v1::LIBRARY);
}

TEST(Release, WhatATextAnnouncesUnderItsTitleIsOne) {
  EXPECT_EQ(Read("# Osprey Arena: Benchmarking Models in the Wild\n\nMeasuring is difficult. This is why "
                 "today, we announce the "
                 "Osprey Arena. It is a tool to compare models.\n")
                .name(),
            "Osprey Arena");
}

TEST(Release, WhatIsSaidToBeDoneOutweighsATitleOfAnotherKind) {
  EXPECT_EQ(
      Refused(
          "# Oak against Elm: a competition engine\n\nWe are excited to introduce a new tool, the Oak Elm "
          "engine, a platform for matches between agents.\n"),
      "accepted");
  EXPECT_NE(
      Refused("# Oak competition\n\nWe are excited to announce the first Oak hackathon. Registration is "
              "open and prizes are waiting for participants.\n"),
      "accepted");
}

TEST(Release, TextsAboutReleasesAreNone) {
  EXPECT_THAT(Refused("# Open model\n\nAn open model is a model whose weights are released for download.\n"),
              HasSubstr("explanation"));
  EXPECT_THAT(Refused("# Lantern 3 vs. Osprey 4: which one for speech\n\nThis article provides a practical "
                      "comparison. Choose Lantern if you need speed.\n"),
              HasSubstr("comparison"));
  EXPECT_THAT(
      Refused("# Harbour to release an open model in the coming months\n\nThe weights will follow, it "
              "said, and parameters are not known.\n"),
      HasSubstr("plan"));
  EXPECT_THAT(
      Refused("# Product release stages\n\nWe introduce new products in a phased process. Each stage has "
              "its own terms.\n"),
      HasSubstr("process"));
  EXPECT_THAT(Refused("# Seven stories from the world of boats, vol. 12\n\nEach week we pick what moved us. "
                      "Harbour has introduced its newest model.\n"),
              HasSubstr("list"));
}

TEST(Release, ATitleOfNewsAloneIsNotEnoughForALongText) {
  const std::string body(450, 'x');
  EXPECT_NE(
      Refused("# Harbour announces first crossing of the bay by Lantern\n\nIt took a day. " + body + "\n"),
      "accepted");
}

TEST(SeveralTools, AnnouncedInOneBreath) {
  EXPECT_THAT(
      Names("# Harbour launches\n\nLantern 2 and Tide Gauge are available today. Lantern 2 is a model. Tide "
            "Gauge is a library.\n"),
      ElementsAre("Lantern 2", "Tide Gauge"));
  EXPECT_THAT(
      Names("# Libraries\n\nThe first versions of the Harbour Python and JavaScript libraries are now "
            "available.\n"),
      ElementsAre("Harbour Python library", "Harbour JavaScript library"));
  EXPECT_THAT(
      Names("# Lantern 2\n\nWe are releasing Lantern 2, a model.\n\nWe also release Tide Gauge, a library "
            "for tides. Tide Gauge is open source.\n"),
      ElementsAre("Lantern 2", "Tide Gauge"));
}

TEST(SeveralTools, InAListOfWhatIsNew) {
  EXPECT_THAT(
      Names("# New models in Harbour\n\nHarbour is excited to add models to its catalogue. Introducing:\n\n"
            "- **@hb/osprey-m3** - an embedding model\n- **@hb/heron-tts-1** - a speech model\n"),
      ElementsAre("osprey-m3", "heron-tts-1"));
}

TEST(SeveralTools, SizesAndVariantsAreOneTool) {
  EXPECT_EQ(
      Names("# Introducing Lantern 2\n\nThe new models:\n\n- **Lantern-2-8B-Instruct**: a small model\n- "
            "**Lantern-2-70B**: a large model\n")
          .size(),
      1u);
  EXPECT_EQ(
      Names("# Tables\n\nAda Gull, Bo Tern, Cy Auk, Di Rail (2026)\n\nWe release Tide Tables, a dataset of "
            "tides.\n")
          .size(),
      1u);
}

TEST(SeveralTools, InTheTitleAndAlongWithTheFirst) {
  EXPECT_THAT(
      Names("---\ntitle: Lantern CLI v2 and Tide API Beta\n---\n\nToday we release both. The Lantern CLI v2 "
            "is a tool. The Tide API is a service.\n"),
      ElementsAre("Lantern CLI v2", "Tide API"));
  EXPECT_THAT(Names("# News\n\nWe are excited to announce **Lantern-4**, a model, along with the brand-new "
                    "[@harbour/tides](https://example.org/t) package.\n"),
              ElementsAre("Lantern-4", "@harbour/tides"));
}

TEST(Release, AListOfTheBestIsNone) {
  EXPECT_NE(
      Refused("# 5 best free open source tide tables right now\n\n## 1. Lantern\n\n- License: MIT\n\n## 2. "
              "Osprey\n\n- License: MIT\n\n## 3. Heron\n\n- License: MIT\n"),
      "accepted");
}

}  // namespace
}  // namespace seaworthy
