#include "common/persona.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFile = R"(---
id: auditor
title: Auditor
mandate: Asks who is liable.
order: 7
beats:
  - {id: paper, title: The paper}
  - {id: gap, title: The gap}
rubric:
  threshold: 1
---

# Auditor

Look for the paper.
)";

std::string Message(std::string_view text, std::string_view file = "auditor.md") {
  return std::string(ParsePersona(file, text).status().message());
}

std::string With(std::string_view from, std::string_view to) {
  return absl::StrReplaceAll(std::string(kFile), {{std::string(from), std::string(to)}});
}

TEST(Persona, ReadsEveryPartOfTheFile) {
  const auto persona = ParsePersona("prompts/auditor.md", kFile);
  ASSERT_TRUE(persona.ok()) << persona.status();
  EXPECT_EQ(persona->persona_id(), "auditor");
  EXPECT_EQ(persona->order(), 7);
  EXPECT_EQ(persona->beats_size(), 2);
  EXPECT_EQ(persona->beats(1).title(), "The gap");
  EXPECT_EQ(persona->prompt(), "# Auditor\n\nLook for the paper.");
  EXPECT_THAT(persona->rubric(), HasSubstr("threshold: 1"));
}

TEST(Persona, HashChangesWithAnyByteOfTheFile) {
  EXPECT_NE(ParsePersona("auditor.md", kFile)->prompt_hash(),
            ParsePersona("auditor.md", With("the paper.", "the papers."))->prompt_hash());
}

TEST(Persona, ErrorsNameFileAndKey) {
  EXPECT_THAT(Message("no front matter"), HasSubstr("auditor.md: does not begin"));
  EXPECT_THAT(Message(With("title: Auditor", "")), HasSubstr("`title`"));
  EXPECT_THAT(Message(With("order: 7", "order: first")), HasSubstr("`order`"));
  EXPECT_THAT(Message(With("{id: gap,", "{id: paper,")), HasSubstr("`beats[1].id`"));
  EXPECT_THAT(Message(With("rubric:\n  threshold: 1\n", "")), HasSubstr("`rubric`"));
  EXPECT_THAT(Message(kFile, "other.md"), HasSubstr("`other`"));
  EXPECT_THAT(Message(With("order: 7", "order: [")), HasSubstr("no YAML"));
}

TEST(Persona, TheFourOfTheProjectComeInTheirOrder) {
  const auto personas = LoadPersonas("prompts");
  ASSERT_TRUE(personas.ok()) << personas.status();
  std::vector<std::string> ids;
  for (const auto& persona : *personas) ids.push_back(persona.persona_id());
  EXPECT_THAT(ids, testing::ElementsAre("dx", "competitor", "futurist", "business"));
}

TEST(Persona, FifthFileInAFolderIsAFifthPersona) {
  const std::string dir = absl::StrCat(testing::TempDir(), "/five-", RandomHex(8));
  std::filesystem::copy("prompts", dir);
  std::ofstream(dir + "/auditor.md") << kFile;
  const auto personas = LoadPersonas(dir);
  ASSERT_TRUE(personas.ok()) << personas.status();
  ASSERT_EQ(personas->size(), 5u);
  EXPECT_EQ(personas->back().persona_id(), "auditor");
  std::filesystem::remove_all(dir);
}

TEST(Persona, MissingFolderIsNamed) {
  const auto personas = LoadPersonas("/nowhere/at/all");
  EXPECT_EQ(personas.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(personas.status().message(), HasSubstr("/nowhere/at/all"));
}

}  // namespace
}  // namespace seaworthy
