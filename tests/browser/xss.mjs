// 500 hostile texts through every way in: none runs, whatever the browser would let it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';

import { openBrowser } from './support/browser.mjs';
import { payloads } from './support/payloads.mjs';
import { ROOT } from './support/server.mjs';

const DEMO = process.env.SEAWORTHY_DEMO ?? path.join(ROOT, 'build/release/services/publisher/testing/publisher_demo');
const TEXTS = payloads();
const FRAMES = 6;
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

let folder;
let demo;
let base;
let deskLink;
let browser;

before(async () => {
  assert.equal(TEXTS.length, 500);
  folder = await mkdtemp(path.join(os.tmpdir(), 'seaworthy-xss-'));
  await writeFile(path.join(folder, 'payloads.json'), JSON.stringify(TEXTS));
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
const pairs = () => TEXTS.map((_, at) => at).filter((at) => at % 2 === 0);
const tool = (at) => `p${String(at).padStart(3, '0')}`;

/** A context where scripts of any origin may run, and whatever runs is counted. */
async function openOpenContext() {
  const context = await browser.newContext({ bypassCSP: true });
  const ran = [];
  await context.exposeFunction('report', (what) => { ran.push(what); });
  await context.addInitScript(() => {
    const run = () => { (globalThis.report ?? parent.report)(document.title || location.href); };
    globalThis.xss = run;
    globalThis.alert = run;
    addEventListener('DOMContentLoaded', () => {
      // What waits for a reader's hand.
      document.querySelectorAll('[data-click]').forEach((element) => element.click());
      document.querySelectorAll('[onmouseover],[onfocus]').forEach((element) => {
        element.dispatchEvent(new Event('mouseover'));
        element.dispatchEvent(new Event('focus'));
      });
    });
  });
  return { context, ran };
}

/**
 * Loads pages into frames as a browser would parse them, several at once, and returns what is wrong with their markup.
 * Each is [label, address] or [label, address, form].
 */
async function loadAll(page, requests) {
  return page.evaluate(async ({ requests: all, frames, form }) => {
    const wrong = [];
    const check = (label, document) => {
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          const address = ['href', 'src', 'action', 'formaction', 'data', 'srcdoc'].includes(name) &&
            /^[\s\u0000-\u001f]*(javascript|data|vbscript):/i.test(value.replace(/[\t\n\r]/g, ''));
          if (name.startsWith('on') || address) wrong.push(`${label}: ${element.outerHTML.slice(0, 200)}`);
        }
        const script = element.localName === 'script' && element.type !== 'application/ld+json' &&
          !element.getAttribute('src')?.startsWith('/assets/');
        const preview = element.matches('iframe[sandbox="allow-same-origin"][src^="/desk/preview/"]');
        if (preview) element.remove();
        if (script || (!preview && ['iframe', 'object', 'embed', 'base', 'marquee'].includes(element.localName))) {
          wrong.push(`${label}: ${element.outerHTML.slice(0, 200)}`);
        }
      }
    };
    const show = async ([label, address, body]) => {
      const answer = await fetch(address, body === undefined ? {} : { method: 'POST', headers: form, body });
      const frame = document.createElement('iframe');
      const type = answer.headers.get('Content-Type') ?? '';
      const text = await answer.text();
      if (type.includes('html')) {
        frame.srcdoc = text;
      } else {
        frame.src = URL.createObjectURL(new Blob([text], { type: type.includes('xml') ? 'application/xml' : type }));
      }
      await new Promise((done) => { frame.onload = done; document.body.append(frame); });
      if (type.includes('html')) check(label, frame.contentDocument);
      frame.remove();
    };
    const queue = [...all];
    await Promise.all(Array.from({ length: frames }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await show(next);
    }));
    return wrong;
  }, { requests, frames: FRAMES, form: FORM });
}

/** Every `step`th text, with its number. */
const some = (step) => TEXTS.map((text, at) => [text, at]).filter(([, at]) => at % step === 0);

/** Pages anybody can ask for, with every text in them or in the asking. */
function publicRequests() {
  const asked = encodeURIComponent;
  const requests = ['/', '/comparisons', '/categories', '/corrections', '/predictions', '/predictions/resolved',
    '/personas/dx', '/method', '/llms.txt', '/feeds/atom.xml', '/feeds/rss.xml', '/feeds/feed.json',
    '/sitemaps/comparisons-1.xml'].map((address) => [address, address]);
  for (const at of pairs()) requests.push([`comparison ${at}`, `/compare/${pair(at)}`]);
  for (const [text, at] of some(1)) {
    requests.push([`search ${at}`, `/search?q=${asked(text)}`]);
    requests.push([`error page ${at}`, `/${asked(text)}`]);
  }
  for (const [text, at] of some(5)) {
    requests.push([`tool ${at}`, `/tools/${tool(at)}`]);
    requests.push([`mail address ${at}`, '/subscribe', `address=${asked(text)}&email=${asked(text)}&mail=${asked(text)}`]);
  }
  // As many as a network may send in a minute.
  for (const [text, at] of some(25)) requests.push([`vote ${at}`, '/vote', `tool=${asked(text)}&vote=ship&back=${asked(text)}`]);
  return requests;
}

function deskRequests() {
  const requests = ['/desk', '/desk/published', '/desk/announcements', '/desk/quarantine', '/desk/tools', '/desk/predictions',
    '/desk/corrections', '/desk/status', '/desk/panel'].map((address) => [address, address]);
  for (const at of pairs().filter((number) => number % 4 === 0)) {
    requests.push([`desk ${at}`, `/desk/comparisons/${pair(at)}`]);
    requests.push([`announcement ${at}`, `/desk/announcements/ann-${tool(at)}`]);
  }
  return requests;
}

test('no text runs on a public page, the policy switched off', async () => {
  const { context, ran } = await openOpenContext();
  const page = await context.newPage();
  await page.goto(`${base}/method`);
  assert.deepEqual(await loadAll(page, publicRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

test('no text runs at the desk, the policy switched off', async () => {
  const { context, ran } = await openOpenContext();
  const page = await context.newPage();
  await page.goto(deskLink);
  await Promise.all([page.waitForURL(/\/desk$/), page.locator('main button').first().click()]);
  assert.deepEqual(await loadAll(page, deskRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

/** A page as it would be if nothing were escaped. */
function unescaped(html) {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&').replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
}

/**
 * Opens comparisons with nothing escaped, the policy of their own answers kept (but for what forbids frames); the
 * numbers of those where something ran.
 */
async function openUnescaped(options, numbers) {
  const context = await browser.newContext(options);
  await context.addInitScript(() => {
    globalThis.xss = () => { globalThis.top.hits?.add(globalThis.name); };
    addEventListener('DOMContentLoaded', () => {
      document.querySelectorAll('[data-click]').forEach((element) => element.click());
    });
  });
  await context.route('**/compare/**', async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    delete headers['x-frame-options'];
    delete headers['content-encoding'];
    headers['content-security-policy'] = headers['content-security-policy'].replace(/;\s*frame-ancestors [^;]*/, '');
    await route.fulfill({ response, headers, body: unescaped(await response.text()) });
  });
  const page = await context.newPage();
  await page.goto(`${base}/method`);
  const hits = await page.evaluate(async ({ queue, frames }) => {
    globalThis.hits = new Set();
    const show = ([at, address]) => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.name = String(at);
      // What runs late, as animations do, still has a moment; what never ends loading is left.
      const end = setTimeout(done, 5000);
      frame.onload = () => { clearTimeout(end); setTimeout(done, 50); };
      frame.src = address;
      document.body.append(frame);
    }).then(() => document.querySelector(`iframe[name="${at}"]`).remove());
    await Promise.all(Array.from({ length: frames }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await show(next);
    }));
    return [...globalThis.hits];
  }, { queue: numbers.map((at) => [at, `/compare/${pair(at)}`]), frames: FRAMES });
  await context.close();
  return hits;
}

test('with nothing escaped the policy stops them all, and without it most of them run', async () => {
  assert.deepEqual(await openUnescaped({}, pairs()), []);
  const tried = pairs().filter((at) => at % 10 === 0);
  const hits = await openUnescaped({ bypassCSP: true }, tried);
  assert.ok(hits.length > 0.6 * tried.length, `only ${hits.length} of ${tried.length} pages ran anything`);
});
