// The outside of a server, hostile: a host with a feed and a provider of models, both on loopback.
import http from 'node:http';

/** Text as HTML shows it. */
export const asHtml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

// Of each persona one beat, so that beats are on the pages too.
const BEATS = { dx: 'primitive', competitor: 'category', futurist: 'thesis', business: 'buyer' };

// A model's answers are words: markup in them is refused. These pass.
const WORDS = [
  '" autofocus onfocus="xss()" tabindex="0" x="',
  "' autofocus onfocus='xss()' tabindex='0' x='",
  '\uFE64script\uFE65xss()\uFE64/script\uFE65',
  '< img src=x onerror="xss()">',
  ']]> --> */ xss() //',
];

/** An announcement whose every field holds the text. */
export function hostilePage(name, text) {
  const shown = asHtml(text);
  const rows = ['Vendor', 'License', 'Category', 'Platforms', 'Tagline', 'Description', 'Formats']
    .map((label) => `<tr><td>${label}</td><td>${shown}</td></tr>`).join('');
  return `<!doctype html><html><head><title>Introducing ${name} ${shown}</title><meta name="description" content="${shown}"></head><body>
<h1>Introducing ${name} ${shown}</h1><!-- ${text.replaceAll('--', '')} -->
<p>Today we release ${name}, a command-line tool that joins large CSV files. ${shown}</p>
<p>Tagline: ${shown}</p><p>Description: ${shown} is what it does</p>
<table>${rows}<tr><td>Price</td><td>$20 per month</td></tr></table>
<p style="display:none">${shown}</p><img alt="${shown}" src="x.png"><a href="${shown}" title="${shown}">documentation</a>
<pre><code class="language-${shown}">pip install ${name} ${shown}</code></pre>
<h2>Limitations</h2><p>It cannot ${shown} read Parquet files.</p></body></html>`;
}

function feedOf(entries, origin) {
  const items = entries.map(({ name, text }, at) => `<item><guid isPermaLink="false">${asHtml(text)} ${at}</guid>
<title>Introducing ${name} ${asHtml(asHtml(text))}</title><link>${origin}/${at}?${asHtml(encodeURI(text))}</link>
<content:encoded>${asHtml(hostilePage(name, text))}</content:encoded></item>`);
  return `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>${asHtml(asHtml(entries[0].text))}</title>${items.join('\n')}</channel></rss>`;
}

/** What a model says as a persona: every text of WORDS in every field. */
function verdictOf(persona, words) {
  const joined = words.join(' and ');
  const sentence = `It joins files and says ${joined} of itself.`;
  const due = `By then it says ${words[0]} no more.`;
  const prediction = { text: due, kind: 'prediction', due_date: '2027-12-31', probability: 0.4, decided_by: joined };
  return {
    vote: 'ship', confidence: 0.7, quote: `${sentence} ${due}`, beats: [{ id: BEATS[persona], text: sentence }],
    claims: [{ text: sentence, kind: 'judgment', evidence: [{ quote: words[0], field: null }] }, prediction],
    competitors: words, flip: joined,
  };
}

/**
 * Chat Completions under `/PERSONA/v1`; under `/bad-PERSONA/v1` answers hold `markup`, which has to be refused. Model
 * and fingerprint name themselves with a text too.
 */
function chat(path, markup) {
  const [, who] = /^\/(?:bad-)?(\w+)\//.exec(path);
  const words = path.startsWith('/bad-') ? [markup] : WORDS;
  const message = { role: 'assistant', content: JSON.stringify(verdictOf(who, words)) };
  return {
    id: markup, object: 'chat.completion', created: 1_790_000_000, model: markup, system_fingerprint: markup,
    choices: [{ index: 0, finish_reason: 'stop', message, logprobs: null }],
    usage: { prompt_tokens: 900, completion_tokens: 60, total_tokens: 960 },
  };
}

/** Under `/err-PERSONA/v1` the provider refuses for good, in words that the status page repeats. */
function answerTo(url, { feed, markup }) {
  if (url === '/feed.xml') return { status: 200, type: 'application/rss+xml', body: feed() };
  const type = 'application/json';
  const error = { message: markup, type: markup, code: markup, param: markup };
  if (url.startsWith('/err-')) return { status: 400, type, body: JSON.stringify({ error }) };
  if (url.endsWith('/chat/completions')) return { status: 200, type, body: JSON.stringify(chat(url, markup)) };
  return { status: 404, type, body: '{}' };
}

export class HostileWorld {
  /** @param {{entries: {name: string, text: string}[], markup: string}} what the feed's entries; what a model may not say */
  static async open({ entries, markup }) {
    const world = new HostileWorld();
    world.server = http.createServer((request, response) => {
      request.resume().on('end', () => {
        const { status, type, body } = answerTo(request.url, { feed: () => feedOf(entries, world.origin), markup });
        response.writeHead(status, { 'Content-Type': type }).end(body);
      });
    });
    await new Promise((done) => world.server.listen(0, '127.0.0.1', done));
    world.port = world.server.address().port;
    world.origin = `http://127.0.0.1:${world.port}`;
    return world;
  }

  /** The configuration of a server that reads and asks nobody else. */
  config() {
    const endpoint = (name) => `[endpoints.${name}]\nurl = "openai:${this.origin}/${name}/v1"\nmodel = "m"\n`;
    const personas = Object.keys(BEATS);
    return `allowed_private_hosts = ["127.0.0.1:${this.port}"]\nwatch_host_seconds = 1\nwatch_first_entries = 200\n` +
      'max_pairs_per_tool = 0\n' +
      personas.map(endpoint).join('') + endpoint('bad-dx') + endpoint('err-competitor') +
      '[panel]\ndx = ["bad-dx", "dx"]\ncompetitor = ["err-competitor", "competitor"]\n' +
      personas.slice(2).map((name) => `${name} = ["${name}"]\n`).join('');
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
