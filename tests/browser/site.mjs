// The public pages, as every reader may meet them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { lookAround, openBrowser, VIEWS, viewOptions } from './support/browser.mjs';
import { Server } from './support/server.mjs';

let server;
let browser;
let comparison;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), openBrowser()]);
  await server.fill();
  const published = await server.approveAll();
  assert.ok(published.length >= 3, `only ${published} could be approved`);
  [comparison] = published;
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Every kind of public page: a name for pictures, its address, its status. */
function pages() {
  const tool = comparison.split('-vs-')[0];
  return [
    ['home', '/', 200],
    ['comparison', `/compare/${comparison}`, 200],
    ['tool', `/tools/${tool}`, 200],
    ['comparisons', '/comparisons', 200],
    ['categories', '/categories', 200],
    ['persona', '/personas/dx', 200],
    ['search', `/search?q=${tool.split('-')[0]}`, 200],
    ['predictions', '/predictions', 200],
    ['resolved', '/predictions/resolved', 200],
    ['corrections', '/corrections', 200],
    ['method', '/method', 200],
    ['not-found', '/compare/no-such-pair', 404],
  ];
}

test('every page reads at each width, light and dark', async () => {
  const context = await browser.newContext(viewOptions(VIEWS[0], { bypassCSP: true }));
  const page = await context.newPage();
  for (const [name, address, status] of pages()) {
    const response = await page.goto(server.base + address);
    assert.equal(response.status(), status, name);
    await lookAround(page, name);
  }
  await context.close();
});

test('every page works without JavaScript and breaks no policy', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  for (const [, address] of pages()) {
    await page.goto(server.base + address);
    assert.ok(await page.locator('main h1').isVisible(), address);
  }
  assert.deepEqual(complaints.filter((text) => !text.includes('404')), []);
  await context.close();
});

test('a comparison with its styles, faces and pictures stays under 60 kB', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes = [];
  page.on('requestfinished', async (request) => { sizes.push(request.sizes()); });
  await page.goto(`${server.base}/compare/${comparison}`, { waitUntil: 'networkidle' });
  const all = await Promise.all(sizes);
  const bytes = all.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  assert.ok(all.length >= 4, `${all.length} requests`);
  assert.ok(bytes < 60_000, `${bytes} bytes`);
  await context.close();
});

test('a reader votes without JavaScript, is told so, and may think again', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const tool = comparison.split('-vs-')[0];
  await page.goto(`${server.base}/tools/${tool}`);
  await page.locator('.poll .button-ship').click();
  assert.match(await page.locator('[role=status]').innerText(), /has come in: ship/);
  const cookies = await context.cookies();
  assert.ok(cookies.some((cookie) => cookie.name.endsWith('seaworthy_voter') && cookie.httpOnly));
  await page.getByRole('link', { name: 'Back to the page' }).click();
  assert.equal(new URL(page.url()).pathname, `/tools/${tool}`);
  await page.locator('.poll .button-skip').click();
  assert.match(await page.locator('[role=status]').innerText(), /has come in: skip/);
  await context.close();
});

test('on paper nothing is folded away and nothing asks to be clicked', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.emulateMedia({ media: 'print' });
  await page.goto(`${server.base}/compare/${comparison}`);
  assert.equal(await page.locator('.poll form').first().isVisible(), false);
  assert.equal(await page.locator('.masthead nav').isVisible(), false);
  assert.ok(await page.locator('.claim-text').first().isVisible());
  await context.close();
});

test('links show a picture that is there', async () => {
  for (const [, address] of pages().slice(0, 3)) {
    const html = await (await fetch(server.base + address)).text();
    const picture = await fetch(new URL(/og:image" content="([^"]+)"/.exec(html)[1], server.base));
    assert.equal(picture.headers.get('content-type'), 'image/png', address);
    const bytes = new DataView(await picture.arrayBuffer());
    assert.deepEqual([bytes.getUint32(16), bytes.getUint32(20)], [1200, 630], address);
  }
});
