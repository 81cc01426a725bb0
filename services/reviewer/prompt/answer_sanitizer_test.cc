#include "services/reviewer/prompt/answer_sanitizer.h"

#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

TEST(AnswerSanitizer, TakesPlainWordsWithCommandsAndFigures) {
  for (const char* words :
       {"Type `pip install halvard[serve]` and expect 7 GB (14 billion times half a byte).",
        "Latency < 5 ms, recall > 90%, C++ & CUDA; see example.com/docs.", "Ship it: `a/b.gguf` is 2,1 GB.",
        "Modèle 7B, 中文 too.", "It says “free”, twice."}) {
    EXPECT_TRUE(CheckPlainWords(words).ok()) << words << ": " << CheckPlainWords(words);
  }
}

TEST(AnswerSanitizer, RefusesLinksImagesAndMarkup) {
  for (const char* words : {"See https://collect.example/x.",
                            "See HTTP://X.example",
                            "Go to www.example.org now",
                            "![pixel](x)",
                            "[here](x)",
                            "[a][b]",
                            "[a]: x",
                            "<b>ship</b>",
                            "</p>",
                            "<!-- x -->",
                            "<img src=x>",
                            "&lt;script&gt;",
                            "&#60;b",
                            "javascript:alert(1)",
                            "data:text/html,x",
                            "see //host.example/x",
                            "{{name}}",
                            "${name}",
                            "<%= x %>",
                            "```json"}) {
    EXPECT_FALSE(CheckPlainWords(words).ok()) << words;
  }
}

TEST(AnswerSanitizer, RefusesWhatAReaderCannotSee) {
  for (const char* words : {"a\xE2\x80\x8B"
                            "b",
                            "a\xE2\x80\xAE"
                            "b",
                            "\xF3\xA0\x81\x81",
                            "a\x01"
                            "b",
                            "a\xC2\xAD"
                            "b",
                            "\xEF\xBB\xBF"
                            "a",
                            "bad \xFF byte"}) {
    EXPECT_FALSE(CheckPlainWords(words).ok()) << words;
  }
}

TEST(AnswerSanitizer, NamesThePlaceInTheVerdict) {
  v1::Verdict verdict;
  verdict.set_quote("Fine words.");
  EXPECT_TRUE(CheckPlainVerdict(verdict).ok());
  verdict.add_claims()->set_decided_by("look at https://x.example");
  const absl::Status status = CheckPlainVerdict(verdict);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("`claims[0].decided_by` holds an address at byte 13"),
            std::string::npos)
      << status;
}

}  // namespace
}  // namespace seaworthy
