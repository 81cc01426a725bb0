// A plain loop: eta.mjs TEMPLATE DATA OUT. One page a line of DATA.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { Eta } from 'eta';

const [template, data, out] = process.argv.slice(2);
const eta = new Eta({ autoEscape: true });
const render = eta.compile(readFileSync(template, 'utf8'));
for (const line of readFileSync(data, 'utf8').split('\n')) {
  if (!line) continue;
  const comparison = JSON.parse(line);
  mkdirSync(`${out}/compare/${comparison.id}`, { recursive: true });
  writeFileSync(`${out}/compare/${comparison.id}/index.html`, render.call(eta, comparison));
}
