#include "cli/site_files.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/data_dir.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kList[] = ".seaworthy-export";
constexpr size_t kMaxListBytes = 64 << 20;

bool IsSafePart(absl::string_view part) {
  if (part.empty() || part == "." || part == ".." || part.size() > 255 || part[0] == '.') return false;
  for (const char c : part) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7F) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> FileOfPage(std::string_view path) {
  if (path == "/") return "index.html";
  if (path == "/404") return "404.html";
  const std::string text(path.substr(path.starts_with("/") ? 1 : 0));
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  for (const std::string& part : parts) {
    if (!IsSafePart(part) || !path.starts_with("/")) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", std::string(path), "` is no page that can be a file"));
    }
  }
  // A tool's id holds no dot, a style sheet's name does.
  return parts.back().find('.') == std::string::npos ? text + "/index.html" : text;
}

absl::StatusOr<SiteFiles> SiteFiles::Open(const std::string& dir) {
  SiteFiles site(dir);
  std::error_code error;
  fs::create_directories(dir, error);
  if (error || !fs::is_directory(dir, error)) {
    return absl::PermissionDeniedError(absl::StrCat(dir, ": cannot be made a folder; name another"));
  }
  const absl::StatusOr<std::string> list = ReadWholeFile(absl::StrCat(dir, "/", kList), kMaxListBytes);
  if (!list.ok() && !absl::IsNotFound(list.status())) return list.status();
  if (!list.ok() && !fs::is_empty(dir, error)) {
    return absl::FailedPreconditionError(absl::StrCat(
        dir, ": is not empty and was not made by `seaworthy export`; name an empty or new folder"));
  }
  if (list.ok()) {
    for (const auto& file : absl::StrSplit(*list, '\n', absl::SkipEmpty())) {
      if (FileOfPage(absl::StrCat("/", file)).ok()) site.before_.emplace(file);
    }
  }
  return site;
}

absl::Status SiteFiles::Begin(const std::vector<std::string>& pages) {
  for (const std::string& page : pages) {
    SEAWORTHY_ASSIGN_OR_RETURN(std::string file, FileOfPage(page));
    before_.insert(std::move(file));
  }
  return WriteList(before_);
}

absl::Status SiteFiles::Write(std::string_view page, std::string_view bytes) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string file, FileOfPage(page));
  now_.insert(file);
  return WriteFile(file, bytes);
}

absl::StatusOr<size_t> SiteFiles::Finish() {
  size_t removed = 0;
  std::error_code error;
  for (const std::string& file : before_) {
    if (now_.contains(file)) continue;
    removed += fs::remove(fs::path(dir_) / file, error) ? 1 : 0;
    // Its folder goes too where it was the last file in it.
    const fs::path folder = (fs::path(dir_) / file).parent_path();
    if (folder != fs::path(dir_)) fs::remove(folder, error);
  }
  SEAWORTHY_RETURN_IF_ERROR(WriteList(now_));
  return removed;
}

absl::Status SiteFiles::WriteList(const std::set<std::string>& files) {
  return WriteFile(kList, absl::StrCat(absl::StrJoin(files, "\n"), "\n"));
}

absl::Status SiteFiles::WriteFile(const std::string& file, std::string_view bytes) {
  const fs::path path = fs::path(dir_) / file;
  const std::string temporary = path.string() + ".part";
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out.good()) fs::rename(temporary, path, error);
  if (!out.good() || error) {
    return absl::PermissionDeniedError(
        absl::StrCat(path.string(), ": cannot be written; check space and permissions"));
  }
  return absl::OkStatus();
}

}  // namespace seaworthy::cli
