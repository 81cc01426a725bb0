// One hostile text of each kind through the real program's ways in, looked at in Chromium with the policy off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './support/browser.mjs';
import { Editor } from './support/editor.mjs';
import { loadAll, openOpenContext, unescaped } from './support/hostile.mjs';
import { HostileWorld, hostilePage } from './support/hostile_world.mjs';
import { kinds } from './support/payloads.mjs';
import { Server } from './support/server.mjs';
import { waitUntil } from './support/waiting.mjs';

const TEXTS = kinds();
const MARKUP = '<script>xss()</script>';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

let world;
let server;
let browser;
let tools;
const pairs = [];

/** A text without characters that fields of one line refuse. */
const plain = (text) => text.replace(/[\u0000-\u001f\u202e]/g, ' ').trim();

/** A name of its own for each text: digits at its end would be a version. */
const nameOf = (kind, at) => `${kind}${String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26))}yx`;

/** Does something for all, a few at a time. */
async function each(list, work) {
  const queue = [...list.entries()];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0]);
  }));
}

async function listed(path, name) {
  const all = [];
  for (let cursor = ''; cursor !== null;) {
    const { body } = await server.api('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200&cursor=${encodeURIComponent(cursor)}`);
    all.push(...body[name]);
    cursor = body.next_cursor;
  }
  return all;
}

const verdictsOf = async (id) => (await server.api('GET', `/comparisons/${id}`)).body.tools.flatMap((tool) => tool.verdicts);

/** Announcements over the API, and a feed: each text once by either way. */
async function announceAll() {
  const source = { action: 'put', source_id: 'acme', url: `${world.origin}/feed.xml`, kind: 'feed', tier: 'vendor', title: MARKUP };
  assert.equal((await server.api('POST', '/sources', source)).status, 200);
  await each(TEXTS, (text, at) => server.announce(hostilePage(nameOf('Kestrel', at), text), 'text/html',
    `https://v.example/?${encodeURIComponent(text)}`));
  // Refused, with its words in the reason and the page.
  await each(TEXTS, (text) => server.announce(`Minutes of a meeting. ${text}\n`, 'text/plain', 'https://v.example/minutes'));
  await waitUntil('the feed is read', async () => (await server.api('GET', '/sources')).body.sources[0].announcements === TEXTS.length);
  await server.settle();
  tools = (await listed('/tools', 'tools')).map((tool) => tool.id);
}

const toolOf = (kind, at) => tools.find((id) => id === nameOf(kind, at).toLowerCase() || id.startsWith(`${nameOf(kind, at).toLowerCase()}-`));

/** Edits a quote to hold the text, and accepts every mark with it as the reason. */
async function amendAll(id, text) {
  const [first] = await verdictsOf(id);
  const edit = { verdict_id: first.id, kind: 'edit', quote_hash: first.quote_hash, quote: `It says ${plain(text)} here.` };
  assert.equal((await server.api('POST', '/amendments', edit)).status, 200, id);
  for (const verdict of await verdictsOf(id)) {
    for (const mark of verdict.marks.filter((one) => one.support !== 'supported' && !one.accepted_by)) {
      const accept = { verdict_id: verdict.id, kind: 'accept', quote_hash: verdict.quote_hash, begin: mark.begin, end: mark.end, reason: plain(text) };
      const { status, body } = await server.api('POST', '/amendments', accept);
      assert.equal(status, 200, JSON.stringify(body));
    }
  }
}

/** The pairs of what came by either way, edited, and approved. */
async function publishAll() {
  await each(TEXTS, async (text, at) => {
    const { status, body } = await server.api('POST', '/comparisons', { tools: [toolOf('Kestrel', at), toolOf('Plover', at)] });
    assert.equal(status, 202, `${at}: ${JSON.stringify(body)}`);
    pairs[at] = body.id;
  });
  await server.settle();
  await each(pairs, (id, at) => amendAll(id, TEXTS[at]));
  await each(pairs, async (id) => assert.equal(await server.approve(id), 200, id));
}

/** What is refused for good carries the text as its reason. */
async function rejectAll() {
  await each(TEXTS.slice(0, -1), async (text, at) => {
    const { body } = await server.api('POST', '/comparisons', { tools: [toolOf('Kestrel', at), toolOf('Kestrel', at + 1)] });
    const draft = await waitUntil('it is drafted', async () => (await server.api('GET', `/comparisons/${body.id}`)).body?.content_hash &&
      (await server.api('GET', `/comparisons/${body.id}`)).body);
    const decision = { decision: 'reject', content_hash: draft.content_hash, reason: plain(text) };
    assert.equal((await server.api('POST', `/comparisons/${body.id}/decisions`, decision)).status, 200);
  });
}

/** Sends forms as the desk's own pages would; what was refused. */
async function post(page, forms) {
  return page.evaluate(async ({ all, headers }) => {
    const csrf = document.querySelector('input[name="csrf"]').value;
    return Promise.all(all.map(async ([address, form]) => {
      const body = new URLSearchParams({ csrf, request_id: crypto.randomUUID().replaceAll('-', ''), ...form });
      const answer = await fetch(address, { method: 'POST', headers, body, redirect: 'manual' });
      return answer.type === 'opaqueredirect' ? '' : `${address} ${form.reason ?? form.note}: ${await answer.text()}`;
    }));
  }, { all: forms, headers: FORM });
}

/** Corrections in public, words of editors on facts, predictions that came out, embargoes: with the text in every field. */
async function correctAll() {
  const editor = await Editor.open(browser, server);
  const forms = [];
  const embargoes = [];
  const predictions = await listed('/predictions', 'predictions');
  TEXTS.map(plain).forEach((text, at) => {
    const tool = toolOf('Kestrel', at);
    forms.push(['/desk/corrections', { tool_id: tool, field: 'license', values: `${text} corrected`, note: text }]);
    forms.push([`/desk/tools/${toolOf('Plover', at)}/corrections`, { action: 'correct', field: 'limitation', values: `${text} corrected`, reason: text }]);
    embargoes.push([`/desk/comparisons/${pairs[at]}/embargo`, { tool_id: tool, when: '2027-01-31T09:00', zone: 'UTC', reason: text, action: 'set' }]);
    const resolved = { prediction_id: predictions[at].id, outcome: 'did-not', source_url: `https://x.example/?${encodeURIComponent(text)}`, note: text };
    forms.push(['/desk/predictions', resolved]);
  });
  await editor.goto(`/desk/comparisons/${pairs[0]}`);
  for (const several of [forms, embargoes]) {
    assert.deepEqual((await post(editor.page, several)).filter((answer) => answer !== ''), []);
  }
  await server.settle();
  await editor.context.close();
}

before(async () => {
  world = await HostileWorld.open({ entries: TEXTS.map((text, at) => ({ name: nameOf('Plover', at), text })), markup: MARKUP });
  [server, browser] = await Promise.all([Server.start({ config: world.config() }), openBrowser()]);
  await announceAll();
  await publishAll();
  await rejectAll();
  await correctAll();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await world?.close();
});

/** A text as a page can show it: white space folded, what nobody sees left out. */
const visible = (text) => text.replace(/[\u0000-\u0008\u202e]/g, '').replace(/\s+/g, ' ');

function publicRequests() {
  const list = ['/', '/comparisons', '/categories', '/corrections', '/predictions', '/predictions/resolved', '/method',
    '/personas/dx', '/personas/futurist', '/llms.txt', '/feeds/atom.xml', '/feeds/rss.xml', '/feeds/feed.json',
    '/sitemaps/comparisons-1.xml', '/editions'].map((address) => [address, address]);
  TEXTS.forEach((text, at) => {
    list.push([`comparison ${at}`, `/compare/${pairs[at]}`, undefined, visible(text)]);
    list.push([`tool ${at}`, `/tools/${toolOf('Kestrel', at)}`]);
    list.push([`search ${at}`, `/search?q=${encodeURIComponent(text)}`]);
    list.push([`error page ${at}`, `/${encodeURIComponent(text)}`]);
    list.push([`sign-in ${at}`, `/desk/sign-in?token=${encodeURIComponent(text)}`]);
  });
  // As many as a network may send in a minute.
  TEXTS.slice(0, 18).forEach((text, at) => list.push([`vote ${at}`, '/vote', `tool=${encodeURIComponent(text)}&vote=ship&back=${encodeURIComponent(text)}`]));
  return list;
}

async function deskRequests() {
  const list = ['/desk', '/desk?state=approved', '/desk?state=rejected', `/desk?q=${encodeURIComponent(MARKUP)}`, '/desk/published',
    '/desk/announcements', '/desk/tools', '/desk/identity', '/desk/sources', '/desk/sources/acme', '/desk/quarantine', '/desk/corrections',
    '/desk/corrections/new', '/desk/predictions', '/desk/predictions?show=open', '/desk/predictions?show=resolved', '/desk/panel',
    '/desk/dead-letters', '/desk/edition', '/desk/accounts', '/desk/account', '/desk/audit', '/desk/tokens',
  ].map((address) => [address, address]);
  list.push(['status', '/desk/status', undefined, MARKUP]);
  const refused = await listed('/announcements?state=rejected', 'announcements');
  const recorded = await listed('/announcements?state=recorded', 'announcements');
  assert.equal(refused.length, TEXTS.length);
  TEXTS.forEach((text, at) => {
    list.push([`desk ${at}`, `/desk/comparisons/${pairs[at]}`, undefined, visible(text)]);
    list.push([`preview ${at}`, `/desk/preview/${pairs[at]}`, undefined, visible(text)]);
    list.push([`desk tool ${at}`, `/desk/tools/${toolOf('Plover', at)}`, undefined, visible(text)]);
    list.push([`history ${at}`, `/desk/tools/${toolOf('Plover', at)}/history`]);
    list.push([`quarantine ${at}`, `/desk/quarantine/${refused[at].announcement_id}`]);
    list.push([`announcement ${at}`, `/desk/announcements/${recorded[at].announcement_id}`]);
  });
  return list;
}

test('what came in by announcement, feed, model and editor runs on no public page', async () => {
  const { context, ran } = await openOpenContext(browser);
  const page = await context.newPage();
  await page.goto(`${server.base}/method`);
  assert.deepEqual(await loadAll(page, publicRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

test('nor on any page of the desk', async () => {
  const { context, ran } = await openOpenContext(browser);
  const page = await context.newPage();
  await page.goto(await server.deskLink());
  await Promise.all([page.waitForURL(/\/desk$/), page.locator('main button').first().click()]);
  assert.deepEqual(await loadAll(page, await deskRequests()), []);
  assert.deepEqual(ran, []);
  await context.close();
});

test('a page that is not escaped would be noticed', async () => {
  const { context, ran } = await openOpenContext(browser);
  const page = await context.newPage();
  await page.route('**/unescaped', async (route) => {
    const body = unescaped(await (await fetch(`${server.base}/compare/${pairs[TEXTS.indexOf(MARKUP)]}`)).text());
    await route.fulfill({ contentType: 'text/html', body });
  });
  await page.goto(`${server.base}/method`);
  assert.notDeepEqual(await loadAll(page, [['unescaped', '/unescaped']]), []);
  assert.notDeepEqual(ran, []);
  await context.close();
});
