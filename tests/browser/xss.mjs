// 500 hostile texts through every way in: none runs, whatever the browser would let it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';

import { openBrowser } from './support/browser.mjs';
import { loadAll, openOpenContext, unescaped } from './support/hostile.mjs';
import { joined, payloads } from './support/payloads.mjs';
import { ROOT } from './support/server.mjs';

const DEMO = process.env.SEAWORTHY_DEMO ?? path.join(ROOT, 'build/release/services/publisher/testing/publisher_demo');
const TEXTS = payloads();
// Several to a tool: a page less for each. One more or less, so that tools pair up.
const GROUPS = joined(TEXTS, 4);
if (GROUPS.length % 2 === 1) GROUPS.push(TEXTS[0]);
const FRAMES = 6;

let folder;
let demo;
let base;
let deskLink;
let browser;

before(async () => {
  assert.equal(TEXTS.length, 500);
  folder = await mkdtemp(path.join(os.tmpdir(), 'seaworthy-xss-'));
  await writeFile(path.join(folder, 'payloads.json'), JSON.stringify(GROUPS));
  demo = spawn(DEMO, ['0', 'hostile', path.join(folder, 'payloads.json')], { cwd: ROOT, stdio: ['pipe', 'pipe', 'ignore'] });
  demo.on('error', (error) => { throw new Error(`${DEMO}: ${error.message}; build publisher_demo`); });
  const lines = readline.createInterface({ input: demo.stdout });
  [deskLink] = await new Promise((done) => lines.once('line', (line) => done([line])));
  base = new URL(deskLink).origin;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  demo?.stdin.end();
  await rm(folder, { recursive: true, force: true });
});

const pair = (at) => `p${String(at).padStart(3, '0')}-vs-p${String(at + 1).padStart(3, '0')}`;
const pairs = () => GROUPS.map((_, at) => at).filter((at) => at % 2 === 0);
const tool = (at) => `p${String(at).padStart(3, '0')}`;

/** Every `step`th of some texts, with its number. */
const some = (step, texts = GROUPS) => texts.map((text, at) => [text, at]).filter(([, at]) => at % step === 0);

/** Pages anybody can ask for, with every text in them or in the asking. */
function publicRequests() {
  const asked = encodeURIComponent;
  const requests = ['/', '/comparisons', '/categories', '/corrections', '/predictions', '/predictions/resolved',
    '/personas/dx', '/method', '/llms.txt', '/feeds/atom.xml', '/feeds/rss.xml', '/feeds/feed.json',
    '/sitemaps/comparisons-1.xml'].map((address) => [address, address]);
  for (const at of pairs()) requests.push([`comparison ${at}`, `/compare/${pair(at)}`]);
  // A search takes 200 bytes.
  for (const [text, at] of some(1, joined(TEXTS, 10, 200))) requests.push([`search ${at}`, `/search?q=${asked(text)}`]);
  for (const [text, at] of some(1, joined(TEXTS, 10))) requests.push([`error page ${at}`, `/${asked(text)}`]);
  for (const [text, at] of some(5)) {
    requests.push([`tool ${at}`, `/tools/${tool(at)}`]);
    requests.push([`mail address ${at}`, '/subscribe', `address=${asked(text)}&email=${asked(text)}&mail=${asked(text)}`]);
  }
  // As many as a network may send in a minute.
  for (const [text, at] of some(10)) requests.push([`vote ${at}`, '/vote', `tool=${asked(text)}&vote=ship&back=${asked(text)}`]);
  return requests;
}

function deskRequests() {
  const requests = ['/desk', '/desk/published', '/desk/announcements', '/desk/quarantine', '/desk/tools', '/desk/predictions',
    '/desk/corrections', '/desk/status', '/desk/panel'].map((address) => [address, address]);
  for (const at of pairs()) {
    requests.push([`desk ${at}`, `/desk/comparisons/${pair(at)}`]);
    if (at % 4 === 0) requests.push([`announcement ${at}`, `/desk/announcements/ann-${tool(at)}`]);
  }
  return requests;
}

test('no text runs on a public page, the policy switched off', async () => {
  const { context, ran } = await openOpenContext(browser);
  const page = await context.newPage();
  await page.goto(`${base}/method`);
  assert.deepEqual(await loadAll(page, publicRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

test('no text runs at the desk, the policy switched off', async () => {
  const { context, ran } = await openOpenContext(browser);
  const page = await context.newPage();
  await page.goto(deskLink);
  await Promise.all([page.waitForURL(/\/desk$/), page.locator('main button').first().click()]);
  assert.deepEqual(await loadAll(page, deskRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

// Of a page: its head, its first fields, names and quotes among them. Each violation of the policy costs the browser
// dearly, and a text stands some sixty times on a page.
const UNESCAPED = 24_000;

/**
 * Serves the comparisons with nothing escaped, the policy of their own answers kept (but for what forbids frames), and a
 * page without a policy to show them in. All else the texts ask for is not there.
 */
async function serveUnescaped() {
  const server = http.createServer(async (request, response) => {
    const comparison = /^\/compare\/p\d/.test(request.url);
    if (!comparison && request.url !== '/') return response.writeHead(404).end();
    const answer = comparison && await fetch(base + request.url);
    const policy = comparison ? answer.headers.get('content-security-policy').replace(/;\s*frame-ancestors [^;]*/, '') : '';
    const html = (text) => unescaped(text.slice(0, UNESCAPED)) + text.slice(UNESCAPED);
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...(policy ? { 'Content-Security-Policy': policy } : {}) });
    return response.end(comparison ? html(await answer.text()) : '<!doctype html><title>frames</title>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/** Opens comparisons with nothing escaped: the numbers of those that hold markup of a text, and where something ran. */
async function openUnescaped(options, numbers) {
  const server = await serveUnescaped();
  const context = await browser.newContext(options);
  await context.addInitScript(() => {
    globalThis.xss = () => { globalThis.top.hits?.add(globalThis.name); };
    addEventListener('DOMContentLoaded', () => {
      document.querySelectorAll('[data-click]').forEach((element) => element.click());
    });
  });
  const page = await context.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  const found = await page.evaluate(async ({ queue, frames }) => {
    globalThis.hits = new Set();
    const markup = new Set();
    const show = ([at, address]) => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.name = String(at);
      // What runs late, as animations do, still has a moment; what never ends loading is left.
      const end = setTimeout(done, 5000);
      frame.onload = () => { clearTimeout(end); setTimeout(done, 50); };
      frame.src = address;
      document.body.append(frame);
    }).then(() => {
      const frame = document.querySelector(`iframe[name="${at}"]`);
      if (/ on\w+=|<script>/.test(frame.contentDocument?.body?.innerHTML ?? '')) markup.add(String(at));
      frame.remove();
    });
    await Promise.all(Array.from({ length: frames }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await show(next);
    }));
    return { markup: markup.size, ran: [...globalThis.hits] };
  }, { queue: numbers.map((at) => [at, `/compare/${pair(at)}`]), frames: FRAMES });
  await context.close();
  server.closeAllConnections();
  server.close();
  return found;
}

test('with nothing escaped the policy stops them all, and without it they run', async () => {
  const all = await openUnescaped({}, pairs());
  assert.deepEqual(all.ran, []);
  // Those of a single text may be no markup: addresses, templates.
  const elements = pairs().filter((at) => GROUPS[at].includes(' ') && /<\w/.test(GROUPS[at]) && GROUPS[at] !== TEXTS[at]);
  assert.ok(all.markup >= elements.length, `only ${all.markup} of ${elements.length} pages held markup`);
  const { ran } = await openUnescaped({ bypassCSP: true }, elements.filter((_, at) => at % 3 === 0));
  assert.ok(ran.length > 0.8 * elements.length / 3, `only ${ran.length} of ${elements.length / 3} pages ran anything`);
});
