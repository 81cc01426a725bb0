// An SMTP server that takes every mail, for tests to read.
import net from 'node:net';

import { waitUntil } from './waiting.mjs';

/** Quoted-printable back to text. */
function decode(body) {
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export class Mailbox {
  /** Listens on a free port of this machine; `url` says where. */
  static async open() {
    const mailbox = new Mailbox();
    mailbox.mails = [];
    mailbox.server = net.createServer((socket) => mailbox.serve(socket));
    await new Promise((done) => mailbox.server.listen(0, '127.0.0.1', done));
    mailbox.url = `smtp://127.0.0.1:${mailbox.server.address().port}`;
    return mailbox;
  }

  serve(socket) {
    let pending = '';
    let to = '';
    let inData = false;
    const say = (line) => socket.write(`${line}\r\n`);
    say('220 mailbox');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (;;) {
        const end = inData ? pending.indexOf('\r\n.\r\n') : pending.indexOf('\r\n');
        if (end < 0) return;
        const part = pending.slice(0, end);
        pending = pending.slice(end + (inData ? 5 : 2));
        if (inData) {
          this.mails.push({ to, text: decode(part) });
          inData = false;
          say('250 taken');
        } else if (/^DATA/i.test(part)) {
          inData = true;
          say('354 go on');
        } else if (/^QUIT/i.test(part)) {
          say('221 bye');
        } else {
          to = /^RCPT TO:<(.*)>/i.exec(part)?.[1] ?? to;
          say('250 OK');
        }
      }
    });
  }

  /** The address of a link in the newest mail to somebody, once there are `count`. */
  async link(to, path, count = 1) {
    const mail = await waitUntil(`mail ${count} to ${to}`, async () => this.mails.filter((one) => one.to === to)[count - 1]);
    return new RegExp(`https?:[^\\s"<>]+${path}[^\\s"<>]+`).exec(mail.text)[0];
  }

  async close() {
    this.server.close();
  }
}
