// The last values of gauges, for the small plots. Kept in the page, from when
// it was opened; bounded, and the members longest not heard of go first.

const POINTS = 240;
const MEMBERS = 1_000;

export class GaugeHistory {
  constructor({ points = POINTS, members = MEMBERS } = {}) {
    this.points = points;
    this.limit = members;
    this.byMember = new Map();  // name -> Map(gauge -> [[ms, value], ...])
  }

  clear() {
    this.byMember.clear();
  }

  record(member, now) {
    const names = Object.keys(member.gauges);
    if (names.length === 0) return;
    const series = this.byMember.get(member.name) ?? new Map();
    this.byMember.delete(member.name);  // to the end: the newest
    this.byMember.set(member.name, series);
    if (this.byMember.size > this.limit)
      this.byMember.delete(this.byMember.keys().next().value);
    for (const name of names) {
      const value = Number(member.gauges[name]);
      if (!Number.isFinite(value)) continue;
      const points = series.get(name) ?? [];
      points.push([now, value]);
      if (points.length > this.points) points.shift();
      series.set(name, points);
    }
  }

  of(member, gauge) {
    return this.byMember.get(member)?.get(gauge) ?? [];
  }
}
