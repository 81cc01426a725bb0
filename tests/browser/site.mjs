// The public pages, as every reader may meet them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { expectAccessible, expectNoOverflow, openBrowser, shoot, VIEWS, viewOptions } from './support/browser.mjs';
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
    ['predictions', '/predictions', 200],
    ['method', '/method', 200],
    ['not-found', '/compare/no-such-pair', 404],
  ];
}

for (const view of VIEWS) {
  test(`every page reads at ${view.width} px, ${view.colorScheme}`, async () => {
    const context = await browser.newContext(viewOptions(view, { bypassCSP: true }));
    const page = await context.newPage();
    for (const [name, address, status] of pages()) {
      const label = `${name}-${view.width}-${view.colorScheme}`;
      const response = await page.goto(server.base + address);
      assert.equal(response.status(), status, label);
      await shoot(page, label);
      await expectAccessible(page, label);
      await expectNoOverflow(page, label);
    }
    await context.close();
  });
}

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
