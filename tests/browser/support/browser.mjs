// Debian's Chromium, and what every page is held to.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Where screenshots go: $SCREENSHOTS, or nowhere. */
const SHOTS = process.env.SCREENSHOTS ?? '';

/** A browser without a sandbox of its own, as containers need it. */
export async function openBrowser() {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing; run scripts/setup_browser.sh or set CHROMIUM`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
      '--disable-background-networking', '--disable-component-update', '--force-color-profile=srgb'],
  });
}

/** Every width and colour scheme a page is looked at in. */
export const VIEWS = [1280, 375, 320].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })));

/** The context options of a view. */
export function viewOptions({ width, colorScheme }, more = {}) {
  return { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce', ...more };
}

/** What axe finds wrong in the page as it is now, one line each. */
export async function axeFindings(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const result = await page.evaluate((rules) => globalThis.axe.run({ runOnly: rules, resultTypes: ['violations'], iframes: false }), RULES);
  return result.violations.flatMap((violation) => violation.nodes.map((node) =>
    `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary.split('\n').slice(1).join(' ')}`));
}

/** Nothing wrong with axe, every `details` open or shut. The context needs bypassCSP. */
export async function expectAccessible(page, name) {
  const shut = await axeFindings(page);
  await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
  const open = await axeFindings(page);
  assert.deepEqual([...new Set([...shut, ...open])], [], name);
}

/** No part of the page is wider than the window. */
export async function expectNoOverflow(page, name) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(wide, [], `${name} is wider than the window`);
}

/** What the README shows: the first window of these, where $PICTURES names a folder (make pictures). */
const PICTURES = { 'home-1280-light': 'home', 'comparison-1280-light': 'comparison', 'desk-comparison-1280': 'desk' };

/** Keeps a picture of the whole page where $SCREENSHOTS names a folder. */
export async function shoot(page, name) {
  if (process.env.PICTURES && PICTURES[name]) {
    await page.evaluate(() => globalThis.scrollTo({ top: 0, behavior: 'instant' }));
    await page.screenshot({ path: path.join(process.env.PICTURES, `${PICTURES[name]}.png`) });
  }
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
}

// Colours differ by scheme, order and sizes by width: what axe finds, it finds in one of these.
const AXE_VIEWS = [{ width: 1280, colorScheme: 'light' }, { width: 375, colorScheme: 'dark' }];

async function show(page, { width, colorScheme }) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
}

/**
 * Looks at a page that is open, without loading it again: a picture at each width and in each colour scheme, nothing
 * wider than the window, nothing that axe finds with every `details` open. The context needs bypassCSP.
 */
export async function lookAround(page, name, views = VIEWS) {
  for (const view of views) {
    await show(page, view);
    const label = `${name}-${view.width}-${view.colorScheme}`;
    await shoot(page, label);
    await expectNoOverflow(page, label);
  }
  await page.evaluate(() => document.querySelectorAll('details').forEach((part) => { part.open = true; }));
  for (const view of AXE_VIEWS) {
    await show(page, view);
    const label = `${name}, all open, ${view.width}, ${view.colorScheme}`;
    assert.deepEqual(await axeFindings(page), [], label);
  }
  for (const view of views) {
    await show(page, view);
    await expectNoOverflow(page, `${name}, all open, ${view.width}`);
  }
}
