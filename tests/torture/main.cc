// Runs one piece: seaworthy_torture PIECE COUNT SEED [FOLDER]
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"
#include "tests/torture/pieces.h"

namespace seaworthy::torture {

constexpr int kMostPrinted = 10;

void Report::Fail(const std::string& what) {
  if (++failures_ <= kMostPrinted) std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

bool Report::Check(const absl::Status& status, const std::string& what) {
  return Expect(status.ok(), absl::StrCat(what, ": ", status.ToString()));
}

bool Report::Expect(bool holds, const std::string& what) {
  if (!holds) Fail(what);
  return holds;
}

void Report::Say(const std::string& line) const { std::printf("%s\n", line.c_str()); }

namespace {

struct Piece {
  std::string_view name;
  void (*run)(const Run&, Report&);
};

constexpr std::array kPieces = {
    Piece{"power", Power}, Piece{"torn", Torn},         Piece{"flips", Flips},      Piece{"disk", Disk},
    Piece{"calls", Calls}, Piece{"sporadic", Sporadic}, Piece{"clock", ClockJumps}, Piece{"poison", Poison}};

int Usage() {
  std::fprintf(stderr, "usage: seaworthy_torture PIECE COUNT SEED [FOLDER]; pieces:");
  for (const Piece& piece : kPieces) std::fprintf(stderr, " %s", std::string(piece.name).c_str());
  std::fprintf(stderr, "\n");
  return 2;
}

int RunPiece(const Piece& piece, const Run& run) {
  namespace fs = std::filesystem;
  fs::create_directories(run.folder);
  Report report;
  const auto begin = std::chrono::steady_clock::now();
  piece.run(run, report);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fs::remove_all(run.folder);
  std::printf("%s %s: N=%d SEED=%u, %d findings, %.1f s\n", report.failed() ? "FAILED" : "ok",
              std::string(piece.name).c_str(), run.count, run.seed, report.failures(), seconds);
  return report.failed() ? 1 : 0;
}

// In memory where there is room: what these pieces take away they take away
// themselves, no disk is needed.
std::string OwnFolder() {
  constexpr std::uintmax_t kRoom = 512 * 1024 * 1024;
  std::error_code error;
  const std::filesystem::space_info memory = std::filesystem::space("/dev/shm", error);
  const std::filesystem::path parent =
      !error && memory.available >= kRoom ? "/dev/shm" : std::filesystem::temp_directory_path();
  return (parent / absl::StrCat("seaworthy-torture-", getpid())).string();
}

int Main(int argc, char** argv) {
  Run run;
  if (argc < 4 || argc > 5 || !absl::SimpleAtoi(argv[2], &run.count) ||
      !absl::SimpleAtoi(argv[3], &run.seed)) {
    return Usage();
  }
  run.folder = argc == 5 ? argv[4] : OwnFolder();
  // The log warns of every fault that is put in its way.
  spdlog::set_level(spdlog::level::critical);
  for (const Piece& piece : kPieces) {
    if (piece.name == argv[1]) return RunPiece(piece, run);
  }
  return Usage();
}

}  // namespace
}  // namespace seaworthy::torture

int main(int argc, char** argv) { return seaworthy::torture::Main(argc, argv); }
