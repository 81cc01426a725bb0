// The desk, action by action, against the real program.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser, shoot } from './support/browser.mjs';
import { ANYBODY, Editor, publicPage } from './support/editor.mjs';
import { Server } from './support/server.mjs';
import { waitUntil } from './support/waiting.mjs';

let server;
let browser;
let ann;
let ben;
let drafts;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ config: ANYBODY }), openBrowser()]);
  await server.fill();
  drafts = (await server.comparisons('drafted')).map((draft) => draft.id);
  assert.ok(drafts.length >= 6, `${drafts}`);
  ann = await Editor.open(browser, server, { name: 'ann' });
  ben = await Editor.open(browser, server, { name: 'ben' });
});

after(async () => {
  try {
    await ann?.close();
    await ben?.close();
  } finally {
    await browser?.close();
    await server?.stop();
  }
});

const stateOf = async (id) => (await server.api('GET', `/comparisons/${id}`)).body.state;

/** The first draft whose checklist holds, and that nobody tested with yet. */
const used = new Set();
function draft() {
  const id = drafts.find((one) => !used.has(one));
  assert.ok(id, 'no draft is left');
  used.add(id);
  return id;
}

test('a link signs in once, with a button', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const link = await server.deskLink();
  await page.goto(link);
  await page.reload();
  await Promise.all([page.waitForURL(/\/desk$/), page.locator('main button').first().click()]);
  assert.equal(await page.locator('main h1').textContent(), 'Queue');
  await Promise.all([page.waitForURL(/\/desk\/sign-in/), page.getByRole('button', { name: 'Sign out' }).click()]);
  await page.goto(link);
  assert.match(await page.locator('main').innerText(), /does not sign in any more/);
  await page.goto(`${server.base}/desk`);
  assert.match(page.url(), /sign-in/);
  await context.close();
});

test('the queue counts, searches, filters and says when nothing matches', async () => {
  await ann.goto('/desk');
  assert.match(await ann.page.locator('.tabs a[aria-current]').innerText(), new RegExp(`To decide\\s+${drafts.length}`));
  await shoot(ann.page, 'desk-queue-1280');
  await ann.page.locator('#q').fill('quayside');
  await ann.send(ann.page.getByRole('button', { name: 'Show' }));
  assert.equal(await ann.page.locator('[data-row]').count(), 1);
  assert.match(ann.page.url(), /q=quayside/);
  await ann.goto('/desk?category=Language+Models&checklist=clean&order=split');
  assert.ok((await ann.page.locator('[data-row]').count()) > 0);
  await ann.goto('/desk?checklist=blocked');
  assert.match(await ann.main(), /Nothing here matches/);
  await ann.send(ann.page.getByRole('link', { name: 'Show all of this state' }));
  assert.equal(await ann.page.locator('[data-row]').count(), drafts.length);
  await ann.goto('/desk?state=rejected');
  assert.match(await ann.main(), /Nothing was rejected/);
  await ann.goto('/desk?state=nonsense', 400);
});

test('taking says who is on it; another takes over, a decision ends it', async () => {
  const id = draft();
  await ann.goto('/desk');
  const row = (editor) => editor.page.locator('[data-row]', { has: editor.page.locator(`a[href$="/${id}"]`) });
  await ann.send(row(ann).getByRole('button', { name: /^Take / }));
  assert.match(await row(ann).innerText(), /You until 20\d\d-/);
  await ben.goto('/desk');
  assert.match(await row(ben).innerText(), new RegExp(`${ann.name}.* until`));
  await ben.send(row(ben).getByRole('button', { name: /^Take over/ }));
  await ann.open(id);
  assert.match(await ann.main(), new RegExp(`${ben.name} is on it`));
  await ann.goto('/desk?who=mine');
  assert.match(await ann.main(), /Nothing here matches/);
  await ben.goto('/desk?who=mine');
  await ben.send(row(ben).getByRole('button', { name: /^Approve/ }));
  await ben.goto('/desk?state=approved');
  assert.doesNotMatch(await row(ben).innerText(), /until/);
});

test('keys: j k o u x t a r e / ?', async () => {
  const id = draft();
  await ann.goto(`/desk?q=${id}`);
  const { keyboard } = ann.page;
  const focused = () => ann.page.evaluate(() => document.activeElement.getAttribute('data-key') ?? document.activeElement.id);
  await keyboard.press('j');
  assert.equal(await focused(), 'open');
  await keyboard.press('k');
  await keyboard.press('x');
  assert.ok(await ann.page.locator('[data-key="select"]').first().isChecked());
  assert.match(await ann.page.locator('[data-picked]').innerText(), /1 of/);
  await keyboard.press('r');
  assert.equal(await focused(), 'reason');
  await keyboard.press('Escape');
  await keyboard.press('/');
  assert.equal(await focused(), 'search');
  await keyboard.type('jk');
  await keyboard.press('Escape');
  await keyboard.press('?');
  assert.ok(await ann.page.locator('#keys').isVisible());
  await shoot(ann.page, 'desk-keys-1280');
  await keyboard.press('Escape');
  await keyboard.press('j');
  await Promise.all([ann.page.waitForURL(/done=take/), keyboard.press('t')]);
  await keyboard.press('j');
  await Promise.all([ann.page.waitForURL(/\/desk\/comparisons\//), keyboard.press('o')]);
  await keyboard.press('e');
  assert.equal(await ann.page.evaluate(() => document.activeElement.name), 'quote');
  await keyboard.press('Escape');
  await keyboard.press('r');
  assert.equal(await focused(), 'reason');
  await keyboard.press('Escape');
  await Promise.all([ann.page.waitForURL(/\/desk\?state=/), keyboard.press('u')]);
  await ann.open(id);
  await Promise.all([ann.page.waitForURL(/done=approve/), keyboard.press('a')]);
  assert.equal(await stateOf(id), 'approved');
});

test('keys can be turned off, and stay so', async () => {
  await ann.goto('/desk');
  await ann.page.keyboard.press('?');
  await ann.page.getByRole('button', { name: 'Turn the keys off' }).click();
  await ann.page.getByRole('button', { name: 'Close' }).click();
  await ann.page.reload();
  await ann.page.keyboard.press('j');
  assert.notEqual(await ann.page.evaluate(() => document.activeElement.getAttribute('data-key')), 'open');
  await ann.page.keyboard.press('?');
  await ann.page.getByRole('button', { name: 'Turn the keys on' }).click();
  await ann.page.keyboard.press('Escape');
});

test('one decides, the other reads it without anything moving', async () => {
  const id = draft();
  await Promise.all([ann.goto('/desk'), ben.open(id)]);
  const rows = await ann.page.locator('[data-row]').count();
  assert.equal(await server.approve(id), 200);
  const said = (editor, pattern) => waitUntil(`${editor.name} reads ${pattern}`, async () =>
    pattern.test(await editor.page.locator('.live').innerText()), 10);
  // Which of the two depends on whether the desk had looked at the list before.
  await said(ann, /^(1 draft|This list has) changed: show$/);
  await said(ben, /^Approved by .* since you opened it: show$/);
  assert.equal(await ann.page.locator('[data-row]').count(), rows);
  await shoot(ann.page, 'desk-live-1280');
  await ann.send(ann.page.locator('.live a'));
  assert.equal(await ann.page.locator('[data-row]').count(), rows - 1);
});

test('live notices outlast any number of pages', async () => {
  for (let i = 0; i < 7; ++i) await ann.goto('/desk');
  const id = drafts.find((one) => !used.has(one));
  await ben.open(id);
  await ben.send(ben.page.getByRole('button', { name: 'Take it', exact: true }));
  await waitUntil('the notice', async () => /changed/.test(await ann.page.locator('.live').innerText()), 10);
  await ben.send(ben.page.getByRole('button', { name: 'Leave it' }));
});

test('the preview is what approving makes public, byte for byte', async () => {
  const id = draft();
  await ann.open(id);
  const frame = ann.page.frameLocator('.page-frame');
  await ann.page.locator('.page-frame').scrollIntoViewIfNeeded();
  assert.match(await frame.locator('main h1').innerText(), / vs /);
  const preview = await ann.page.evaluate(async (path) => (await fetch(path)).text(), `/desk/preview/${id}`);
  const day = new Date().toISOString().slice(0, 10);
  assert.equal(await ann.send(ann.decision('Approve and publish')), 200);
  assert.match(await ann.main(), /Approved/);
  const page = await publicPage(server, id);
  assert.equal(page.status, 200);
  assert.equal(page.body, preview.replaceAll(day, new Date().toISOString().slice(0, 10)));
  await shoot(ann.page, 'desk-comparison-1280');
});

test('a comparison has loaded before its preview comes', async () => {
  const [{ id }] = await server.comparisons('drafted');
  let release;
  const held = new Promise((done) => { release = done; });
  await ann.page.route('**/desk/preview/*', async (route) => {
    await held;
    await route.continue();
  });
  await ann.open(id);
  release();
  await ann.page.locator('.page-frame').scrollIntoViewIfNeeded();
  await ann.page.frameLocator('.page-frame').locator('main h1').waitFor();
  await ann.page.unroute('**/desk/preview/*');
});

test('the preview comes without JavaScript, on a small screen and on paper', async () => {
  const [{ id }] = await server.comparisons('drafted');
  const viewport = { width: 375, height: 900 };
  const eve = await Editor.open(browser, server, { name: 'eve', options: { javaScriptEnabled: false, viewport } });
  await eve.open(id);
  await eve.page.locator('.page-frame').scrollIntoViewIfNeeded();
  await eve.page.frameLocator('.page-frame').locator('main h1').waitFor();
  await eve.page.emulateMedia({ media: 'print' });
  assert.ok((await eve.page.locator('.page-frame').boundingBox()).height > 300);
  await eve.close();
});

test('every piece of evidence leads to the very words', async () => {
  const { body } = await server.api('GET', '/comparisons?state=drafted&limit=1');
  await ann.open(body.comparisons[0].id);
  const links = await ann.page.locator('a[href*="?words="]').evaluateAll((all) =>
    all.map((link) => [link.getAttribute('href'), link.querySelector('q')?.textContent ?? link.textContent]));
  assert.ok(links.length > 20, `${links.length}`);
  const seen = new Map(links);
  for (const [href, words] of [...seen].slice(0, 12)) {
    await ann.goto(href);
    assert.equal(await ann.page.locator('#words').textContent(), words, href);
    assert.ok(await ann.page.locator('#words').isVisible());
  }
});

test('an edit is checked anew: what nothing backs blocks until it is accepted or edited away', async () => {
  const { body } = await server.api('GET', '/comparisons?state=drafted&limit=1');
  const { id } = body.comparisons[0];
  await ann.open(id);
  const before_ = await ann.quoteOf('dx', 0);
  assert.equal(await ann.editQuote('dx', 0, `${before_} It needs 999 GB of memory.`), 200);
  assert.match(await ann.checklist(), /to settle first/);
  assert.match(await ann.verdict('dx', 0).locator('mark.mark-unsupported, mark.mark-contradicted').first().innerText(), /999/);
  assert.match(await ann.verdict('dx', 0).locator('ins').first().innerText(), /999 GB/);
  await shoot(ann.page, 'desk-marks-1280');
  assert.equal(await ann.send(ann.decision('Approve and publish')), 409);
  assert.match(await ann.main(), /Nothing was published.*999/s);
  await ann.open(id);
  const note = ann.page.locator('.mark-note', { hasText: '999' });
  await note.locator('input[name="reason"]').fill('Measured by us on a workstation.');
  await ann.send(note.getByRole('button', { name: 'Accept' }));
  assert.match(await ann.main(), new RegExp(`Accepted by ${ann.name}: Measured by us`));
  assert.match(await ann.checklist(), /holds/);
  assert.equal(await ann.send(ann.decision('Approve and publish')), 200);
  const page = await publicPage(server, id);
  assert.match(page.body, /999 GB/);
  assert.match(page.body, /Edited by an editor/);
  assert.doesNotMatch(page.body, /Measured by us/);
});

