// The desk's pages of what runs by itself: sources, quarantine, dead letters, predictions, panel, status.
import assert from 'node:assert/strict';
import { cp, rename, rm } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, shoot } from './support/browser.mjs';
import { modelCard } from './support/cards.mjs';
import { ANYBODY, Editor } from './support/editor.mjs';
import { Server } from './support/server.mjs';
import { waitUntil } from './support/waiting.mjs';

const ENTRY = `<item><guid isPermaLink="false">gull</guid><title>Gull 1.0</title><link>https://acme.example/gull</link>
<pubDate>Fri, 20 Nov 2026 09:14:00 +0000</pubDate><content:encoded><![CDATA[<p>Acme releases Gull, a command-line library
for joining large CSV files, under the Apache 2.0 license. Install it with <code>pip install gull</code>.</p>]]>
</content:encoded></item>`;

let server;
let browser;
let ops;
let feed;
let feedStatus = 500;

before(async () => {
  feed = http.createServer((request, response) => {
    const status = request.url === '/feed.xml' ? feedStatus : 404;
    response.writeHead(status, { 'Content-Type': 'application/rss+xml' });
    response.end(status === 200 ? `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Acme</title>${ENTRY}</channel></rss>` : '');
  });
  await new Promise((done) => { feed.listen(0, '127.0.0.1', done); });
  const config = `allowed_private_hosts = ["127.0.0.1:${feed.address().port}"]\nwatch_host_seconds = 1\n${ANYBODY}`;
  [server, browser] = await Promise.all([Server.start({ config }), openBrowser()]);
  await server.fill();
  ops = await Editor.open(browser, server, { name: 'olga' });
});

after(async () => {
  try {
    await ops?.close();
  } finally {
    await browser?.close();
    await server?.stop();
    feed?.close();
  }
});

test('a source in trouble says why, is read again by hand, paused, resumed and removed', async () => {
  await ops.goto('/desk/sources');
  assert.match(await ops.main(), /No sources yet/);
  const { page } = ops;
  await page.locator('form [name="url"]').first().fill(`http://127.0.0.1:${feed.address().port}/feed.xml`);
  await page.locator('form [name="title"]').first().fill('Acme');
  assert.equal(await ops.send(page.getByRole('button', { name: 'Add this source' })), 200, await ops.main());
  await waitUntil('the failure is shown', async () => {
    await ops.goto('/desk/sources?show=trouble');
    return /\(500\)/.test(await ops.main());
  });
  await shoot(page, 'desk-sources-trouble-1280');
  await ops.goto('/desk');
  assert.match(await ops.main(), /1 source in trouble/);
  feedStatus = 200;
  await ops.goto('/desk/sources');
  await ops.send(page.getByRole('button', { name: /^Read now/ }));
  await waitUntil('the entry is a tool', async () => {
    await ops.goto('/desk/tools');
    return /Gull/.test(await ops.main());
  });
  await ops.goto('/desk/sources');
  assert.match(await ops.main(), /1 in all/);
  await ops.send(page.getByRole('button', { name: /^Pause/ }));
  assert.match(await ops.main(), /paused/);
  await ops.send(page.getByRole('button', { name: /^Resume/ }));
  await ops.send(page.locator('tbody th a').first());
  assert.match(await ops.main(), /Newest announcements[\s\S]*gull/i);
  await ops.unfold('Remove it');
  await page.locator('input[name="sure"]').check();
  await ops.send(page.getByRole('button', { name: 'Remove this source' }));
  await ops.goto('/desk/sources');
  assert.match(await ops.main(), /No sources yet/);
});

test('what was refused is corrected in place and leads to what came of it', async () => {
  await server.announce('Minutes of the meeting. The next one is on <b>Thursday</b>.\n');
  await ops.goto('/desk/quarantine');
  await ops.send(ops.page.locator('.queue-row a').first());
  assert.match(await ops.main(), /Minutes of the meeting. The next one is on <b>Thursday<\/b>/);
  await ops.page.locator('#retry-document').fill(modelCard(5));
  await ops.send(ops.page.getByRole('button', { name: 'Try again' }));
  await server.settle();
  await ops.goto('/desk/quarantine?state=corrected');
  await ops.send(ops.page.locator('.queue-row a').first());
  assert.match(await ops.main(), /What came of it/);
  await ops.goto('/desk/tools/kestrel-5-8b');
});

test('an announcement is handed in and read', async () => {
  await ops.goto('/desk/announcements');
  await ops.page.locator('#document').fill(modelCard(6));
  await ops.send(ops.page.getByRole('button', { name: 'Hand in' }));
  await server.settle();
  await ops.goto('/desk/tools/kestrel-6-8b');
  assert.match(await ops.main(), /8B/);
});

test('a fact is corrected over the sources', async () => {
  await ops.goto('/desk/tools/kestrel-6-8b');
  const fact = ops.page.locator('.fact', { hasText: 'License' }).first();
  await fact.locator('details').first().evaluate((part) => { part.open = true; });
  await fact.locator('[name="values"]').fill('MIT');
  await fact.locator('[name="reason"]').fill('The repository says so.');
  await ops.send(fact.getByRole('button').first());
  assert.match(await ops.main(), new RegExp(`MIT[\\s\\S]*${ops.name}`));
});

test('a prediction is resolved with a source; calibration and the public page follow', async () => {
  for (const { id } of await server.comparisons('drafted')) await server.approve(id);
  await ops.goto('/desk/predictions');
  assert.match(await ops.main(), /Nothing is due/);
  await ops.goto('/desk/predictions?show=open');
  const row = ops.page.locator('.prediction').first();
  const words = (await row.locator('q').innerText()).replace(/[“”]/g, '');
  const form = await ops.unfold('Say how it came out', row);
  await form.locator('[name="source_url"]').fill('https://prices.example/list');
  await form.locator('[name="note"]').fill('A rival asks for less.');
  await ops.send(form.getByRole('button', { name: 'It came true' }));
  await ops.goto('/desk/predictions?show=resolved');
  assert.match(await ops.main(), new RegExp(`Came true: A rival asks for less[\\s\\S]*by ${ops.name}`));
  await ops.goto('/desk/panel');
  assert.match(await ops.main(), /1 of 1 came true/);
  await waitUntil('readers see it', async () =>
    (await (await fetch(`${server.base}/predictions/resolved`)).text()).includes('A rival asks for less.'));
  await ops.goto('/desk/predictions?show=resolved');
  assert.ok((await ops.main()).includes(words));
  await ops.send(ops.page.getByRole('button', { name: 'Open again' }));
  await ops.goto('/desk/panel');
  assert.doesNotMatch(await ops.main(), /1 of 1 came true/);
});

test('the status shows the pipeline, lanes, endpoints and cost; the panel how it votes', async () => {
  await ops.goto('/desk/status');
  const status = await ops.main();
  for (const words of [/Events waiting/, /In flight/, /To be tried again/, /Given up on/, /Cost today/, /no budget is set/,
    /Developer experience/, /offline/, /ingest/, /reviewer\.dx/]) assert.match(status, words);
  await ops.goto('/desk/panel');
  const panel = await ops.main();
  for (const words of [/dx\.md/, /Agreement/, /Likeness of words/, /by rules/]) assert.match(panel, words);
});

test('what was given up on is delivered again and done', async () => {
  const objects = path.join(server.folder, 'data/objects');
  // A page that is open asks for news.
  await ops.page.goto('about:blank');
  await server.stop({ keep: true });
  await cp(objects, `${objects}.old`, { recursive: true });
  await server.spawn();
  // Big ones first, so that something is unread when the process is killed.
  const big = `${modelCard(7)}\n${'Words that say nothing of note, over and over. '.repeat(38_000)}\n`;
  const handed = [...Array(6).keys()].map((n) => server.api('POST', '/announcements', `${big}${n}\n`, { 'Content-Type': 'text/markdown' }));
  const answers = await Promise.all(handed);
  server.process.kill('SIGKILL');
  await server.ended;
  assert.ok(answers.every(({ status }) => status === 202), JSON.stringify(answers[0]));
  await rename(objects, `${objects}.lost`);
  await rename(`${objects}.old`, objects);
  await server.spawn();
  await waitUntil('something is given up on', async () => {
    await ops.goto('/desk/dead-letters');
    return ops.page.locator('.queue-row').count();
  });
  assert.match(await ops.main(), /object .* after 5 attempts/s);
  await shoot(ops.page, 'desk-dead-letters-1280');
  await ops.goto('/desk');
  assert.match(await ops.main(), /given up on/);
  await ops.page.goto('about:blank');
  await server.stop({ keep: true });
  await rm(objects, { recursive: true });
  await rename(`${objects}.lost`, objects);
  await server.spawn();
  await ops.goto('/desk/dead-letters');
  while (await ops.page.getByRole('button', { name: /^Deliver record/ }).count()) {
    assert.equal(await ops.send(ops.page.getByRole('button', { name: /^Deliver record/ }).first()), 200);
  }
  await server.settle();
  assert.match(await ops.main(), /delivered again/);
  await ops.goto('/desk/announcements');
  assert.match(await ops.main(), /Being read\s+None/);
  await ops.goto('/desk/tools/kestrel-7-8b');
});
