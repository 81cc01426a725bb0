// Hostile texts in a browser that would run them: contexts without the pages' policy, pages loaded many at a time.

const FRAMES = 6;
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** HTML as it would be if nothing in it were escaped. */
export function unescaped(html) {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&').replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
}

/** A context where scripts of any origin may run, and whatever runs is counted. */
export async function openOpenContext(browser) {
  const context = await browser.newContext({ bypassCSP: true });
  const ran = [];
  await context.exposeFunction('report', (what) => { ran.push(what); });
  await context.addInitScript(() => {
    const run = () => { (globalThis.report ?? parent.report)(document.title || location.href); };
    globalThis.xss = run;
    globalThis.alert = run;
    // Streams of the desk would hold the few connections a browser makes to a host.
    globalThis.EventSource = class extends EventTarget { close() {} };
    addEventListener('DOMContentLoaded', () => {
      // What waits for a reader's hand.
      document.querySelectorAll('[data-click]').forEach((element) => element.click());
      document.querySelectorAll('[onmouseover],[onfocus]').forEach((element) => {
        element.dispatchEvent(new Event('mouseover'));
        element.dispatchEvent(new Event('focus'));
      });
    });
  });
  return { context, ran };
}

/**
 * Loads pages into frames as a browser would parse them, several at once, and returns what is wrong with their markup.
 * Each is [label, address, form, text]: a form is posted, a text has to be on the page as text.
 */
export async function loadAll(page, requests) {
  return page.evaluate(async ({ requests: all, frames, form }) => {
    const wrong = [];
    const check = (label, document) => {
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          const address = ['href', 'src', 'action', 'formaction', 'data', 'srcdoc'].includes(name) &&
            /^[\s\u0000-\u001f]*(javascript|data|vbscript):/i.test(value.replace(/[\t\n\r]/g, ''));
          if (name.startsWith('on') || address) wrong.push(`${label}: ${element.outerHTML.slice(0, 200)}`);
        }
        const script = element.localName === 'script' && element.type !== 'application/ld+json' &&
          !element.getAttribute('src')?.startsWith('/assets/');
        const preview = element.matches('iframe[sandbox="allow-same-origin"][data-src^="/desk/preview/"]');
        if (script || (!preview && ['iframe', 'object', 'embed', 'base', 'marquee'].includes(element.localName))) {
          wrong.push(`${label}: ${element.outerHTML.slice(0, 200)}`);
        }
      }
    };
    const show = async ([label, address, body, expected]) => {
      const answer = await fetch(address, body === undefined ? {} : { method: 'POST', headers: form, body });
      const frame = document.createElement('iframe');
      const type = answer.headers.get('Content-Type') ?? '';
      const text = await answer.text();
      if (type.includes('html')) {
        // What is in the desk's frame is loaded by itself.
        frame.srcdoc = text.replaceAll(' src="/desk/preview/', ' data-src="/desk/preview/');
      } else {
        frame.src = URL.createObjectURL(new Blob([text], { type: type.includes('xml') ? 'application/xml' : type }));
      }
      await new Promise((done) => { frame.onload = done; document.body.append(frame); });
      if (type.includes('html')) check(label, frame.contentDocument);
      if (expected !== undefined && !frame.contentDocument.documentElement.textContent.replace(/\s+/g, ' ').includes(expected)) {
        wrong.push(`${label}: ${answer.status}, without the text ${expected}`);
      }
      frame.remove();
    };
    const queue = [...all];
    await Promise.all(Array.from({ length: frames }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await show(next);
    }));
    return wrong;
  }, { requests, frames: FRAMES, form: FORM });
}
