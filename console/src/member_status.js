// The statuses of members: their order, and how grave each is.

// In the order of the API's enum, which is that of the chips and counts.
export const STATUSES =
    ['STARTING', 'UP', 'DEGRADED', 'DRAINING', 'OFFLINE', 'LOST', 'LEFT'];

// The gravest first: what an operator looks at when sorting by status.
const BY_GRAVITY =
    ['LOST', 'DEGRADED', 'DRAINING', 'STARTING', 'OFFLINE', 'UP', 'LEFT'];
const GRAVITY = new Map(BY_GRAVITY.map((status, i) => [status, i]));

export function gravity(status) {
  return GRAVITY.get(status) ?? BY_GRAVITY.length;
}

// shortEnum('MEMBER_STATUS_UP', 'MEMBER_STATUS_') is 'UP'; unspecified is ''.
export function shortEnum(value, prefix) {
  if (typeof value !== 'string' || !value.startsWith(prefix)) return '';
  const short = value.slice(prefix.length);
  return short === 'UNSPECIFIED' ? '' : short;
}
