#include "services/reviewer/offline/names.h"

#include <cctype>
#include <utility>

#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr int kLongNamesSaid = 2;

bool JoinsWords(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

}  // namespace

NameSayer::NameSayer(std::string name, std::string kind)
    : name_(std::move(name)),
      kind_(std::move(kind)),
      long_(text::Words(name_).size() >= 3 || name_.size() > 22) {}

std::string NameSayer::Say(const std::string& sentence) {
  std::string out;
  bool again = false;
  bool quoted = false;
  for (size_t i = 0; i < sentence.size();) {
    const char c = sentence[i];
    if (c == '"' || c == '`') quoted = !quoted;
    if (quoted || !IsName(sentence, i)) {
      out.push_back(c);
      ++i;
      continue;
    }
    i += name_.size();
    const bool say = !again && (!long_ || ++said_ <= kLongNamesSaid);
    out += say ? name_ : StandIn(again, out, sentence, &i);
    again = true;
  }
  return out;
}

bool NameSayer::IsName(const std::string& text, size_t at) const {
  if (text.compare(at, name_.size(), name_) != 0 || (at > 0 && JoinsWords(text[at - 1]))) return false;
  const size_t end = at + name_.size();
  return end == text.size() || !JoinsWords(text[end]);
}

std::string NameSayer::StandIn(bool again, const std::string& before, const std::string& text,
                               size_t* at) const {
  std::string word = again ? "it" : text::Cat("the ", kind_);
  if (again && text.compare(*at, 2, "'s") == 0) {
    word = "its";
    *at += 2;
  }
  const bool begins = before.empty() || before.ends_with(". ") || before.ends_with("? ");
  if (begins) word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  return word;
}

}  // namespace seaworthy::offline
