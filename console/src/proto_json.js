// Values of proto3 JSON: times, durations, and numbers that may be strings.

// Milliseconds since the epoch, or null for what is absent or makes no sense.
export function readTime(text) {
  if (!text) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

// "1.500s" in seconds, or null.
export function readDuration(text) {
  const match = /^(-?\d+(?:\.\d+)?)s$/.exec(text ?? '');
  return match ? Number(match[1]) : null;
}

// Seconds as "90s".
export function writeDuration(seconds) {
  return `${Number(seconds)}s`;
}

// int64 comes as a string, double also as "NaN" and "Infinity". Absent: 0.
export function readNumber(value) {
  return value === undefined || value === null ? 0 : Number(value);
}

// The same for `optional` fields. Absent: null.
export function readOptional(value) {
  return value === undefined || value === null ? null : Number(value);
}

// "90", "90s", "10m", "1h30m", "2d" in seconds; null for anything else.
export function parseDuration(text) {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const match =
      /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(trimmed);
  if (!match || trimmed === '') return null;
  const [, d = 0, h = 0, m = 0, s = 0] = match;
  return Number(d) * 86400 + Number(h) * 3600 + Number(m) * 60 + Number(s);
}
