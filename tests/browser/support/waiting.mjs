// Waiting for conditions, never for time alone.

/** Asks until the answer is true, and returns it; fails after `seconds`. */
export async function waitUntil(what, condition, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s until ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
