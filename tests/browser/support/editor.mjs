// An editor at the desk: a browser context of their own, signed in as somebody.
import assert from 'node:assert/strict';

/** What `Server.start` needs so that `Editor.open` can be anybody. */
export const ANYBODY = `[desk]
proxy_header = "X-Test-Mail"
proxy_addresses = ["127.0.0.1/32", "::1/128"]
proxy_role = "admin"
`;

export class Editor {
  /**
   * Opens the desk in a context of its own.
   * @param {{name?: string, options?: object}} who a name that the proxy vouches for; none: the owner, by link
   */
  static async open(browser, server, { name = '', options = {} } = {}) {
    const editor = new Editor();
    editor.server = server;
    editor.name = name || 'owner';
    editor.context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...(name ? { extraHTTPHeaders: { 'X-Test-Mail': `${name}@desk.example` } } : {}),
      ...options,
    });
    editor.page = await editor.context.newPage();
    editor.complaints = [];
    editor.page.on('console', (message) => {
      if (message.type() === 'error') editor.complaints.push(message.text());
    });
    if (name) await editor.goto('/desk');
    else await editor.signInByLink();
    return editor;
  }

  async signInByLink() {
    await this.page.goto(await this.server.deskLink());
    await Promise.all([this.page.waitForURL(/\/desk$/), this.page.locator('main button').first().click()]);
  }

  /** Opens a page of the desk; it has to answer `status`. */
  async goto(path, status = 200) {
    const response = await this.page.goto(this.server.base + path);
    assert.equal(response.status(), status, `${path}: ${await this.heading()}`);
    return response;
  }

  async open(id) {
    return this.goto(`/desk/comparisons/${id}`);
  }

  async heading() {
    return this.page.locator('main h1').first().textContent().catch(() => '');
  }

  async main() {
    return this.page.locator('main').innerText();
  }

  /** Clicks what sends a form and waits for the page that answers; its status. */
  async send(locator) {
    const [response] = await Promise.all([
      this.page.waitForResponse((answer) => answer.request().isNavigationRequest() &&
        answer.frame() === this.page.mainFrame() && answer.status() !== 303),
      locator.click(),
    ]);
    await this.page.waitForLoadState('load');
    return response.status();
  }

  /** Opens a `details` by the words of its summary, inside `scope`. */
  async unfold(words, scope = this.page.locator('main')) {
    const details = scope.locator('details', { has: this.page.locator('summary', { hasText: words }) }).first();
    await details.evaluate((part) => { part.open = true; });
    return details;
  }

  /** Where a persona's verdict on one side of a comparison stands. */
  verdict(persona, side) {
    return this.page.locator(`#${persona} .pair > div`).nth(side);
  }

  /** A button of the Decide box. */
  decision(label) {
    return this.page.locator('#decide').getByRole('button', { name: label, exact: true });
  }

  async editQuote(persona, side, quote) {
    const form = await this.unfold('Edit the quote', this.verdict(persona, side));
    await form.locator('textarea').fill(quote);
    return this.send(form.getByRole('button', { name: 'Save the quote' }));
  }

  async quoteOf(persona, side) {
    return this.verdict(persona, side).locator('textarea[name="quote"]').inputValue();
  }

  /** Fills the reason of the Decide box and presses one of its buttons. */
  async decideWithReason(label, reason) {
    await this.page.locator('#reject-reason').fill(reason);
    return this.send(this.decision(label));
  }

  /** What the checklist says under the title. */
  async checklist() {
    return this.page.locator('#checklist-title').innerText();
  }

  async close() {
    await this.context.close();
    assert.deepEqual(this.complaints.filter((text) => !/status of (4|5)\d\d/.test(text)), [], this.name);
  }
}

/** The bytes of a public page and its status. */
export async function publicPage(server, id) {
  const response = await fetch(`${server.base}/compare/${id}`);
  return { status: response.status, body: await response.text() };
}
