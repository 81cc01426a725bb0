// One small invented text for each rule of reading that a real document
// once showed to be missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/extract_test_support.h"
#include "services/ingest/extract/name.h"

namespace seaworthy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST(Name, ATitleThatExtendsAKnownNameIsKept) {
  EXPECT_EQ(Read("---\ntitle: \"Lantern2-VL-32B: Smarter\"\n---\n\nIn January this year, we launched the "
                 "Lantern2-VL series "
                 "of models. Lantern2-VL was well received. Today we release **Lantern2-VL-32B-Instruct**.\n")
                .name(),
            "Lantern2-VL-32B");
}

TEST(Name, TwoSizesOfOneThingAreThatThing) {
  const v1::Revision tool = Read(
      "# Harbour lansează două modele open source\n\nHarbour a publicat două modele de limbaj. "
      "Modelele se numesc far-20b și far-120b, cu licență Apache 2.0. Ferestre de context de "
      "128.000 de token-uri.\n");
  EXPECT_EQ(tool.name(), "far");
  EXPECT_EQ(tool.license(), "Apache-2.0");
  EXPECT_EQ(tool.context_tokens(), 128000u);
  EXPECT_THAT(tool.parameters_b(), ElementsAre(20, 120));
}

TEST(Name, ACardWithoutATitleIsCalledAsItIsLoaded) {
  EXPECT_EQ(
      Read(
          "---\nlicense: mit\npipeline_tag: text-to-image\n---\n\nThis checkpoint draws ships.\n\n```python\n"
          "model_id = \"harbour/Ship_Generator\"\n```\n")
          .name(),
      "Ship_Generator");
}

TEST(TitleName, TheDayAfterAVersionIsNoPartOfTheName) {
  EXPECT_EQ(Title("Lantern 22.04.00 (27 Apr 2022)"), "Lantern 22.04.00");
  EXPECT_EQ(Title("Harbour Releases Lantern 2 as Open-Weight Model"), "Lantern 2");
  EXPECT_EQ(Title("Harbour launches two new models"), "");
}

TEST(License, OfCodeAndWeightsInOneSentence) {
  EXPECT_EQ(Read("# 灯塔-6B\n\n灯塔-6B 是开源对话模型，我们今天发布。本仓库的代码依照 Apache-2.0 "
                 "协议开源，模型的权重的使用则需要遵循模型许可。"
                 "这是一个语言模型，欢迎大家下载并且使用它，谢谢大家的支持与关注。\n")
                .license(),
            "");
}

TEST(Context, AnExtendedLengthCounts) {
  EXPECT_EQ(Read("# Falot\n\nFalot est un modèle de langage. Il dispose d'une fenêtre de contexte de 4 096 "
                 "tokens, allongée "
                 "à 32 000 tokens. Nous publions le modèle.\n")
                .context_tokens(),
            32000u);
}

TEST(Formats, HowItWasTrainedOrCanBeConvertedIsNoOffer) {
  EXPECT_THAT(Read("# Lantern-7B\n\nLantern-7B is a new model. You can also export the model to ONNX.\n\n## "
                   "Training Details\n\n"
                   "| Parameter | Value |\n|---|---|\n| Quantization | 4-bit NF4 |\n")
                  .formats(),
              IsEmpty());
}

TEST(Modality, ANameSaysIt) {
  EXPECT_THAT(Read("# Lantern-VL\n\nWe release Lantern-VL, a new model.\n").modality(),
              ElementsAre("image", "text"));
}

TEST(Parameters, APlannedSizeIsNone) {
  EXPECT_THAT(
      Read("# Falot\n\nFalot est une collection de modèles dotés de 6,71 milliards de paramètres. Nous "
           "publions le "
           "modèle. Il est déjà prévu de proposer une variante dotée de 1,5 milliard de paramètres.\n")
          .parameters_b(),
      ElementsAre(6.71));
}

TEST(Kind, ANameOfAPartDoesNotDefineTheWhole) {
  EXPECT_EQ(Read("# Faster ships\n\nToday we introduce **HullGate**—a conditional detection pipeline that "
                 "catches leaks.\n\n"
                 "HullGate Sentinel is a small classifier. HullGate is fast.\n")
                .kind(),
            v1::LIBRARY);
}

TEST(Parameters, TheColumnOfParametersNotTheNamesOfSizes) {
  EXPECT_THAT(
      Read("# Lantern\n\nLantern is a speech recognition model.\n\n| Size | Parameters |\n|---|---|\n| tiny "
           "| 39 M |\n"
           "| large | 1550 M |\n| turbo | 809 M |\n\n## License\n\nLantern's weights are MIT licensed.\n")
          .parameters_b(),
      ElementsAre(0.039, 0.809, 1.55));
}

TEST(Parameters, AListWhoseLastIsComingSoon) {
  EXPECT_THAT(Read("# Lantern\n\nToday we announce the release of **Lantern**. Lantern is available in three "
                   "model sizes: 1.5B, "
                   "7B, and a 32B version (coming soon).\n")
                  .parameters_b(),
              ElementsAre(1.5, 7));
}

TEST(Languages, SpanishAndItalian) {
  const v1::Revision spanish = Read(
      "# Farol\n\nFarol es un modelo de razonamiento de código abierto desarrollado por Puerto AI. Es una "
      "arquitectura con 35 "
      "mil millones de parámetros totales, con licencia Apache 2.0, para equipos sin depender de otros.\n");
  EXPECT_EQ(spanish.vendor(), "Puerto AI");
  EXPECT_EQ(spanish.license(), "Apache-2.0");
  EXPECT_THAT(spanish.parameters_b(), ElementsAre(35));
  const v1::Revision italian = Read(
      "# Arriva Lampara, l'intelligenza artificiale del porto\n\nIl 23 Aprile l'Università del Porto ha "
      "annunciato Lampara, "
      "una nuova famiglia di modelli linguistici, addestrati da zero per la lingua italiana.\n");
  EXPECT_EQ(italian.name(), "Lampara");
  EXPECT_EQ(italian.vendor(), "Università del Porto");
}

TEST(Name, AChangelogIsNamedByWhatItIsOf) {
  EXPECT_EQ(Read("# Changelog\n\nAll notable changes to lantern are documented here.\n\n## [0.2.0] — "
                 "2026-02-28\n\n- `run` waits\n\n## [0.1.0] — 2026-02-01\n\nInitial release.\n")
                .name(),
            "lantern");
  EXPECT_EQ(Read("# Release notes: v2.1.0\n\n## Top wins\n\n- `lantern scout` makes plans\n\n## Check\n\n"
                 "```bash\nlantern --version\n```\n")
                .name(),
            "lantern");
}

TEST(Vendor, TheHouseThatSpeaks) {
  EXPECT_EQ(
      Read("# Harbour CLI\n\nToday we're releasing our CLI. Everything on Harbour runs on your machine.\n")
          .vendor(),
      "Harbour");
  EXPECT_EQ(
      Read("# Tide Tables are now available in Harbour\n\nToday we're launching Tide Tables, a service for "
           "boats.\n")
          .vendor(),
      "Harbour");
  EXPECT_EQ(
      Read("# Lantern\n\nHarbour Lab, Osprey Works, and the Institute of Seas have released Lantern, an open "
           "model.\n")
          .vendor(),
      "Harbour Lab");
  EXPECT_EQ(
      Read("---\ntitle: Introducing Lantern\nauthor: ada_l\n---\n\nLantern is a library, a replacement for "
           "Osprey's models framework.\n")
          .vendor(),
      "");
}

}  // namespace
}  // namespace seaworthy
