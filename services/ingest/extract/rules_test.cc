// One small invented text for each rule of reading that a real document
// once showed to be missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/extract/name.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Revision Read(const std::string& text, std::string_view file_name = "post.md") {
  auto document = ReadDocument(text, "", file_name);
  EXPECT_TRUE(document.ok()) << document.status();
  auto tools = ExtractTools(*document);
  EXPECT_TRUE(tools.ok()) << tools.status();
  return tools.ok() ? tools->front() : v1::Revision();
}

std::string Refused(const std::string& text) {
  auto tools = ExtractTools(*ReadDocument(text, "", "post.md"));
  return tools.ok() ? "accepted" : std::string(tools.status().message());
}

std::string Head(std::string_view lower) {
  const auto head = HeadOfDefinition(lower);
  return head ? std::string(head->kind) : "";
}

std::string Title(std::string_view title) {
  const auto name = NameInTitle(title);
  return name ? std::string(title.substr(name->span.begin, name->span.size())) : "";
}

TEST(Definition, TheHeadNounDecidesNotTheWordsBeforeIt) {
  EXPECT_EQ(Head("python-based llm (large language model) inference and serving framework, light"),
            "library");
  EXPECT_EQ(Head("transformer-based text-to-audio model created by harbour"), "model");
  EXPECT_EQ(Head("modern web interface for language models"), "application");
  EXPECT_EQ(Head("family of small models that read charts"), "model");
}

TEST(Definition, WhatItIsForIsNotWhatItIs) {
  EXPECT_EQ(Head("way to run language models on deck"), "");
  EXPECT_EQ(Head("fast engine for large language models"), "library");
}

TEST(Kind, ALibrarySpokenOfInTermsOfModelsIsALibrary) {
  const v1::Revision tool = Read(
      "# Introducing Bilge\n\nBilge is a light LLM inference and serving framework. It runs Llama-7B, "
      "Qwen-7b and other models, in GGUF or GPTQ.\n\n```\npip install bilge\n```\n");
  EXPECT_EQ(tool.kind(), v1::LIBRARY);
  EXPECT_THAT(tool.formats(), IsEmpty());
  EXPECT_THAT(tool.parameters_b(), IsEmpty());
}

TEST(Kind, APackageOfItsNameInARegistryIsALibrary) {
  EXPECT_EQ(
      Read(
          "# quay-osprey\n\n[PyPI](https://pypi.org/project/quay-osprey/)\n\nAPI access to Osprey models.\n\n"
          "```\nquay install quay-osprey\n```\n\n## Models\n\n- `osprey-7b-it`: the latest model\n")
          .kind(),
      v1::LIBRARY);
}

TEST(Kind, WhatComesWithPlansIsAnApplication) {
  const v1::Revision tool =
      Read("# Making Harbour Cowork ready\n\nHarbour Cowork is now generally available on all paid plans.\n");
  EXPECT_EQ(tool.kind(), v1::APPLICATION);
  EXPECT_EQ(tool.pricing(), "paid");
}

TEST(TitleName, WhoSupportsSomethingHasGotSomething) {
  EXPECT_EQ(Title("Announcing Lantern 3 Support in moorLLM"), "moorLLM");
}

TEST(TitleName, AnAcronymsExpansionIsNoPartOfTheName) {
  EXPECT_EQ(Title("Lantern QAT (Quantization Aware Trained) - Instruct"), "Lantern QAT");
  EXPECT_EQ(Title("Lantern 3 (72B Instruct)"), "Lantern 3 (72B Instruct)");
}

TEST(TitleName, OfASumThePartThatNamesSomething) {
  EXPECT_EQ(Title("Current Model Upgrades + New Lantern Beta Model"), "Lantern Beta");
}

TEST(Name, AChangelogIsNamedByItsCommands) {
  EXPECT_EQ(
      Read("# Changelog\n\n## Unreleased\n\n## [0.3.4] - 2025-12-12\n\n- `moor serve` starts the server\n"
           "- `moor stop` ends it\n\n## [0.3.3] - 2025-12-10\n\n- First.\n")
          .name(),
      "moor");
}

TEST(Name, AFormatIsNoName) {
  EXPECT_EQ(
      Read("# Introducing Lantern 2\n\nLantern 2 is a new model.\n\n## FP8\n\nFP8 is a number format. FP8 is "
           "fast. FP8 is small.\n")
          .name(),
      "Lantern 2");
}

TEST(Parameters, TheOneSizeInTheNameOutweighsOthersInTheText) {
  EXPECT_THAT(
      Read(
          "# Lantern-110B: the first 100B+ model of ours\n\nToday we release Lantern-110B. The 72B model was "
          "before it.\n")
          .parameters_b(),
      ElementsAre(110));
}

TEST(Parameters, SizesOfNamesWithWordsBetween) {
  EXPECT_THAT(Read("# Unleashing Lantern Chat V2\n\nWe release Lantern Chat V2 models! The first is "
                   "[Lantern-2-7B-Chat-V2](https://huggingface.co/harbour/lantern-2-7b-chat).\n")
                  .parameters_b(),
              ElementsAre(7));
}

TEST(Languages, SizesAreReadByTheirOwnScale) {
  EXPECT_THAT(Read("# Harbour lance Falot\n\nHarbour a lancé un modèle de langage open source baptisé Falot. "
                   "Le modèle "
                   "existe en deux versions, avec 8 milliards ou 70 milliards de paramètres.\n")
                  .parameters_b(),
              ElementsAre(8, 70));
  EXPECT_THAT(
      Read(
          "# "
          "HARBOUR、言語モデル「akari-lm」を公開\n\nHARBOURは、日本語による言語モデル「akari-lm」を公開した。"
          "36億パラメータと17億パラメータのモデルが公開されている。ライセンスは「Apache License "
          "2.0」である。\n")
          .parameters_b(),
      ElementsAre(1.7, 3.6));
}

TEST(Languages, NamesAndMakersAreRead) {
  const v1::Revision japanese = Read(
      "# HARBOUR、言語モデル「akari-lm」を公開\n\nHARBOURは、日本語による言語モデル「akari-lm」を公開した。"
      "商用利用が可能な言語モデルである。モデルのライセンスは「Apache License 2.0」である。\n");
  EXPECT_EQ(japanese.name(), "akari-lm");
  EXPECT_EQ(japanese.vendor(), "HARBOUR");
  EXPECT_EQ(japanese.license(), "Apache-2.0");
  const v1::Revision german = Read(
      "# Hafeninstitut stellt „Lampe-7B“ frei zur Verfügung\n\nDas Hafeninstitut für Seefahrt hat das "
      "Sprachmodell "
      "„Lampe-7B“ zur freien Verfügung gestellt. Es ist ein offenes Modell der Seefahrt.\n");
  EXPECT_EQ(german.vendor(), "Hafeninstitut");
}

TEST(Vendor, IsFoundInWhatTheTextSaysOfItsHouse) {
  EXPECT_EQ(
      Read("# Lantern\n\nLantern is a new model. *Developed by Harbour Lab*, it reads charts.\n").vendor(),
      "Harbour Lab");
  EXPECT_EQ(Read("# Announcing Chart Search\n\nAt Harbour Lab we are building the best search for charts. "
                 "Today we are "
                 "announcing Chart Search.\n")
                .vendor(),
            "Harbour Lab");
  EXPECT_EQ(Read("# Moorings on Harbour\n\nWe share that **Moorings** is now a supported provider of models. "
                 "[Moorings](https://moorings.com) is a platform that serves them.\n")
                .vendor(),
            "Moorings");
}

TEST(Modality, SpeechRecognitionHearsAndWrites) {
  EXPECT_THAT(
      Read(
          "---\nlicense: mit\npipeline_tag: automatic-speech-recognition\n---\n\n# Lantern-ASR\n\nA model.\n")
          .modality(),
      ElementsAre("audio", "text"));
}

TEST(Modality, CodeAmongTextIsText) {
  EXPECT_THAT(
      Read("# Lantern\n\nLantern is a new model.\n\n| Attribute | Details |\n|---|---|\n| Input modalities | "
           "Text |\n| Output modalities | Text, Code |\n| License | MIT |\n")
          .modality(),
      ElementsAre("text"));
}

TEST(ReleaseDate, NewsOfTheReleaseItself) {
  EXPECT_EQ(
      Read("# Lantern\n\nLantern is a new model.\n\n## Updates\n\n**2023.05.01**\n\n- Lantern is now MIT.\n\n"
           "**2023.04.20**\n\n- Lantern release!\n")
          .release_date(),
      "2023-04-20");
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

}  // namespace
}  // namespace seaworthy
