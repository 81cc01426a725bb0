// The desk, quicker: keys, live notices, a preview that waits. Everything works
// without it. Text reaches the page as textContent only; the server decides everything.
'use strict';

(() => {
  const OFF = 'seaworthy-keys-off';
  // After a refusal; a connection that breaks is taken up again by itself.
  const AGAIN_MS = 60_000;
  const rows = () => [...document.querySelectorAll('[data-row]')];
  const own = (row, key) => (row ?? document).querySelector(`[data-key="${key}"]`);
  const dialog = document.getElementById('keys');
  let current = -1;

  function keysAreOff() {
    try {
      return localStorage.getItem(OFF) === '1';
    } catch {
      return false;
    }
  }

  function isTyping(target) {
    return target instanceof HTMLElement &&
      (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
      !(target instanceof HTMLInputElement && target.type === 'checkbox');
  }

  // The row that holds the focus, else the one moved to last.
  function row() {
    const all = rows();
    const focused = all.findIndex((one) => one.contains(document.activeElement));
    if (focused >= 0) current = focused;
    return all[current];
  }

  function move(step) {
    const all = rows();
    if (!all.length) return jump(step);
    row();
    current = Math.min(Math.max(current + step, 0), all.length - 1);
    reveal(own(all[current], 'open'));
  }

  // On a comparison's page: from verdict to verdict.
  function jump(step) {
    const all = [...document.querySelectorAll('.reviewer')];
    if (!all.length) return;
    current = Math.min(Math.max(current + step, 0), all.length - 1);
    all[current].tabIndex = -1;
    reveal(all[current]);
  }

  function reveal(element) {
    if (!element) return;
    for (let part = element.closest('details'); part; part = part.parentElement.closest('details')) part.open = true;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'nearest' });
  }

  function press(key) {
    const button = rows().length ? own(row(), key) : own(null, key);
    if (button) button.click();
  }

  function select() {
    const box = own(row(), 'select');
    if (box) box.click();
  }

  function reject() {
    const box = own(row(), 'select');
    if (box && !box.checked) box.click();
    reveal(own(null, 'reason'));
  }

  function edit() {
    if (rows().length) return press('open');
    const near = document.querySelectorAll('.reviewer')[Math.max(current, 0)];
    const part = (near ?? document).querySelector('[data-edit]');
    if (!part) return;
    part.open = true;
    reveal(part.querySelector('textarea'));
  }

  const actions = {
    j: () => move(1),
    k: () => move(-1),
    o: () => press('open'),
    x: select,
    t: () => press('take'),
    a: () => press('approve'),
    r: reject,
    e: edit,
    u: () => own(null, 'up')?.click(),
    '/': () => reveal(own(null, 'search')),
    '?': () => dialog?.showModal(),
  };

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat && event.key !== 'j' && event.key !== 'k') return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (dialog?.open || keysAreOff() && event.key !== '?') return;
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action) return;
    event.preventDefault();
    action();
  });

  // The list of keys, and the way to turn them off.
  const keySwitch = document.querySelector('[data-keys-switch]');
  function nameSwitch() {
    if (keySwitch) keySwitch.textContent = keysAreOff() ? 'Turn the keys on' : 'Turn the keys off';
  }
  keySwitch?.addEventListener('click', () => {
    try {
      if (keysAreOff()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, '1');
    } catch {
      // Without storage the keys stay on.
    }
    nameSwitch();
  });
  document.querySelector('[data-keys-close]')?.addEventListener('click', () => dialog.close());
  nameSwitch();

  // How many are selected.
  const picked = document.querySelector('[data-picked]');
  function count() {
    const boxes = [...document.querySelectorAll('[data-key="select"]')];
    const chosen = boxes.filter((box) => box.checked).length;
    if (picked) picked.textContent = chosen ? `${chosen} of ${boxes.length}` : '';
  }
  document.addEventListener('change', count);
  count();

  // A form is sent once: a second click while it is under way does nothing.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  });
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
  });

  // The preview: its frame would keep the page loading.
  window.addEventListener('load', () => {
    document.querySelector('.page-frame')?.classList.add('page-frame-on');
  });

  // What changed since the page was made, said and not shown: nothing moves
  // under the reader's hands.
  const live = document.querySelector('[data-events]');
  let source = null;

  function say(text, label, href) {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = label;
    live.textContent = `${text}: `;
    live.append(link);
    live.classList.add('live-on');
  }

  function listen() {
    if (!live || source || document.hidden) return;
    source = new EventSource(live.dataset.events);
    source.addEventListener('notice', (event) => say(event.data, 'show', location.pathname + location.search));
    // Newer pages of this session took its place.
    source.addEventListener('full', hush);
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      hush();
      setTimeout(listen, AGAIN_MS);
    });
    source.addEventListener('ended', (event) => {
      say(event.data, 'sign in', '/desk/sign-in');
      hush();
    });
  }
  function hush() {
    source?.close();
    source = null;
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? hush() : listen()));
  window.addEventListener('pagehide', hush);
  window.addEventListener('pageshow', listen);
  listen();
})();
