// The address is the permalink: which screen, which filters, which view.
const ROUTES = [
  [/^\/console\/?$/, "overview"],
  [/^\/console\/flows\/?$/, "flows"],
  [/^\/console\/flows\/(?<correlation>[A-Za-z0-9._:-]{1,128})$/, "flow"],
  [/^\/console\/enrollments\/(?<enrollment>[0-9a-f-]{36})$/, "flow"],
  [/^\/console\/dead-letters\/?$/, "letters"],
  [/^\/console\/dead-letters\/(?<id>[0-9a-f-]{36})$/, "letter"],
  [/^\/console\/redrives\/(?<id>[0-9a-f-]{36})$/, "redrive"],
  [/^\/console\/projections\/?$/, "projections"],
  [/^\/console\/projections\/(?<name>[a-z]{1,63})$/, "projections"],
  [/^\/console\/mails\/?$/, "mails"],
  [/^\/console\/mails\/(?<id>[0-9a-f-]{36})$/, "mail"],
  [/^\/console\/search\/?$/, "search"],
];

export function here() {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  for (const [pattern, screen] of ROUTES) {
    const found = pattern.exec(location.pathname);
    if (found) return { screen, params: { ...found.groups }, query };
  }
  return { screen: "missing", params: {}, query };
}

// An address of this screen with some of its query changed; empty values are left out.
export function address(changes, path = location.pathname) {
  const query = new URLSearchParams(path === location.pathname ? location.search : "");
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

// Links stay within the page; a new screen begins at its heading.
export function followLinks(navigate) {
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((each) => each.localName === "a" && each.href);
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href.baseVal ?? link.href, location.href);
    if (target.origin !== location.origin || !target.pathname.startsWith("/console")) return;
    if (target.hash) return;
    event.preventDefault();
    navigate(target.pathname + target.search);
  });
  addEventListener("popstate", () => navigate(null));
}
