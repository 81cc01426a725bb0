// Announcements that nobody wrote, as many as asked for.

/** A model card; `more` is put under its first paragraph. */
export function modelCard(number, { name = `Kestrel ${number}`, license = 'apache-2.0', more = '', vendor = 'Tern Systems' } = {}) {
  return `---
license: ${license}
pipeline_tag: text-generation
---
# ${name} 8B

${vendor} releases ${name} 8B, an 8-billion-parameter language model for code review.
It reads up to 8192 tokens of context. Quantized GGUF weights are available on day one.
${more}
## Usage

\`\`\`bash
pip install kestrel-${number}
\`\`\`
`;
}
