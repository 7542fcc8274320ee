// Says to screen readers what has changed: counts at most every 5 s, a lost connection at once.
const EVERY_MS = 5000;
const LOST = {
  reconnecting: "Connection lost, reconnecting.",
  stale: "Nothing heard for 5 seconds. Values are old and actions are off.",
};

let told = "";
let toldAt = 0;
let state = "";

export function announce(page) {
  if (page.live.state !== state) {
    if (LOST[page.live.state]) say("alert", LOST[page.live.state]);
    else if (LOST[state] && page.live.state === "live") say("alert", "Live again.");
    state = page.live.state;
  }
  const summary = page.screen.summary?.(page) ?? "";
  if (summary && summary !== told && Date.now() - toldAt > EVERY_MS) {
    told = summary;
    toldAt = Date.now();
    say("status", summary);
  }
}

// What somebody asked for is told at once.
export const say = (role, text) => {
  const region = document.getElementById(`say-${role}`);
  if (region) region.textContent = text;
};
