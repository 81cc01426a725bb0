// What an editor may do to a comparison, and two who do it at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser, shoot } from './support/browser.mjs';
import { modelCard } from './support/cards.mjs';
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
  for (let number = 1; number <= 4; ++number) await server.announce(modelCard(number));
  await server.settle();
  drafts = (await server.comparisons('drafted')).map((draft) => draft.id);
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

const comparison = async (id) => (await server.api('GET', `/comparisons/${id}`)).body;

function draft() {
  const id = drafts.shift();
  assert.ok(id, 'no draft is left');
  return id;
}

/** `datetime-local` in UTC, so many seconds from now. */
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 16);

/** Fills a form inside an opened part of the Decide box and presses a button of it. */
async function decideIn(editor, summary, fields, button) {
  const form = await editor.unfold(summary, editor.page.locator('#decide'));
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
  return editor.send(form.getByRole('button', { name: button, exact: true }));
}

test('send back and reject need a reason; reopen brings it back', async () => {
  const id = draft();
  await ann.open(id);
  await ann.decision('Send back').click();
  assert.equal((await comparison(id)).state, 'drafted');
  assert.equal(await ann.decideWithReason('Send back', 'The price is of last year.'), 200);
  assert.match(await ann.main(), new RegExp(`Sent back by ${ann.name}.*The price is of last year`, 's'));
  await ann.goto('/desk?state=sent_back');
  assert.match(await ann.main(), /The price is of last year/);
  await ann.open(id);
  await ann.send(ann.decision('Reopen'));
  assert.equal(await ann.decideWithReason('Reject', 'Nobody asks for it.'), 200);
  assert.equal((await comparison(id)).state, 'rejected');
  await ann.send(ann.decision('Reopen'));
  assert.equal((await comparison(id)).state, 'drafted');
});

test('one persona is asked again; the others stand, the old verdict is kept', async () => {
  const id = draft();
  await ann.open(id);
  const others = await ann.quoteOf('competitor', 0);
  const form = await ann.unfold('Ask again', ann.verdict('dx', 0));
  await form.locator('input[name="reason"]').fill('The beat on installing is thin.');
  await ann.send(form.getByRole('button', { name: 'Ask again', exact: true }));
  await waitUntil('the new verdict is in', async () => {
    await ann.open(id);
    return ann.verdict('dx', 0).locator('summary', { hasText: 'Earlier rounds' }).count();
  }, 20);
  assert.equal(await ann.quoteOf('competitor', 0), others);
});

test('a schedule says its zone, is taken off, and comes by itself', async () => {
  const id = draft();
  await ann.open(id);
  assert.equal(await decideIn(ann, 'Schedule', { when: '2027-01-31T09:00', zone: 'Atlantis' }, 'Schedule'), 400);
  assert.match(await ann.main(), /is no time zone/);
  await ann.open(id);
  assert.equal(await decideIn(ann, 'Schedule', { when: '2027-01-31T09:00', zone: 'Europe/Berlin' }, 'Schedule'), 200);
  assert.match(await ann.main(), /public at 2027-01-31 08:00 UTC/);
  assert.equal((await publicPage(server, id)).status, 404);
  await ann.page.locator('#unschedule-reason').fill('Not yet.');
  await ann.send(ann.decision('Take off the schedule'));
  assert.equal((await comparison(id)).state, 'drafted');
});

test('an embargo holds back approval until it is lifted', async () => {
  const id = draft();
  const [tool] = id.split('-vs-');
  await ann.open(id);
  const embargo = { tool_id: tool, when: inSeconds(86400), zone: 'UTC', reason: 'Agreed with the vendor.' };
  assert.equal(await decideIn(ann, 'Embargo', embargo, 'Set'), 200);
  assert.match(await ann.main(), /Embargo: nothing here becomes public before/);
  assert.equal(await ann.send(ann.decision('Approve and publish')), 409);
  await ann.open(id);
  assert.equal(await decideIn(ann, 'Embargo', { tool_id: tool, reason: 'It is out.' }, 'Lift'), 200);
  assert.equal(await ann.send(ann.decision('Approve and publish')), 200);
  assert.equal((await publicPage(server, id)).status, 200);
});

test('withdraw takes it away, roll back makes an earlier publication public again', async () => {
  const id = draft();
  await ann.open(id);
  await ann.send(ann.decision('Approve and publish'));
  const first = (await publicPage(server, id)).body;
  const quote = await ann.quoteOf('business', 1);
  await ann.editQuote('business', 1, `${quote} Ask again in spring.`);
  assert.match(await ann.main(), /Readers still see the approved version/);
  assert.equal((await publicPage(server, id)).body, first);
  await ann.send(ann.decision('Approve and publish'));
  assert.match((await publicPage(server, id)).body, /Ask again in spring/);
  const old = ann.page.locator('#decide a[href*="/publications/"]').last();
  await ann.send(old);
  assert.match(await ann.page.locator('ins').first().innerText(), /Ask again in spring/);
  await shoot(ann.page, 'desk-publication-1280');
  await ann.page.locator('main form [name="reason"]').first().fill('The sentence was none of ours.');
  await ann.send(ann.page.getByRole('button', { name: /public again|Roll back/i }));
  assert.doesNotMatch((await publicPage(server, id)).body, /Ask again in spring/);
  await ann.open(id);
  assert.equal(await decideIn(ann, 'Withdraw', { reason: 'The vendor asked, rightly.' }, 'Withdraw from the site'), 200);
  assert.equal((await publicPage(server, id)).status, 404);
});

test('a correction reaches every public page that carries the words, and /corrections', async () => {
  const tool = 'latchkey-coder-8b';
  const pages = drafts.filter((id) => id.split('-vs-').includes(tool));
  drafts = drafts.filter((id) => !pages.includes(id));
  assert.ok(pages.length >= 2, `${pages}`);
  for (const id of pages) assert.equal(await server.approve(id), 200, id);
  const [id] = pages;
  const side = id.startsWith(`${tool}-vs-`) ? 0 : 1;
  await ann.open(id);
  const quote = await ann.quoteOf('dx', side);
  await ann.send(ann.verdict('dx', side).getByRole('link', { name: 'Correct it in public' }));
  assert.match(await ann.main(), new RegExp(`It reaches ${pages.length} public pages`));
  await shoot(ann.page, 'desk-correct-1280');
  await ann.page.locator('#quote').fill(`${quote} We mixed up two tables.`);
  await ann.page.locator('#note').fill('Two tables were mixed up.');
  assert.equal(await ann.send(ann.page.getByRole('button', { name: /^Correct / })), 200);
  await waitUntil('every page is right', async () => {
    const found = await Promise.all(pages.map((page) => publicPage(server, page)));
    return found.every((page) => page.body.includes('We mixed up two tables.'));
  });
  for (const page of pages) assert.match((await publicPage(server, page)).body, /Two tables were mixed up/, page);
  const list = await (await fetch(`${server.base}/corrections`)).text();
  assert.match(list, /Two tables were mixed up/);
  assert.match(await (await fetch(`${server.base}/tools/${tool}`)).text(), /We mixed up two tables/);
  await ann.goto('/desk/corrections');
  assert.match(await ann.main(), new RegExp(`Reached ${pages.length} pages`));
  await ann.open(id);
  assert.match(await ann.main(), new RegExp(`Corrected by ${ann.name}`));
});

test('several are approved at once, each answered for itself', async () => {
  const ids = [draft(), draft(), draft()];
  await ann.goto('/desk');
  for (const id of ids) await ann.page.locator(`input[name="pick-${id}"]`).check();
  await ben.open(ids[0]);
  await ben.decideWithReason('Send back', 'Let me look.');
  await ann.send(ann.page.getByRole('button', { name: 'Approve where the checklist holds' }));
  assert.equal(await ann.heading(), 'Approved 2, refused 1');
  await shoot(ann.page, 'desk-several-1280');
  assert.equal((await publicPage(server, ids[0])).status, 404);
  for (const id of ids.slice(1)) assert.equal((await publicPage(server, id)).status, 200);
});

/** Both press at the same moment; the statuses they read. */
async function race(id, annActs, benActs) {
  await Promise.all([ann.open(id), ben.open(id)]);
  const acts = [await annActs(), await benActs()];
  return Promise.all(acts.map((act) => act()));
}

test('two approve at once: one wins, the other reads who was first', async () => {
  for (const id of [draft(), draft(), draft()]) {
    const approve = (editor) => async () => () => editor.send(editor.decision('Approve and publish'));
    const statuses = await race(id, approve(ann), approve(ben));
    assert.deepEqual([...statuses].sort(), [200, 409], id);
    const [winner, loser] = statuses[0] === 200 ? [ann, ben] : [ben, ann];
    assert.match(await loser.main(), new RegExp(`Approved by ${winner.name}`));
    await loser.send(loser.page.locator('main a.button'));
    assert.match(await loser.main(), new RegExp(`Approved by ${winner.name}`));
    const { decisions } = (await server.api('GET', `/comparisons/${id}`)).body;
    if (decisions) assert.equal(decisions.filter((one) => one.kind === 'approve').length, 1);
  }
});

test('one approves while the other edits: what is public is what was approved', async () => {
  for (const fruit of ['apples', 'pears', 'plums']) {
    const id = draft();
    await ann.open(id);
    const quote = await ann.quoteOf('dx', 0);
    const seen = (await comparison(id)).content_hash;
    const statuses = await race(id,
      async () => () => ann.send(ann.decision('Approve and publish')),
      async () => {
        const form = await ben.unfold('Edit the quote', ben.verdict('dx', 0));
        await form.locator('textarea').fill(`${quote} Mind the ${fruit}.`);
        return () => ben.send(form.getByRole('button', { name: 'Save the quote' }));
      });
    assert.equal(statuses[1], 200, id);
    const now = await comparison(id);
    assert.notEqual(now.content_hash, seen);
    assert.equal(now.state, 'drafted');
    const page = await publicPage(server, id);
    if (statuses[0] === 200) {
      assert.ok(!page.body.includes(`Mind the ${fruit}`), id);
    } else {
      assert.equal(page.status, 404, id);
      assert.match(await ann.main(), /has moved on.*content has changed/s);
    }
  }
});

test('four eyes: one approval is not enough, the same editor none more, another publishes', async () => {
  const strict = await Server.start({ config: `${ANYBODY}four_eyes = true\n` });
  const [cleo, dan] = await Promise.all(['cleo', 'dan'].map((name) => Editor.open(browser, strict, { name })));
  try {
    for (const number of [1, 2]) await strict.announce(modelCard(number));
    await strict.settle();
    const [{ id }] = await strict.comparisons('drafted');
    await cleo.open(id);
    await cleo.send(cleo.decision('Approve and publish'));
    assert.match(await cleo.main(), /Another editor has to approve it too/);
    await cleo.send(cleo.decision('Approve and publish'));
    assert.equal((await publicPage(strict, id)).status, 404);
    await dan.open(id);
    assert.match(await dan.main(), /cleo approved this content first.*Your approval publishes it/s);
    assert.equal(await dan.send(dan.decision('Approve and publish')), 200);
    assert.equal((await publicPage(strict, id)).status, 200);
  } finally {
    await Promise.all([cleo.close(), dan.close()]);
    await strict.stop();
  }
});
