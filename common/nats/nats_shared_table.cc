#include "common/nats/nats_shared_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/lease_keeper.h"
#include "common/nats/nats_link.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr size_t kInstanceBytes = 8;

// Thread-safe: it has no state of its own.
class NatsSharedTable : public SharedTable {
 public:
  NatsSharedTable(std::unique_ptr<NatsLink> link, NatsStreamSpec stream)
      : link_(std::move(link)), stream_(std::move(stream)) {}

  absl::StatusOr<SharedValue> Read(std::string_view name) override {
    absl::StatusOr<NatsMessage> message = link_->GetLastMessage(stream_.name, SubjectOf(name));
    if (absl::IsNotFound(message.status())) return SharedValue();
    SEAWORTHY_RETURN_IF_ERROR(message.status());
    return SharedValue{message->sequence, std::move(message->bytes)};
  }

  absl::StatusOr<std::optional<uint64_t>> Write(std::string_view name, std::string_view bytes,
                                                uint64_t expected) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsStored stored, link_->PutAfter(SubjectOf(name), bytes, expected));
    if (stored.outcome == NatsStored::Outcome::kStored) return std::optional<uint64_t>(stored.sequence);
    if (stored.outcome == NatsStored::Outcome::kConflict) return std::optional<uint64_t>();
    return absl::UnavailableError(
        absl::StrCat(std::string(name), " in stream ", stream_.name, " is written or not: ", stored.reason));
  }

 private:
  std::string SubjectOf(std::string_view name) const {
    return absl::StrCat(stream_.name, ".", std::string(name));
  }

  const std::unique_ptr<NatsLink> link_;
  const NatsStreamSpec stream_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SharedTable>> OpenNatsSharedTable(const NatsEventLogOptions& options,
                                                                 const std::string& name) {
  NatsLinkOptions link_options = options.link;
  link_options.client_name = absl::StrCat("seaworthy ", options.instance, " ", name);
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<NatsLink> link,
                             options.connect(link_options, options.open_timeout));
  NatsStreamSpec stream;
  stream.name = absl::StrCat(options.stream, "_", name);
  stream.subject = absl::StrCat(stream.name, ".>");
  stream.replicas = options.replicas;
  stream.newest_only = true;
  SEAWORTHY_RETURN_IF_ERROR(InsistFor(options.open_timeout, [&] { return link->EnsureStream(stream); }));
  return std::make_unique<NatsSharedTable>(std::move(link), std::move(stream));
}

absl::StatusOr<std::unique_ptr<Leases>> OpenNatsLeases(const NatsEventLogOptions& options) {
  SEAWORTHY_ASSIGN_OR_RETURN(std::unique_ptr<SharedTable> table, OpenNatsSharedTable(options, "LEASES"));
  return std::make_unique<LeaseKeeper>(
      std::move(table), options.instance.empty() ? RandomHex(kInstanceBytes) : options.instance,
      SteadyClock::Real());
}

}  // namespace seaworthy
