// The edition in a browser: asking, confirming, the desk's pages, the archive, leaving.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { lookAround, openBrowser, viewOptions } from './support/browser.mjs';
import { Mailbox } from './support/mailbox.mjs';
import { Server } from './support/server.mjs';
import { waitUntil } from './support/waiting.mjs';

const VIEWS = [1280, 375].flatMap((width) => ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })));
const READER = 'reader@example.org';
const OTHER = 'other@example.org';
let server;
let browser;
let mailbox;

before(async () => {
  mailbox = await Mailbox.open();
  const config = `[mail]\nurl = "${mailbox.url}"\nfrom = "Seaworthy <edition@example.org>"\nper_second = 100\n`;
  [server, browser] = await Promise.all([Server.start({ config }), openBrowser()]);
  await server.fill();
  assert.ok((await server.approveAll()).length >= 2);
  await server.stop({ keep: true });
  // What was published last week is drafted this week.
  const data = path.join(server.folder, 'data');
  execFileSync(process.env.SEAWORTHY_BACKDATE_LOG, [path.join(data, 'log'), '7']);
  await rm(path.join(data, 'store'), { recursive: true });
  await server.spawn();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await mailbox?.close();
});

/** Looks at a page at every width, light and dark. */
async function look(name, address, { cookies = [], status = 200 } = {}) {
  const context = await browser.newContext(viewOptions(VIEWS[0], { bypassCSP: true }));
  await context.addCookies(cookies);
  const page = await context.newPage();
  const response = await page.goto(address);
  assert.equal(response.status(), status, name);
  await lookAround(page, name, VIEWS);
  await context.close();
}

/** Presses a button of `main` and waits for the page that answers. */
async function press(page, name) {
  await Promise.all([page.waitForLoadState('load'), page.getByRole('button', { name }).first().click()]);
}

test('a reader asks, confirms, reads what an editor approved, and leaves', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(server.base);
  await page.getByLabel('Your mail address').fill(READER);
  await press(page, 'Send me the edition');
  await page.getByRole('heading', { name: 'Look into your inbox' }).waitFor();
  await look('subscribe-asked', page.url());
  await look('subscribe', `${server.base}/subscribe`);

  const confirm = await mailbox.link(READER, '/subscribe/confirm/');
  await look('subscribe-confirm', confirm);
  await page.goto(confirm);
  await press(page, 'Yes, send me the edition');
  await page.getByRole('heading', { name: 'You get the edition' }).waitFor();

  const desk = await browser.newContext({ reducedMotion: 'reduce' });
  const editor = await desk.newPage();
  await editor.goto(await server.deskLink());
  await Promise.all([editor.waitForURL(/\/desk$/), editor.locator('main button').first().click()]);
  const drafted = await waitUntil('last week is drafted', async () => {
    await editor.goto(`${server.base}/desk/edition`);
    return editor.locator('.queue-title a').first().getAttribute('href', { timeout: 500 }).catch(() => '');
  });
  const cookies = await desk.cookies();
  await look('desk-editions', `${server.base}/desk/edition`, { cookies });
  await look('desk-edition', server.base + drafted, { cookies });

  await editor.goto(server.base + drafted);
  await editor.getByText('Edit it').click();
  await editor.getByLabel('Title, and the mail’s subject').fill('A good week');
  await editor.getByLabel('Introduction, paragraphs parted by an empty line').fill('First words.\n\nSecond words.');
  await editor.getByRole('checkbox').nth(1).check();
  await press(editor, 'Save');
  await editor.getByRole('heading', { name: 'A good week', exact: true }).waitFor();
  await press(editor, /^Approve/);
  await editor.getByRole('heading', { name: 'It is out' }).waitFor();
  await look('desk-edition-out', server.base + drafted, { cookies });

  const leave = await mailbox.link(READER, '/unsubscribe/', 2);
  await look('editions', `${server.base}/editions`);
  await look('edition', server.base + drafted.replace('/desk/edition/', '/editions/'));
  await page.goto(server.base + drafted.replace('/desk/edition/', '/editions/'));
  assert.match(await page.locator('main').innerText(), /First words\.\s+Second words\./);

  await look('unsubscribe', leave);
  await page.goto(leave);
  await press(page, 'Leave the edition');
  await page.getByRole('heading', { name: 'You have left' }).waitFor();
  await page.getByText('Erase my address', { exact: true }).click();
  await press(page, 'Erase my address for good');
  await page.getByRole('heading', { name: 'Your address is erased' }).waitFor();
  await look('unsubscribe-erased', leave, { status: 404 });
});

test('an admin sees what is kept of an address, and erases it', async () => {
  const context = await browser.newContext(viewOptions(VIEWS[0], { bypassCSP: true }));
  const page = await context.newPage();
  await page.goto(`${server.base}/subscribe`);
  await page.getByLabel('Your mail address').fill(OTHER);
  await press(page, 'Send me the edition');
  await mailbox.link(OTHER, '/subscribe/confirm/');
  await page.goto(await server.deskLink());
  await Promise.all([page.waitForURL(/\/desk$/), page.locator('main button').first().click()]);
  await page.goto(`${server.base}/desk/edition`);
  await page.getByText('Somebody asks what is kept').click();
  await page.getByLabel('Mail address').fill(OTHER);
  await press(page, 'Show what is kept');
  await page.getByText('"state": "pending"').waitFor();
  await lookAround(page, 'desk-subscriber', VIEWS);
  assert.doesNotMatch(page.url(), /@|%40/);
  await press(page, 'Erase it for good');
  await page.waitForURL(/done=address-erased/);
  await context.close();
});
