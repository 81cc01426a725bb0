// A reader hears a tool's name once in a sentence, and a long one twice in a
// verdict; after that `it`, `its` or `the model` stands in.
#pragma once

#include <string>

namespace seaworthy::offline {

class NameSayer {
 public:
  // `kind` is the word for a long name: `model`, `library` …
  NameSayer(std::string name, std::string kind);

  // The next sentence of the verdict with fewer names. Quoted words and code
  // are left as they are.
  std::string Say(const std::string& sentence);

 private:
  bool IsName(const std::string& text, size_t at) const;
  std::string StandIn(bool again, const std::string& before, const std::string& text, size_t* at) const;

  const std::string name_;
  const std::string kind_;
  const bool long_;
  int said_ = 0;
};

}  // namespace seaworthy::offline
