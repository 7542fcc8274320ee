// Keys move about and never act on data. Not in fields; can be off.
import { nextTheme } from "./theme.js";

const OFF = "accrual.keys";
const PLACES = { o: "/console", f: "/console/flows", d: "/console/dead-letters", p: "/console/projections", m: "/console/mails" };

export const keysAreOn = () => localStorage.getItem(OFF) !== "off";
export const toggleKeys = () => localStorage.setItem(OFF, keysAreOn() ? "off" : "on");

export const HELP = [
  ["/", "search"],
  ["?", "this help"],
  ["g then o f d p m", "go to overview, flows, dead letters, projections, mails"],
  ["j k", "next, previous row or node"],
  ["Enter", "open"],
  ["x", "select"],
  ["p", "pause and resume the page"],
  ["f", "follow the newest hop"],
  ["+ - 0", "zoom in, out, all"],
  ["c", "copy a link to what is shown"],
  ["arrows", "in the graph: cause and effects"],
  ["Esc", "close, or back"],
];

let waitingForPlace = 0;

export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest?.("input, textarea, select, dialog");
    if (event.key === "Escape" && inField && inField.localName !== "dialog") return inField.blur();
    if (inField || !keysAreOn()) return;
    if (press(page, event.key)) event.preventDefault();
  });
}

function press(page, key) {
  if (waitingForPlace && Date.now() - waitingForPlace < 1500) {
    waitingForPlace = 0;
    if (PLACES[key]) return page.go(PLACES[key]), true;
  }
  if (page.screen?.key?.(page, key)) return true;
  switch (key) {
    case "/":
      return searchAnew(), true;
    case "?":
      return document.getElementById("help").showModal(), true;
    case "g":
      waitingForPlace = Date.now();
      return true;
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "x":
      document.activeElement?.closest("[data-row]")?.querySelector("[data-select]")?.click();
      return true;
    case "p":
      return page.live.togglePause(), true;
    case "t":
      return nextTheme(), page.draw(), true;
    case "c":
      navigator.clipboard?.writeText(location.href);
      return true;
    case "Escape":
      return history.length > 1 ? (history.back(), true) : false;
    default:
      return false;
  }
}

function searchAnew() {
  const field = document.getElementById("search");
  field.focus();
  field.select();
}

function step(by) {
  const rows = [...document.querySelectorAll("main [data-step]")];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
  return true;
}
