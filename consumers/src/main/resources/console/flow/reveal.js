// Draws a flow that is followed node by node, in the order in which things happened, so that one can watch it; any other
// is shown whole.
const STEP_MS = 110;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function reveal(page, flow) {
  if (!page.query.follow || still()) {
    page.own.revealed = flow.nodes.length;
    return flow.nodes;
  }
  page.own.revealed ??= 1;
  if (page.own.revealed < flow.nodes.length && !page.own.revealing) {
    page.own.revealing = setTimeout(() => {
      page.own.revealing = 0;
      page.own.revealed += 1;
      page.draw();
    }, STEP_MS);
  }
  const shown = flow.nodes.slice(0, page.own.revealed);
  page.own.newest = shown.at(-1)?.nodeId;
  return shown;
}
