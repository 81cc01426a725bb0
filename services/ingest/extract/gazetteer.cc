#include "services/ingest/extract/gazetteer.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>

#include "services/ingest/extract/draft.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kLongText = 512;

constexpr Spelling kHandles[] = {
    {"01-ai", "01.AI"},
    {"ai21labs", "AI21 Labs"},
    {"aisingapore", "AI Singapore"},
    {"alibaba-nlp", "Alibaba"},
    {"allenai", "Ai2"},
    {"amazon", "Amazon"},
    {"anthropics", "Anthropic"},
    {"apple", "Apple"},
    {"argilla", "Argilla"},
    {"argilla-io", "Argilla"},
    {"baai", "BAAI"},
    {"baidu", "Baidu"},
    {"bigcode", "BigCode"},
    {"bigcode-project", "BigCode"},
    {"bigscience", "BigScience"},
    {"black-forest-labs", "Black Forest Labs"},
    {"bytedance-seed", "ByteDance"},
    {"cohere", "Cohere"},
    {"cohere-ai", "Cohere"},
    {"coherelabs", "Cohere"},
    {"cohereforai", "Cohere"},
    {"databricks", "Databricks"},
    {"deepgram", "Deepgram"},
    {"deepseek-ai", "DeepSeek"},
    {"docker", "Docker"},
    {"eleutherai", "EleutherAI"},
    {"facebook", "Meta"},
    {"facebookresearch", "Meta"},
    {"google", "Google"},
    {"google-deepmind", "Google DeepMind"},
    {"gradio-app", "Gradio"},
    {"huggingface", "Hugging Face"},
    {"huggingfaceh4", "Hugging Face"},
    {"huggingfacem4", "Hugging Face"},
    {"huggingfacetb", "Hugging Face"},
    {"huggingfacefw", "Hugging Face"},
    {"ibm", "IBM"},
    {"ibm-granite", "IBM"},
    {"internlm", "InternLM"},
    {"jinaai", "Jina AI"},
    {"jina-ai", "Jina AI"},
    {"kyutai", "Kyutai"},
    {"kyutai-labs", "Kyutai"},
    {"laion", "LAION"},
    {"laion-ai", "LAION"},
    {"langchain-ai", "LangChain"},
    {"lgai-exaone", "LG AI Research"},
    {"liquidai", "Liquid AI"},
    {"meta-llama", "Meta"},
    {"microsoft", "Microsoft"},
    {"minimax-ai", "MiniMax"},
    {"minimaxai", "MiniMax"},
    {"mistralai", "Mistral AI"},
    {"moonshotai", "Moonshot AI"},
    {"mosaicml", "MosaicML"},
    {"nomic-ai", "Nomic AI"},
    {"nousresearch", "Nous Research"},
    {"novasky-ai", "NovaSky"},
    {"nvidia", "NVIDIA"},
    {"ollama", "Ollama"},
    {"openai", "OpenAI"},
    {"openbmb", "OpenBMB"},
    {"opengvlab", "OpenGVLab"},
    {"qwen", "Qwen"},
    {"qwenlm", "Qwen"},
    {"run-llama", "LlamaIndex"},
    {"salesforce", "Salesforce"},
    {"servicenow-ai", "ServiceNow"},
    {"snowflake", "Snowflake"},
    {"stabilityai", "Stability AI"},
    {"stepfun-ai", "StepFun"},
    {"tabbyml", "TabbyML"},
    {"tencent", "Tencent"},
    {"thudm", "Zhipu AI"},
    {"tiiuae", "Technology Innovation Institute (TII)"},
    {"togethercomputer", "Together AI"},
    {"upstage", "Upstage"},
    {"utter-project", "UTTER"},
    {"vllm-project", "vLLM"},
    {"xai-org", "xAI"},
    {"zai-org", "Z.ai"},
};

constexpr std::string_view kDistributors[] = {"collections",
                                              "datasets",
                                              "spaces",
                                              "docs",
                                              "blog",
                                              "papers",
                                              "models",
                                              "thebloke",
                                              "unsloth",
                                              "bartowski",
                                              "ggml-org",
                                              "mlx-community",
                                              "onnx-community",
                                              "lmstudio-community",
                                              "orgs",
                                              "learn",
                                              "join",
                                              "pricing",
                                              "tasks",
                                              "organizations",
                                              "enterprise",
                                              "api",
                                              "settings",
                                              "new",
                                              "posts",
                                              "chat",
                                              "hub",
                                              "topics",
                                              "features",
                                              "sponsors",
                                              "about",
                                              "login",
                                              "signup",
                                              "marketplace",
                                              "raw",
                                              "resolve"};

}  // namespace

std::optional<std::string_view> VendorOfHandle(std::string_view handle) {
  const std::string lower = Lower(handle);
  for (const Spelling& known : kHandles) {
    if (known.word == lower) return known.name;
  }
  return std::nullopt;
}

bool IsDistributorHandle(std::string_view handle) {
  const std::string lower = Lower(handle);
  return std::find(std::begin(kDistributors), std::end(kDistributors), lower) != std::end(kDistributors);
}

std::optional<std::string_view> KnownVendor(std::string_view name) {
  const std::string key = NameKey(name);
  if (key.empty()) return std::nullopt;
  if (key == "tii" || key == "technologyinnovationinstitute") return "Technology Innovation Institute (TII)";
  if (key == "alibaba" || key == "alibabacloud") return key == "alibaba" ? "Alibaba" : "Alibaba Cloud";
  static const auto* const kByKey = [] {
    auto* by_key = new std::map<std::string, std::string_view>();
    for (const Spelling& known : kHandles) by_key->emplace(NameKey(known.name), known.name);
    return by_key;
  }();
  const auto known = kByKey->find(key);
  if (known == kByKey->end()) return std::nullopt;
  return known->second;
}

const std::vector<Spelling>& FormatSpellings() {
  static const std::vector<Spelling> kWords = {
      {"gguf", "GGUF"},         {"ggml", "GGML"},        {"gptq", "GPTQ"},
      {"gptq-int4", "GPTQ"},    {"gptq-int8", "GPTQ"},   {"awq", "AWQ"},
      {"mlx", "MLX"},           {"onnx", "ONNX"},        {"safetensors", "safetensors"},
      {"fp8", "FP8"},           {"mxfp4", "MXFP4"},      {"nvfp4", "NVFP4"},
      {"fp4", "FP4"},           {"int4", "int4"},        {"int8", "int8"},
      {"4-bit", "int4"},        {"4bit", "int4"},        {"4bits", "int4"},
      {"8bit", "int8"},         {"8bits", "int8"},       {"8-bit", "int8"},
      {"bf16", "BF16"},         {"bfloat16", "BF16"},    {"nf4", "NF4"},
      {"1.58-bit", "1.58-bit"}, {"1.58bit", "1.58-bit"}, {"npz", "npz"},
      {"openvino", "OpenVINO"}, {"coreml", "Core ML"},   {"core ml", "Core ML"},
      {"tensorrt", "TensorRT"}, {"exl2", "EXL2"},        {"tflite", "TFLite"},
      {"pytorch", "PyTorch"},   {"candle", "Candle"}};
  return kWords;
}

const std::vector<Spelling>& RuntimeSpellings() {
  static const std::vector<Spelling> kWords = {{"transformers", "transformers"},
                                               {"vllm", "vLLM"},
                                               {"sglang", "SGLang"},
                                               {"llama.cpp", "llama.cpp"},
                                               {"ollama", "Ollama"},
                                               {"lm studio", "LM Studio"},
                                               {"mlx", "MLX"},
                                               {"mlx-lm", "MLX"},
                                               {"mlx-vlm", "MLX-VLM"},
                                               {"diffusers", "Diffusers"},
                                               {"comfyui", "ComfyUI"},
                                               {"tensorrt-llm", "TensorRT-LLM"},
                                               {"text-generation-inference", "Text Generation Inference"},
                                               {"tgi", "Text Generation Inference"},
                                               {"onnx runtime", "ONNX Runtime"},
                                               {"transformers.js", "Transformers.js"},
                                               {"docker model runner", "Docker Model Runner"},
                                               {"nim", "NVIDIA NIM"},
                                               {"webgpu", "WebGPU"},

                                               {"ktransformers", "KTransformers"},
                                               {"exllamav2", "ExLlamaV2"},
                                               {"langchain", "LangChain"}};
  return kWords;
}

const std::vector<Spelling>& BenchmarkSpellings() {
  static const std::vector<Spelling> kWords = {{"mmlu-pro", "MMLU-Pro"},
                                               {"mmlu", "MMLU"},
                                               {"mmmu", "MMMU"},
                                               {"gsm8k", "GSM8K"},
                                               {"math-500", "MATH-500"},
                                               {"math", "MATH"},
                                               {"humaneval+", "HumanEval+"},
                                               {"humaneval", "HumanEval"},
                                               {"mbpp", "MBPP"},
                                               {"hellaswag", "HellaSwag"},
                                               {"arc-c", "ARC-C"},
                                               {"arc-challenge", "ARC-C"},
                                               {"truthfulqa", "TruthfulQA"},
                                               {"winogrande", "WinoGrande"},
                                               {"gpqa", "GPQA"},
                                               {"ifeval", "IFEval"},
                                               {"mt-bench", "MT-Bench"},
                                               {"alpacaeval", "AlpacaEval"},
                                               {"arena-hard", "Arena-Hard"},
                                               {"livecodebench", "LiveCodeBench"},
                                               {"swe-bench verified", "SWE-bench Verified"},
                                               {"swe-bench", "SWE-bench"},
                                               {"aime 2024", "AIME 2024"},
                                               {"aime 2025", "AIME 2025"},
                                               {"aime", "AIME"},
                                               {"bbh", "BBH"},
                                               {"docvqa", "DocVQA"},
                                               {"textvqa", "TextVQA"},
                                               {"vqav2", "VQAv2"},
                                               {"mathvista", "MathVista"},
                                               {"mmbench", "MMBench"},
                                               {"mmstar", "MMStar"},
                                               {"chartqa", "ChartQA"},
                                               {"ai2d", "AI2D"},
                                               {"video-mme", "Video-MME"},
                                               {"mlvu", "MLVU"},
                                               {"mvbench", "MVBench"},
                                               {"drop", "DROP"},
                                               {"c-eval", "C-Eval"},
                                               {"cmmlu", "CMMLU"},
                                               {"codeforces", "Codeforces"},
                                               {"simpleqa", "SimpleQA"},
                                               {"bfcl", "BFCL"},
                                               {"tau-bench", "TAU-bench"},
                                               {"ruler", "RULER"},
                                               {"mteb", "MTEB"},
                                               {"wmt24", "WMT24"},
                                               {"wer", "WER"},
                                               {"cinepile", "CinePile"},
                                               {"ds-1000", "DS-1000"},
                                               {"multipl-e", "MultiPL-E"},
                                               {"sea-helm", "SEA-HELM"},
                                               {"imagenet", "ImageNet"},
                                               {"geneval", "GenEval"},
                                               {"humanevalpack", "HumanEvalPack"},
                                               {"healthbench", "HealthBench"},
                                               {"terminal-bench", "Terminal-Bench"}};
  return kWords;
}

const std::vector<Spelling>& ProductSpellings() {
  static const std::vector<Spelling> kWords = {{"gpt-4", "GPT-4"},
                                               {"gpt-4o", "GPT-4o"},
                                               {"gpt-4.1", "GPT-4.1"},
                                               {"gpt-4v", "GPT-4V"},
                                               {"gpt-3.5", "GPT-3.5"},
                                               {"gpt-3", "GPT-3"},
                                               {"gpt-5", "GPT-5"},
                                               {"gpt-2", "GPT-2"},
                                               {"gpt-oss", "gpt-oss"},
                                               {"chatgpt", "ChatGPT"},
                                               {"openai o1", "OpenAI o1"},
                                               {"openai-o1-mini", "OpenAI o1-mini"},
                                               {"openai-o1", "OpenAI o1"},
                                               {"o1-preview", "o1-preview"},
                                               {"o1-mini", "o1-mini"},
                                               {"o3-mini", "o3-mini"},
                                               {"claude", "Claude"},
                                               {"gemini", "Gemini"},
                                               {"gemma", "Gemma"},
                                               {"paligemma", "PaliGemma"},
                                               {"llama", "Llama"},
                                               {"codellama", "CodeLlama"},
                                               {"code llama", "CodeLlama"},
                                               {"llava", "LLaVA"},
                                               {"mistral", "Mistral"},
                                               {"mixtral", "Mixtral"},
                                               {"codestral", "Codestral"},
                                               {"pixtral", "Pixtral"},
                                               {"qwen", "Qwen"},
                                               {"qwq", "QwQ"},
                                               {"qwen2vl", "Qwen2-VL"},
                                               {"deepseek", "DeepSeek"},
                                               {"phi", "Phi"},
                                               {"falcon", "Falcon"},
                                               {"grok", "Grok"},
                                               {"kimi", "Kimi"},
                                               {"glm", "GLM"},
                                               {"chatglm", "ChatGLM"},
                                               {"minimax", "MiniMax"},
                                               {"minicpm", "MiniCPM"},
                                               {"internvl", "InternVL"},
                                               {"internlm", "InternLM"},
                                               {"moondream", "Moondream"},
                                               {"moondream2", "Moondream"},
                                               {"idefics", "Idefics"},
                                               {"smolvlm", "SmolVLM"},
                                               {"smollm", "SmolLM"},
                                               {"starcoder", "StarCoder"},
                                               {"bloom", "BLOOM"},
                                               {"opt", "OPT"},
                                               {"mpt", "MPT"},
                                               {"redpajama", "RedPajama"},
                                               {"zephyr", "Zephyr"},
                                               {"vicuna", "Vicuna"},
                                               {"alpaca", "Alpaca"},
                                               {"wizardlm", "WizardLM"},
                                               {"command r", "Command R"},
                                               {"granite", "Granite"},
                                               {"olmo", "OLMo"},
                                               {"nemotron", "Nemotron"},
                                               {"whisper", "Whisper"},
                                               {"stable diffusion", "Stable Diffusion"},
                                               {"sdxl", "SDXL"},
                                               {"midjourney", "Midjourney"},
                                               {"dall-e", "DALL-E"},
                                               {"flux", "FLUX"},
                                               {"sora", "Sora"},
                                               {"github copilot", "GitHub Copilot"},
                                               {"copilot", "GitHub Copilot"},
                                               {"cursor", "Cursor"},
                                               {"siglip", "SigLIP"},
                                               {"clip", "CLIP"},
                                               {"bert", "BERT"},
                                               {"t5", "T5"},
                                               {"stablelm", "StableLM"},
                                               {"tinyllama", "TinyLlama"},
                                               {"yi", "Yi"},
                                               {"nova", "Nova"},
                                               {"codegen", "CodeGen"},
                                               {"codegeex", "CodeGeeX"},
                                               {"still-2", "STILL-2"},
                                               {"flamingo", "Flamingo"}};
  return kWords;
}

WordFinder::WordFinder(const std::vector<Spelling>& words) : words_(words) {
  std::vector<std::string> literals;
  for (const Spelling& word : words_) literals.emplace_back(word.word);
  literals_ = AddLiterals(literals);
}

std::vector<Spelling> WordFinder::In(std::string_view lower) const {
  std::vector<Spelling> found;
  const LiteralIndex* index = LiteralIndex::Of(lower);
  if (index == nullptr || !index->Knows(literals_)) {
    std::copy_if(words_.begin(), words_.end(), std::back_inserter(found),
                 [lower](const Spelling& word) { return Contains(lower, word.word); });
    return found;
  }
  std::vector<uint32_t> at;
  for (const LiteralHit& hit : index->In(literals_, lower)) at.push_back(hit.literal);
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  for (uint32_t i : at) found.push_back(words_[i]);
  return found;
}

bool IsWholeWord(std::string_view lower, size_t at, size_t size) {
  const auto part = [&](size_t i) {
    return IsAlnum(lower[i]) || static_cast<unsigned char>(lower[i]) == 0xC3;
  };
  if (at > 0 && part(at - 1)) return false;
  return at + size >= lower.size() || !part(at + size);
}

size_t FindProduct(std::string_view lower, std::string_view product, size_t from) {
  for (size_t at = from; (at = lower.find(product, at)) != lower.npos; ++at) {
    const size_t end = at + product.size();
    if ((at == 0 || !IsAlnum(lower[at - 1])) && (end == lower.size() || !IsAlpha(lower[end]))) return at;
  }
  return lower.npos;
}

// As lower.find(); memmem is the faster the longer the text is.
static size_t FindText(std::string_view lower, std::string_view word, size_t from) {
  if (lower.size() < kLongText || from > lower.size()) return lower.find(word, from);
  const void* found = memmem(lower.data() + from, lower.size() - from, word.data(), word.size());
  return found == nullptr ? lower.npos : static_cast<size_t>(static_cast<const char*>(found) - lower.data());
}

size_t FindWord(std::string_view lower, std::string_view word, size_t from) {
  for (size_t at = from; (at = FindText(lower, word, at)) != lower.npos; ++at) {
    if (IsWholeWord(lower, at, word.size())) return at;
  }
  return lower.npos;
}

}  // namespace seaworthy
