// One function per family of facts. Each reads the draft's source and adds
// facts to the draft; `draft->name` and `draft->aliases` are set before.
#pragma once

#include "services/ingest/extract/draft.h"

namespace seaworthy {

void ExtractVendor(Draft* draft);           // vendor
void ExtractKind(Draft* draft);             // kind
void ExtractModality(Draft* draft);         // modality, category (after kind)
void ExtractLicense(Draft* draft);          // license
void ExtractParameters(Draft* draft);       // parameters_b
void ExtractFormats(Draft* draft);          // formats, quantized
void ExtractContextLength(Draft* draft);    // context_tokens
void ExtractPrice(Draft* draft);            // pricing, entry_price_usd (after license)
void ExtractPriceTerms(Draft* draft);       // pricing_kind, entry_price, currency (after price)
void ExtractReleaseDate(Draft* draft);      // release_date
void ExtractLinks(Draft* draft);            // links, repository, documentation, demo
void ExtractOperation(Draft* draft);        // install_command, code_example, runtime, hardware, availability
void ExtractFootprint(Draft* draft);        // memory_gb, device
void ExtractEvaluation(Draft* draft);       // benchmark, benchmark_method, competitor
void ExtractBenchmarkClaims(Draft* draft);  // benchmark_claim (after evaluation)
void ExtractOrigin(Draft* draft);           // base, training_data, fine_tuning, language
void ExtractSaid(Draft* draft);             // support, security, limitation, use_case, feature, customer, ...

// The organisation in a hub or GitHub address whose repository is named like
// the tool; empty where there is none.
std::string HandleOfTool(std::string_view url, const Draft& draft);

}  // namespace seaworthy
