// `seaworthy export`: the public pages as files, byte for byte as served.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/site_files.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

struct ExportFlags {
  std::string dir;
};

constexpr int kPageSize = 1000;

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

absl::Status Export(const Context& context, const ExportFlags& flags) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Config config, ConfigFromFlags(context));
  SEAWORTHY_ASSIGN_OR_RETURN(const ServerConnection server, ConnectToServer(config.data_dir));
  SEAWORTHY_ASSIGN_OR_RETURN(SiteFiles site, SiteFiles::Open(flags.dir));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListPaths(*server.publisher));
  SEAWORTHY_RETURN_IF_ERROR(site.Begin(paths));
  for (const std::string& path : paths) {
    v1::GetPageRequest request;
    request.set_path(path);
    const auto page = server.publisher->GetPage(request);
    if (absl::IsNotFound(page.status())) continue;  // Withdrawn since it was listed.
    if (!page.ok()) return page.status();
    SEAWORTHY_RETURN_IF_ERROR(site.Write(path, page->body()));
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const size_t removed, site.Finish());
  std::printf("%zu pages written to %s, %zu no longer public removed\n", site.written(), flags.dir.c_str(),
              removed);
  return absl::OkStatus();
}

}  // namespace

void AddExport(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("export", "Write the public pages as files");
  auto flags = std::make_shared<ExportFlags>();
  command->add_option("dir", flags->dir, "Where to; made by an earlier export, empty or new")
      ->required()
      ->type_name("DIR");
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
