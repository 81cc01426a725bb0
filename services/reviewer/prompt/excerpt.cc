#include "services/reviewer/prompt/excerpt.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxRead = 256 * 1024;
constexpr size_t kMaxSentence = 400;
constexpr std::string_view kGap = "[...]\n";

// A sentence that is too long is cut between words, else between characters.
size_t CutAt(std::string_view sentence) {
  size_t cut = sentence.rfind(' ', kMaxSentence);
  if (cut == sentence.npos || cut < kMaxSentence / 2) cut = kMaxSentence;
  while (cut > 0 && (static_cast<unsigned char>(sentence[cut]) & 0xC0) == 0x80) --cut;
  return std::max<size_t>(cut, 1);
}

// One past the end of the sentence that begins at `at`.
size_t SentenceEnd(std::string_view text, size_t at) {
  for (size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\n') return i;
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    if (stop && i - at >= 40 && i + 1 < text.size() && text[i + 1] == ' ') return i + 1;
  }
  return text.size();
}

class Chooser {
 public:
  Chooser(std::string_view text, size_t max) : text_(text), max_(max) { Split(); }

  Excerpt Choose(const v1::Revision& revision) {
    for (size_t i = 0; i < sentences_.size() && used_ < max_ / 3; ++i) Take(i);
    for (const v1::Fact& fact : revision.facts()) TakeHolding(fact.evidence().text());
    for (size_t i = 0; i < sentences_.size(); ++i) Take(i);
    return Write();
  }

 private:
  void Split() {
    for (size_t at = 0; at < text_.size();) {
      size_t end = SentenceEnd(text_, at);
      if (end - at > kMaxSentence) end = at + CutAt(text_.substr(at));
      const std::string_view sentence = text::Strip(text_.substr(at, end - at));
      if (!sentence.empty()) sentences_.push_back(sentence);
      at = std::max(end, at + 1);
    }
    taken_.resize(sentences_.size());
  }

  void Take(size_t i) {
    // A gap before and after, and the line's end.
    const size_t cost = sentences_[i].size() + 1 + 2 * kGap.size();
    if (taken_[i] || used_ + cost > max_) return;
    taken_[i] = true;
    used_ += cost;
  }

  void TakeHolding(std::string_view evidence) {
    if (evidence.size() < 3) return;
    const size_t at = text_.find(evidence);
    if (at == text_.npos) return;
    const char* place = text_.data() + at;
    const auto after = std::upper_bound(
        sentences_.begin(), sentences_.end(), place,
        [](const char* wanted, std::string_view sentence) { return wanted < sentence.data(); });
    if (after != sentences_.begin()) Take(static_cast<size_t>(after - sentences_.begin()) - 1);
  }

  static void AddGap(Excerpt* excerpt) {
    excerpt->gaps.push_back(excerpt->text.size());
    excerpt->text.append(kGap);
  }

  Excerpt Write() const {
    Excerpt excerpt;
    bool gap = false;
    for (size_t i = 0; i < sentences_.size(); ++i) {
      if (taken_[i]) {
        if (gap) AddGap(&excerpt);
        text::Append(&excerpt.text, sentences_[i], "\n");
        excerpt.shown += sentences_[i].size();
      }
      gap = !taken_[i];
    }
    if (gap) AddGap(&excerpt);
    return excerpt;
  }

  const std::string_view text_;
  const size_t max_;
  std::vector<std::string_view> sentences_;
  std::vector<bool> taken_;
  size_t used_ = 0;
};

}  // namespace

Excerpt MakeExcerpt(std::string_view announcement, const v1::Revision& revision, size_t max) {
  Excerpt excerpt = Chooser(announcement.substr(0, kMaxRead), max).Choose(revision);
  excerpt.total = announcement.size();
  return excerpt;
}

}  // namespace seaworthy
