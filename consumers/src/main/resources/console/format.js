// Numbers, times and names as people read them. What is not known is "unknown", never 0.
export const UNKNOWN = "unknown";

const count = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit" });
const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

// 64-bit numbers come as text.
export const num = (value) => (value === undefined || value === null ? NaN : Number(value));
export const n = (value) => (Number.isNaN(num(value)) ? UNKNOWN : count.format(num(value)));
export const plural = (value, one, many = one + "s") => `${n(value)} ${num(value) === 1 ? one : many}`;

export function rate(value) {
  const perSecond = num(value);
  if (Number.isNaN(perSecond)) return UNKNOWN;
  return (perSecond >= 10 || perSecond === 0 ? count.format(Math.round(perSecond)) : perSecond.toFixed(1)) + "/s";
}

export const millis = (time) => (time ? Date.parse(time) : NaN);

export function time(value) {
  if (!value) return UNKNOWN;
  const date = new Date(value);
  const today = new Date().toDateString() === date.toDateString();
  return today ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

// Local time with its zone, for titles; copies are UTC.
export const exact = (value) => (value ? `${zoned.format(new Date(value))}\nUTC ${new Date(value).toISOString()}` : UNKNOWN);

// "1.250s" as protobuf writes durations.
export const seconds = (duration) => (typeof duration === "string" ? parseFloat(duration) : NaN);

export function span(ms) {
  if (Number.isNaN(ms)) return UNKNOWN;
  if (ms < 1) return ms <= 0 ? "0 ms" : "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

export const duration = (value) => span(seconds(value) * 1000);

export function bytes(value) {
  const b = num(value);
  if (Number.isNaN(b)) return UNKNOWN;
  if (b < 10_240) return `${count.format(b)} B`;
  return b < 10_485_760 ? `${Math.round(b / 1024)} KiB` : `${Math.round(b / 1_048_576)} MiB`;
}

// accrual.enrollment.slot-reserved.v1 -> slot reserved; EnrollPatient stays.
export function typeName(type) {
  const parts = /^accrual\.[a-z-]+\.(.+)\.v\d+$/.exec(type);
  return parts ? parts[1].replaceAll("-", " ") : type || UNKNOWN;
}

export const topicName = (topic) => topic.replace(/^accrual\./, "");

// FLOW_STATE_RUNNING -> running
export const word = (value, prefix) => value.slice(prefix.length).toLowerCase().replaceAll("_", " ");
