// Shows the screen of the address, again whenever what it shows has changed.
import { render } from "./lit.js";
import { Live } from "./live.js";
import { followLinks, here } from "./router.js";
import { shell } from "./shell.js";
import { listenToKeys } from "./keys.js";
import { announce } from "./announce.js";
import { applyTheme } from "./theme.js";

const SCREENS = {
  overview: () => import("./screens/overview.js"),
  flows: () => import("./screens/flows.js"),
  flow: () => import("./screens/flow.js"),
  letters: () => import("./screens/letters.js"),
  letter: () => import("./screens/letter.js"),
  redrive: () => import("./screens/redrive.js"),
  projections: () => import("./screens/projections.js"),
  mails: () => import("./screens/mails.js"),
  mail: () => import("./screens/mail.js"),
  search: () => import("./screens/search.js"),
  missing: () => import("./screens/missing.js"),
};

const page = {
  screen: null,
  name: "",
  params: {},
  query: {},
  // What a screen keeps for itself while it is shown.
  own: {},
  live: new Live(() => draw()),
  demo: "demo" in document.documentElement.dataset,
  draw,
  go,
};
let asked = false;

// Draws once a frame, however often it is asked to.
function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    if (!page.screen) return;
    page.live.watch(page.screen.feeds?.(page) ?? {});
    document.title = `${page.screen.title(page)} · Accrual`;
    document.documentElement.dataset.live = page.live.state;
    render(shell(page), document.body);
    page.screen.drawn?.(page);
    announce(page);
  });
}

// Goes to an address, or shows the present one.
async function go(address, { replace = false } = {}) {
  if (address !== null) history[replace ? "replaceState" : "pushState"](null, "", address);
  const { screen, params, query } = here();
  const anew = screen !== page.name || JSON.stringify(params) !== JSON.stringify(page.params);
  const loaded = anew ? (await SCREENS[screen]()).default : page.screen;
  if (anew) {
    page.screen?.left?.(page);
    page.own = {};
    if (page.live.state === "ended") page.live.state = "connecting";
  }
  Object.assign(page, { screen: loaded, name: screen, params, query });
  if (anew) loaded.entered?.(page);
  else loaded.changed?.(page);
  draw();
  if (anew && address !== null) {
    requestAnimationFrame(() => {
      scrollTo(0, 0);
      document.querySelector("h1")?.focus();
    });
  }
}

applyTheme();
followLinks(go);
listenToKeys(page);
setInterval(draw, 1000);
go(null);
