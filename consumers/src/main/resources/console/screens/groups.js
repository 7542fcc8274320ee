// Dead letters by cause: keys whose first letter failed alike, with all that is parked behind it.
export const keyOf = (letter) => JSON.stringify([letter.consumer, letter.topic, letter.key]);

// What errors alike begin with: up to the first thing that is of one case only, such as an id or a number.
export function head(error) {
  const line = error.split("\n")[0];
  const own = line.search(/["'(\[{]|\d|[0-9a-f]{8}-/);
  const common = own < 0 ? line : line.slice(0, own).replace(/\S+$/, "").trimEnd();
  return (common.length >= 8 ? common : line).slice(0, 120).trim();
}

// keys: { first, letters } in the order in which they were parked.
export function byKey(letters) {
  const keys = new Map();
  for (const letter of letters) {
    const name = keyOf(letter);
    if (!keys.has(name)) keys.set(name, { name, first: letter, letters: [] });
    const key = keys.get(name);
    key.letters.push(letter);
    if (Number(letter.place) === 1) key.first = letter;
  }
  return [...keys.values()];
}

export function byCause(letters) {
  const groups = new Map();
  for (const key of byKey(letters)) {
    const error = head(key.first.error) || key.first.cause;
    const name = JSON.stringify([key.first.consumer, key.first.topic, error]);
    if (!groups.has(name)) {
      groups.set(name, { name, consumer: key.first.consumer, topic: key.first.topic, cause: key.first.cause, error: head(key.first.error), keys: [], events: 0, from: key.first.parkTime, to: key.first.parkTime });
    }
    const group = groups.get(name);
    group.keys.push(key);
    group.events += key.letters.length;
    for (const letter of key.letters) {
      if (letter.parkTime < group.from) group.from = letter.parkTime;
      if (letter.parkTime > group.to) group.to = letter.parkTime;
    }
  }
  return [...groups.values()].sort((a, b) => b.events - a.events || a.name.localeCompare(b.name));
}

// The filter of the address, as the service takes it.
export const filterOf = ({ consumer = "", topic = "", key = "", error = "" }) => ({ consumer, topic, key, error });

export const isOf = (filter, key) =>
  (!filter.consumer || key.first.consumer === filter.consumer) &&
  (!filter.topic || key.first.topic === filter.topic) &&
  (!filter.key || key.first.key === filter.key) &&
  key.first.error.includes(filter.error);

const text = (value) => `'${value.replaceAll("'", "''")}'`;

// The same letters in SQL: keys whose first letter is like that, whole.
export function sqlOf(filter) {
  const first = ["f.place = 1"];
  for (const name of ["consumer", "topic", "key"]) if (filter[name]) first.push(`f.${name} = ${text(filter[name])}`);
  if (filter.error) first.push(`position(${text(filter.error)} in f.error) > 0`);
  return `select d.* from ops.dead_letters d\n  join ops.dead_letters f using (consumer, topic, key)\n where ${first.join(" and ")}\n order by consumer, topic, key, d.place`;
}

export const grpcurl = (method, request) =>
  `grpcurl -plaintext -d '${JSON.stringify(request).replaceAll("'", "'\\''")}' ${location.hostname}:7301 ${method}`;
