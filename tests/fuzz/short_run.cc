// A fuzz target without libFuzzer: runs the seeds of a folder and mutations of
// them, the same ones each time. short_run FOLDER EXECUTIONS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kMaxBytes = 16 * 1024;

std::vector<std::string> Seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    seeds.push_back(bytes.str());
  }
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string Next() {
    std::string bytes = seeds_[Below(seeds_.size())];
    for (size_t i = Below(6) + 1; i > 0; --i) Mutate(&bytes);
    bytes.resize(std::min(bytes.size(), kMaxBytes));
    return bytes;
  }

 private:
  size_t Below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void Mutate(std::string* bytes) {
    static const std::vector<std::string> kWords = {"<",
                                                    ">",
                                                    "&",
                                                    "\"",
                                                    "'",
                                                    "]]>",
                                                    "<!--",
                                                    "-->",
                                                    "<![CDATA[",
                                                    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
                                                    "&#0;",
                                                    "&#xD800;",
                                                    "&nbsp;",
                                                    "---\n",
                                                    "```",
                                                    "[",
                                                    "](",
                                                    "|",
                                                    "{{",
                                                    "}}",
                                                    "{",
                                                    "}",
                                                    "\\u0000",
                                                    "\\ud800",
                                                    ":",
                                                    "\n\n",
                                                    "\xef\xbb\xbf",
                                                    "\xff\xfe",
                                                    "\xc3",
                                                    std::string(1, '\0'),
                                                    "0",
                                                    "-1",
                                                    "99999999999999999999",
                                                    "https://",
                                                    "<b>",
                                                    "</b>",
                                                    "<div hidden>"};
    const size_t at = Below(bytes->size() + 1);
    const size_t length = std::min(Below(64) + 1, bytes->size() - at);
    switch (Below(6)) {
      case 0:
        if (at < bytes->size()) (*bytes)[at] = static_cast<char>(random_());
        break;
      case 1:
        bytes->erase(at, length);
        break;
      case 2:
        bytes->insert(at, kWords[Below(kWords.size())]);
        break;
      case 3:
        bytes->insert(Below(bytes->size() + 1), bytes->substr(at, length));
        break;
      case 4: {
        const std::string& other = seeds_[Below(seeds_.size())];
        bytes->insert(at, other.substr(Below(other.size() + 1), Below(200)));
        break;
      }
      default:
        for (size_t i = Below(40); i > 0 && bytes->size() < kMaxBytes; --i)
          bytes->insert(at, bytes->substr(at, length));
    }
  }

  const std::vector<std::string> seeds_;
  std::mt19937_64 random_{1};  // The same run each time. NOLINT(cert-msc51-cpp)
};

void Run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER EXECUTIONS\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> seeds = Seeds(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "%s holds no seeds\n", argv[1]);
    return 1;
  }
  for (const std::string& seed : seeds) Run(seed);
  Mutator mutator(seeds);
  const long executions = std::strtol(argv[2], nullptr, 10);
  for (long i = 0; i < executions; ++i) Run(mutator.Next());
  std::printf("%zu seeds and %ld mutations\n", seeds.size(), executions);
  return 0;
}
