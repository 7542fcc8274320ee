// Time in which nothing happens is folded, and the fold says how long it was: so a hop of 3 ms is to be seen beside a
// wait of 3 hours.
const GAP_MS = 400;
const FOLD_PX = 58;
const LEAST_PX = 48;

// segments: [from, to] in ms. Answers x(time) and the folds, over a width in px.
export function foldedScale(segments, from, to, width) {
  const clusters = clustered(segments, from, to);
  const folds = clusters.slice(1).map((each, place) => ({ from: clusters[place].to, to: each.from }));
  const busy = clusters.reduce((sum, each) => sum + each.to - each.from, 0) || 1;
  const room = Math.max(120, width - folds.length * FOLD_PX - clusters.length * LEAST_PX);
  let x = 0;
  for (const [place, each] of clusters.entries()) {
    each.x = x;
    each.width = LEAST_PX + (room * (each.to - each.from)) / busy;
    x += each.width;
    if (folds[place]) {
      Object.assign(folds[place], { x, width: FOLD_PX });
      x += FOLD_PX;
    }
  }
  const parts = [...clusters, ...folds].sort((a, b) => a.from - b.from);
  const at = (time) => {
    const part = parts.findLast((each) => time >= each.from) ?? parts[0];
    const share = part.to > part.from ? (time - part.from) / (part.to - part.from) : 0;
    return part.x + part.width * Math.min(1, Math.max(0, share));
  };
  const back = (px) => {
    const part = parts.findLast((each) => px >= each.x) ?? parts[0];
    return part.from + (part.to - part.from) * Math.min(1, Math.max(0, (px - part.x) / part.width));
  };
  return { at, back, folds, width: x };
}

function clustered(segments, from, to) {
  const inside = segments
    .map(([a, b]) => [Math.max(a, from), Math.min(b, to)])
    .filter(([a, b]) => b >= a)
    .sort((a, b) => a[0] - b[0]);
  const clusters = [];
  for (const [a, b] of inside.length ? inside : [[from, to]]) {
    const last = clusters.at(-1);
    if (last && a - last.to <= GAP_MS) last.to = Math.max(last.to, b);
    else clusters.push({ from: a, to: b });
  }
  return clusters;
}
