// `seaworthy export`: the public pages as files, byte for byte as served.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/site_files.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

struct ExportFlags {
  std::string dir;
  bool no_pictures = false;
};

constexpr int kPageSize = 1000;
constexpr int kThreads = 4;
constexpr char kPictures[] = "/social/";
// How often a picture is asked for while visitors of the site wait for theirs.
constexpr int kPictureTries = 100;
constexpr absl::Duration kPicturePause = absl::Milliseconds(100);

absl::StatusOr<std::vector<std::string>> ListPaths(PublisherClient& publisher) {
  std::vector<std::string> paths;
  v1::ListPagesRequest request;
  request.set_page_size(kPageSize);
  do {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto response, publisher.ListPages(request));
    paths.insert(paths.end(), response.paths().begin(), response.paths().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return paths;
}

absl::Status WritePage(PublisherClient& publisher, const std::string& path, SiteFiles& site) {
  v1::GetPageRequest request;
  request.set_path(path);
  auto page = publisher.GetPage(request);
  for (int tries = 1;
       tries < kPictureTries && absl::StartsWith(path, kPictures) && absl::IsUnavailable(page.status());
       ++tries) {
    absl::SleepFor(kPicturePause);
    page = publisher.GetPage(request);
  }
  if (absl::IsNotFound(page.status())) return absl::OkStatus();  // Withdrawn since it was listed.
  if (!page.ok()) return page.status();
  return site.Write(path, page->body());
}

// Several at a time: most of one page's time is waiting. The first failure
// stops all.
absl::Status WritePages(PublisherClient& publisher, const std::vector<std::string>& paths, SiteFiles& site) {
  std::atomic<size_t> next{0};
  absl::Mutex mutex;
  absl::Status failure;
  const auto write = [&] {
    for (size_t at = next++; at < paths.size(); at = next++) {
      absl::Status status = WritePage(publisher, paths[at], site);
      if (status.ok()) continue;
      next = paths.size();
      absl::MutexLock lock(&mutex);
      failure.Update(status);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(write);
  for (std::thread& thread : threads) thread.join();
  absl::MutexLock lock(&mutex);
  return failure;
}

absl::Status Export(const Context& context, const ExportFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServer(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto site, SiteFiles::Open(flags.dir));
  SEAWORTHY_ASSIGN_OR_RETURN(std::vector<std::string> paths, ListPaths(*server.publisher));
  if (flags.no_pictures) {
    std::erase_if(paths, [](const std::string& path) { return absl::StartsWith(path, kPictures); });
  }
  SEAWORTHY_RETURN_IF_ERROR(site->Begin(paths));
  SEAWORTHY_RETURN_IF_ERROR(WritePages(*server.publisher, paths, *site));
  SEAWORTHY_ASSIGN_OR_RETURN(const size_t removed, site->Finish());
  std::printf("%zu pages in %s, %zu of them as they were, %zu no longer public removed\n", site->written(),
              flags.dir.c_str(), site->unchanged(), removed);
  return absl::OkStatus();
}

}  // namespace

void AddExport(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("export", "Write the public pages as files");
  auto flags = std::make_shared<ExportFlags>();
  command->add_option("dir", flags->dir, "Where to; made by an earlier export, empty or new")
      ->required()
      ->type_name("DIR");
  command->add_flag("--no-pictures", flags->no_pictures, "Leave out the pictures links show");
  AddDataFlag(*command, context);
  command->footer(
      "A page /compare/a-vs-b becomes compare/a-vs-b/index.html: any file server can serve it.\n"
      "What was withdrawn since the last export is removed.\n"
      "Example:\n"
      "  seaworthy export public && python3 -m http.server -d public");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return Export(context, *flags); }; });
}

}  // namespace seaworthy::cli
