// Follows the system unless told otherwise.
const KEY = "accrual.theme";
const NEXT = { system: "light", light: "dark", dark: "system" };

export const theme = () => {
  const kept = localStorage.getItem(KEY);
  return kept in NEXT ? kept : "system";
};

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

export function nextTheme() {
  localStorage.setItem(KEY, NEXT[theme()]);
  applyTheme();
}
