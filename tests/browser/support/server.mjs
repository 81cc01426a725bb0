// Starts programs on a data folder and port of their own and fills them.
import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { waitUntil } from './waiting.mjs';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const TOKEN = 'test-token-0123456789abcdef';
const MEDIA_TYPES = { '.md': 'text/markdown', '.html': 'text/html', '.txt': 'text/plain' };

/** The built program, $SEAWORTHY_PROGRAM or build/bin/seaworthy. */
export const PROGRAM = process.env.SEAWORTHY_PROGRAM ?? path.join(ROOT, 'build/bin/seaworthy');

async function freePort() {
  const probe = net.createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** `seaworthy up`; its output goes to FOLDER/server.log. */
export class Server {
  /**
   * Starts it and waits until it serves.
   * @param {{config?: string, args?: string[]}} options TOML to start with, more arguments
   */
  static async start(options = {}) {
    const server = new Server();
    server.folder = await mkdtemp(path.join(os.tmpdir(), 'seaworthy-browser-'));
    server.port = await freePort();
    server.base = `http://localhost:${server.port}`;
    server.args = [...(options.args ?? [])];
    if (options.config) {
      const file = path.join(server.folder, 'seaworthy.toml');
      const handle = await open(file, 'w');
      await handle.writeFile(options.config);
      await handle.close();
      server.args.push('--config', file);
    }
    await server.spawn();
    return server;
  }

  /** Starts the process again on the same data folder and port. */
  async spawn() {
    const link = path.join(this.folder, 'desk-link');
    await rm(link, { force: true });
    const log = await open(path.join(this.folder, 'server.log'), 'a');
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SEAWORTHY_'));
    this.process = spawn(
      PROGRAM,
      ['up', '--data', path.join(this.folder, 'data'), '--port', String(this.port), '--token', TOKEN,
        '--desk-link-file', link, ...this.args],
      { stdio: ['ignore', log.fd, log.fd], env: { ...Object.fromEntries(kept), NO_COLOR: '1' } },
    );
    this.ended = new Promise((done) => this.process.once('close', done));
    this.process.once('error', (error) => { this.failed = error; });
    await log.close();
    await waitUntil('the server is ready', async () => {
      if (this.failed || this.process.exitCode !== null) {
        throw new Error(`${PROGRAM} did not start: ${this.failed ?? ''}\n${await this.log()}`);
      }
      return readFile(link, 'utf8').catch(() => '');
    });
  }

  async log() {
    return readFile(path.join(this.folder, 'server.log'), 'utf8').catch(() => '');
  }

  /** Stops the process and, unless `keep`, removes its folder. */
  async stop({ keep = false } = {}) {
    this.process.kill('SIGTERM');
    await this.ended;
    if (!keep) await rm(this.folder, { recursive: true, force: true });
  }

  /** One call of the JSON API: its status and parsed body. */
  async api(method, pathname, body, headers = {}) {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.base}/api/v1${pathname}`, {
      method,
      headers: {
        Authorization: `Bearer ${TOKEN}`,
        ...(body === undefined || raw ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }

  /** A fresh link that signs in at the desk. */
  async deskLink() {
    const { body } = await this.api('POST', '/desk-links', {});
    return body.url ?? body.link;
  }

  /** Hands in a document and returns the ids of the tools it told of. */
  async announce(document, mediaType = 'text/markdown', sourceUrl = '') {
    const headers = { 'Content-Type': mediaType, ...(sourceUrl ? { 'X-Source-Url': sourceUrl } : {}) };
    const { status, body } = await this.api('POST', '/announcements', document, headers);
    if (status !== 202) throw new Error(`announcement refused: ${status} ${JSON.stringify(body)}`);
    const done = await waitUntil('the announcement is read', async () => {
      const answer = await this.api('GET', `/announcements/${body.announcement_id}`);
      return answer.body.state !== 'received' && answer.body;
    });
    return done.tools;
  }

  /** Waits until nothing is under way. */
  async settle() {
    await waitUntil('all work is done', async () => {
      const { body } = await this.api('GET', '/status');
      const queued = body.queues.reduce((sum, q) => sum + q.pending + q.in_flight + q.retrying, 0);
      const busy = (body.counts['announcements.received'] ?? 0) + (body.counts['reviews.pending'] ?? 0);
      return busy + queued + body.log_sequence - body.applied_sequence === 0;
    });
  }

  /** Every comparison in a state. */
  async comparisons(state) {
    const all = [];
    for (let cursor = ''; cursor !== null;) {
      const { body } = await this.api('GET', `/comparisons?state=${state}&cursor=${cursor}`);
      all.push(...body.comparisons);
      cursor = body.next_cursor || null;
    }
    return all;
  }

  /** Approves a comparison as it stands; the answer's status. */
  async approve(id) {
    const { body } = await this.api('GET', `/comparisons/${id}`);
    const decision = { decision: 'approve', content_hash: body.content_hash, reason: '' };
    return (await this.api('POST', `/comparisons/${id}/decisions`, decision)).status;
  }

  /** Hands in the examples and waits for their drafts. */
  async fill() {
    const folder = path.join(ROOT, 'examples');
    for (const name of (await readdir(folder)).sort()) {
      const mediaType = MEDIA_TYPES[path.extname(name)];
      if (!mediaType || name === 'README.md') continue;
      await this.announce(await readFile(path.join(folder, name)), mediaType, `https://vendor.example/${name}`);
    }
    await this.settle();
  }

  /** Approves every draft that may be; the ids that became public. */
  async approveAll() {
    const ids = [];
    for (const draft of await this.comparisons('drafted')) {
      if ((await this.approve(draft.id)) === 200) ids.push(draft.id);
    }
    return ids;
  }
}
