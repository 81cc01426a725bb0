// Signing in, accounts and the audit log, as people meet them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { lookAround, openBrowser, VIEWS, viewOptions } from './support/browser.mjs';
import { Server } from './support/server.mjs';

const PASSWORD = 'four-masts-and-a-mizzen';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page of a browser that knows nobody. */
async function stranger(view = VIEWS[0]) {
  const context = await browser.newContext(viewOptions(view, { bypassCSP: true }));
  return context.newPage();
}

async function useLink(page, link) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/desk$/);
}

/** A page signed in as the owner. */
async function owner(view) {
  const page = await stranger(view);
  await useLink(page, await server.deskLink());
  return page;
}

async function usePassword(page, name, password) {
  await page.goto(`${server.base}/desk/sign-in`);
  await page.getByLabel('Name or mail address').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Adds an account as the owner does; the link that signs it in. */
async function add(name, role) {
  const page = await owner();
  await page.goto(`${server.base}/desk/accounts`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Mail address, if any').fill(`${name}@example.org`);
  await page.getByLabel('Role', { exact: true }).selectOption(role);
  await page.getByRole('button', { name: 'Add, and make a link' }).click();
  const link = (await page.locator('.notice .command').textContent()).trim();
  await page.context().close();
  return link;
}

/** A new account that has set its password. */
async function addWithPassword(name, role) {
  const page = await stranger();
  await useLink(page, await add(name, role));
  await page.goto(`${server.base}/desk/account`);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set it' }).click();
  await page.getByText('Your password is set.').waitFor();
  await page.context().close();
}

test('a link signs in once, and says so the second time', async () => {
  const link = await server.deskLink();
  const page = await stranger();
  await useLink(page, link);
  assert.ok(await page.getByRole('link', { name: /owner/ }).isVisible());
  const second = await stranger();
  await second.goto(link);
  assert.match(await second.getByRole('alert').textContent(), /does not sign in any more/);
});

test('an admin adds an account, which sets a password and signs in with it', async () => {
  await addWithPassword('ann', 'editor');
  const page = await stranger();
  await usePassword(page, 'ann@example.org', PASSWORD);
  await page.waitForURL(/\/desk$/);
  await page.goto(`${server.base}/desk/account`);
  assert.match(await page.locator('.desk-title').textContent(), /ann, editor/);
});

test('a wrong password is told, what was typed as the name stays', async () => {
  await addWithPassword('bea', 'editor');
  const page = await stranger();
  await usePassword(page, 'bea', 'not-her-password');
  assert.match(await page.getByRole('alert').textContent(), /do not go together/);
  assert.equal(await page.getByLabel('Name or mail address').inputValue(), 'bea');
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/desk$/);
});

test('an editor finds no page of the admins', async () => {
  const page = await stranger();
  await useLink(page, await add('cid', 'editor'));
  await page.goto(`${server.base}/desk/account`);
  assert.equal(await page.getByRole('navigation', { name: 'Accounts' }).count(), 0);
  for (const address of ['/desk/accounts', '/desk/tokens', '/desk/audit', '/desk/audit/export']) {
    const response = await page.goto(server.base + address);
    assert.equal(response.status(), 403, address);
    assert.match(await page.locator('main').textContent(), /Your account may not do this/);
  }
});

test('a session that was ended elsewhere is over at the next click', async () => {
  await addWithPassword('dan', 'editor');
  const [here, there] = [await stranger(), await stranger()];
  for (const page of [here, there]) {
    await usePassword(page, 'dan', PASSWORD);
    await page.waitForURL(/\/desk$/);
  }
  await here.goto(`${server.base}/desk/account`);
  await here.getByRole('button', { name: 'End all others' }).click();
  await here.getByText('Ended.').waitFor();
  await there.getByRole('link', { name: 'Tools', exact: true }).click();
  await there.waitForURL(/\/desk\/sign-in$/);
  await here.getByRole('button', { name: 'Sign out' }).click();
  await here.waitForURL(/\/desk\/sign-in$/);
});

test('an account that was disabled is out at once, and the log says by whom', async () => {
  const page = await stranger();
  await useLink(page, await add('eva', 'operator'));
  const admin = await owner();
  await admin.goto(`${server.base}/desk/accounts`);
  await admin.getByRole('button', { name: 'Disable eva' }).click();
  await admin.getByText('The account is changed.').waitFor();
  await page.reload();
  await page.waitForURL(/\/desk\/sign-in$/);
  await admin.getByRole('link', { name: 'Audit log' }).click();
  const row = admin.getByRole('row').filter({ hasText: 'account disable' });
  assert.match(await row.textContent(), /owner.*eva.*ok/s);
});

/** What a program with that token gets for a call that needs the scope `read`. */
async function statusWith(token) {
  const headers = { Authorization: `Bearer ${token}` };
  return (await fetch(`${server.base}/api/v1/comparisons?state=drafted`, { headers })).status;
}

test('an admin makes a token, which is shown once, works, and is revoked', async () => {
  const page = await owner();
  await page.goto(`${server.base}/desk/accounts`);
  await page.getByRole('link', { name: 'API tokens' }).click();
  await page.getByText('No token yet.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('build-bot');
  await page.getByRole('checkbox', { name: /^read/ }).check();
  await page.getByRole('button', { name: 'Make it, and show it once' }).click();
  const token = (await page.locator('.notice .command').textContent()).trim();
  assert.match(token, /^sw_[0-9a-f]{8}_[0-9a-f]{64}$/);
  assert.equal(await statusWith(token), 200);
  await page.goto(`${server.base}/desk/tokens`);
  assert.ok(!(await page.content()).includes(token.slice(12)), 'the token is shown a second time');
  await page.getByText('Revoke', { exact: false }).first().click();
  await page.getByRole('button', { name: 'Revoke build-bot for good' }).click();
  await page.getByText('Revoked: whoever uses that token is refused').waitFor();
  assert.equal(await statusWith(token), 401);
});

test('every page of accounts reads at each width, light and dark', async () => {
  await add('ora', 'operator');
  const page = await owner();
  const out = await stranger();
  const shown = [
    [out, 'sign-in', '/desk/sign-in'],
    [out, 'sign-in-stale', '/desk/sign-in?token=none'],
    [page, 'account', '/desk/account'],
    [page, 'accounts', '/desk/accounts'],
    [page, 'tokens', '/desk/tokens'],
    [page, 'audit', '/desk/audit'],
  ];
  for (const [where, title, address] of shown) {
    await where.goto(server.base + address);
    await lookAround(where, title);
  }
  await page.context().close();
  await out.context().close();
});
