#include "bench/verdict_quality.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/ids.h"
#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/reviewer/offline/offline_endpoint.h"
#include "services/reviewer/text.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy {
namespace {

constexpr size_t kRun = 8;
constexpr size_t kMaxNeighbours = 5;

using Grams = std::set<std::string>;

double CpuMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

std::vector<std::string> Files(const std::vector<std::string>& dirs) {
  static const std::set<std::string> kTypes = {".md", ".mdx", ".html", ".txt"};
  std::vector<std::string> files;
  for (const std::string& dir : dirs) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
      const bool wanted =
          kTypes.count(entry.path().extension()) > 0 && entry.path().filename() != "README.md";
      if (wanted) files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

// Runs of eight words, case and punctuation aside.
Grams GramsOf(const std::string& quote) {
  std::vector<std::string> words;
  for (std::string_view run : text::Words(quote)) {
    std::string word;
    for (char c : run) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || byte >= 0x80) word.push_back(static_cast<char>(std::tolower(byte)));
    }
    if (!word.empty()) words.push_back(std::move(word));
  }
  Grams grams;
  for (size_t i = 0; i + kRun <= words.size(); ++i) {
    grams.insert(absl::StrJoin(words.begin() + static_cast<std::ptrdiff_t>(i),
                               words.begin() + static_cast<std::ptrdiff_t>(i + kRun), " "));
  }
  return grams;
}

class Measurer {
 public:
  explicit Measurer(const std::vector<v1::Persona>& personas) : personas_(personas) {}

  void Extract(const std::string& file) {
    auto document = ReadDocument(ReadAll(file), "", std::filesystem::path(file).filename().string());
    auto tools = document.ok() ? ExtractTools(*document) : document.status();
    if (!tools.ok()) {
      ++quality_.rejected;
      return;
    }
    ReviewedTool tool{file, document->text, tools->front(), {}, {}};
    tool.revision.set_tool_id(Slugify(tool.revision.name()));
    tool.revision.set_number(1);
    if (seen_.insert(tool.revision.tool_id()).second) quality_.tools.push_back(std::move(tool));
  }

  absl::Status Review(Neighbours neighbours) {
    for (ReviewedTool& tool : quality_.tools) {
      int ship = 0;
      for (const v1::Persona& persona : personas_) {
        LlmRequest request;
        request.persona = std::make_shared<v1::Persona>(persona);
        request.revision = tool.revision;
        request.announcement_text = tool.text;
        if (neighbours == Neighbours::kSameCategory) AddNeighbours(tool, &request);
        tool.neighbours = request.competitors;
        auto verdict = Ask(request);
        if (!verdict.ok()) return verdict.status();
        ship += verdict->vote() == v1::SHIP ? 1 : 0;
        tool.verdicts.push_back(*std::move(verdict));
      }
      ++quality_.panels[100 * ship / static_cast<int>(personas_.size())];
    }
    return absl::OkStatus();
  }

  VerdictQuality Finish() {
    for (size_t p = 0; p < personas_.size(); ++p) Compare(p);
    std::sort(quality_.frequent.rbegin(), quality_.frequent.rend());
    if (quality_.frequent.size() > 20) quality_.frequent.resize(20);
    if (reviews_ > 0) {
      quality_.words_mean /= reviews_;
      quality_.cpu_micros /= reviews_;
    }
    return std::move(quality_);
  }

 private:
  void AddNeighbours(const ReviewedTool& tool, LlmRequest* request) const {
    for (const ReviewedTool& other : quality_.tools) {
      const bool near = other.revision.category() == tool.revision.category() &&
                        other.revision.tool_id() != tool.revision.tool_id();
      if (!near || request->competitors.size() == kMaxNeighbours) continue;
      v1::KnownCompetitor& known = request->competitors.emplace_back();
      known.set_tool_id(other.revision.tool_id());
      known.set_name(other.revision.name());
      known.set_vendor(other.revision.vendor());
      known.set_license(other.revision.license());
      *known.mutable_parameters_b() = other.revision.parameters_b();
      known.set_release_date(other.revision.release_date());
      if (other.revision.has_entry_price_usd()) known.set_entry_price_usd(other.revision.entry_price_usd());
    }
  }

  absl::StatusOr<v1::Verdict> Ask(const LlmRequest& request) {
    // The rubric is parsed once in a process: not part of a review.
    if (warm_.insert(request.persona->persona_id()).second) {
      if (auto answer = endpoint_.Complete(request); !answer.ok()) return answer.status();
    }
    const double before = CpuMicros();
    auto answer = endpoint_.Complete(request);
    if (!answer.ok()) return answer.status();
    auto verdict = ParseVerdict(answer->raw, request);
    quality_.cpu_micros += CpuMicros() - before;
    if (!verdict.ok()) return verdict.status();
    Count(*verdict);
    return verdict;
  }

  void Count(const v1::Verdict& verdict) {
    const size_t words = text::CountWords(verdict.quote());
    quality_.words_min = reviews_ == 0 ? words : std::min(quality_.words_min, words);
    quality_.words_max = std::max(quality_.words_max, words);
    quality_.words_mean += static_cast<double>(words);
    ++reviews_;
    quality_.ships[verdict.persona_id()] += verdict.vote() == v1::SHIP ? 1 : 0;
    std::string claimed;
    for (const v1::Claim& claim : verdict.claims()) {
      absl::StrAppend(&claimed, claimed.empty() ? "" : " ", claim.text());
      const bool carried = claim.support() == v1::Claim::SUPPORTED && claim.evidence_size() > 0;
      if (!carried)
        quality_.without_evidence.push_back(absl::StrCat(verdict.verdict_id(), ": ", claim.text()));
    }
    if (claimed != verdict.quote()) {
      quality_.without_evidence.push_back(absl::StrCat(verdict.verdict_id(), ": words that no claim holds"));
    }
  }

  void Compare(size_t persona) {
    std::vector<Grams> grams;
    std::map<std::string, int> often;
    for (const ReviewedTool& tool : quality_.tools) {
      grams.push_back(GramsOf(tool.verdicts[persona].quote()));
      for (const std::string& gram : grams.back()) ++often[gram];
    }
    Overlap& worst = quality_.worst[personas_[persona].persona_id()];
    for (size_t a = 0; a < grams.size(); ++a) {
      for (size_t b = a + 1; b < grams.size(); ++b) {
        const double share = Share(grams[a], grams[b]);
        if (share <= worst.share) continue;
        worst = {share, personas_[persona].persona_id(), quality_.tools[a].revision.name(),
                 quality_.tools[b].revision.name()};
      }
    }
    for (const auto& [gram, count] : often) {
      if (count > 2)
        quality_.frequent.emplace_back(count, absl::StrCat(personas_[persona].persona_id(), ": ", gram));
    }
  }

  static double Share(const Grams& a, const Grams& b) {
    if (a.empty() || b.empty()) return 0;
    size_t shared = 0;
    for (const std::string& gram : a) shared += b.count(gram);
    return static_cast<double>(shared) / static_cast<double>(std::min(a.size(), b.size()));
  }

  const std::vector<v1::Persona>& personas_;
  OfflineEndpoint endpoint_;
  std::set<std::string> seen_;
  std::set<std::string> warm_;
  int reviews_ = 0;
  VerdictQuality quality_;
};

}  // namespace

absl::StatusOr<VerdictQuality> MeasureVerdicts(const std::vector<std::string>& dirs,
                                               const std::vector<v1::Persona>& personas,
                                               Neighbours neighbours) {
  Measurer measurer(personas);
  for (const std::string& file : Files(dirs)) measurer.Extract(file);
  if (absl::Status status = measurer.Review(neighbours); !status.ok()) return status;
  return measurer.Finish();
}

}  // namespace seaworthy
