// The calendar of a time zone by way of Intl, so that no rule is shared with the daemon's.
const formats = new Map();

// Civil date and time of an instant: { year, month, day, hour, minute, weekday (Monday 0) }.
export function civil(ms, zone) {
  if (!formats.has(zone)) {
    formats.set(
      zone,
      new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        calendar: 'gregory',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
    );
  }
  const parts = {};
  for (const part of formats.get(zone).formatToParts(new Date(ms))) parts[part.type] = Number(part.value);
  const weekday = (new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).getUTCDay() + 6) % 7;
  return {
    year: parts.year,
    month: parts.month,
    day: parts.day,
    hour: parts.hour,
    minute: parts.minute,
    second: parts.second,
    weekday,
  };
}

// The first instant that bears a civil date (day and month may overflow, as in Date.UTC).
export function startOf(year, month, day, zone) {
  const date = new Date(Date.UTC(year, month - 1, day));
  const wanted = date.getTime();
  const reached = (ms) => {
    const at = civil(ms, zone);
    return Date.UTC(at.year, at.month - 1, at.day) >= wanted;
  };
  let low = wanted - 30 * 3600_000;
  let high = wanted + 30 * 3600_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export function floorTo(unit, ms, zone) {
  const at = civil(ms, zone);
  switch (unit) {
    case 'day':
      return startOf(at.year, at.month, at.day, zone);
    case 'week':
      return startOf(at.year, at.month, at.day - at.weekday, zone);
    case 'month':
      return startOf(at.year, at.month, 1, zone);
    case 'quarter':
      return startOf(at.year, at.month - ((at.month - 1) % 3), 1, zone);
    case 'year':
      return startOf(at.year, 1, 1, zone);
    default:
      throw new Error(unit);
  }
}

// The start of the unit `count` after the one that holds ms.
export function add(unit, ms, count, zone) {
  const at = civil(floorTo(unit, ms, zone), zone);
  switch (unit) {
    case 'day':
      return startOf(at.year, at.month, at.day + count, zone);
    case 'week':
      return startOf(at.year, at.month, at.day + 7 * count, zone);
    case 'month':
      return startOf(at.year, at.month + count, 1, zone);
    case 'quarter':
      return startOf(at.year, at.month + 3 * count, 1, zone);
    case 'year':
      return startOf(at.year + count, 1, 1, zone);
    default:
      throw new Error(unit);
  }
}

// Of a calendar window: its unit, and how many of them ago it is.
function periodOf(name) {
  const last = /^last_(.*)$/.exec(name);
  if (last) return { unit: last[1], ago: 1 };
  if (name === 'yesterday') return { unit: 'day', ago: 1 };
  return { unit: name === 'today' ? 'day' : name, ago: 0 };
}

// Whether a named window is one that still runs, so that it is cut to be compared.
export const isRunning = (name) => /^[a-z]+$/.test(name) && name !== 'yesterday' && name !== 'all';

// [from, to) of a named window.
export function windowOf(name, now, zone) {
  const days = /^(\d+)d$/.exec(name);
  if (days) {
    const to = add('day', now, 1, zone);
    return [add('day', now, 1 - Number(days[1]), zone), to];
  }
  const { unit, ago } = periodOf(name);
  return [add(unit, now, -ago, zone), add(unit, now, 1 - ago, zone)];
}

// The window before: the calendar period, or the N days before.
export function previousOf(name, now, zone) {
  const days = /^(\d+)d$/.exec(name);
  if (days) {
    const from = add('day', now, 1 - Number(days[1]), zone);
    return [add('day', from, -Number(days[1]), zone), from];
  }
  const { unit, ago } = periodOf(name);
  return [add(unit, now, -ago - 1, zone), add(unit, now, -ago, zone)];
}

// The first instant at which the clock shows a time of day on the day that begins at `start`; one that it skips is
// counted on from before the skip.
export function timeOfDay(start, ms, zone) {
  const day = civil(start, zone);
  const wanted = Date.UTC(day.year, day.month - 1, day.day) + ms;
  const shownAt = (at) => {
    const shown = civil(at, zone);
    return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute);
  };
  if (ms === 0) return start;
  let at = start;
  while (shownAt(at) < wanted) at += 60_000;
  return shownAt(at) === wanted ? at : at - 60_000 + wanted - shownAt(at - 60_000);
}

// What a running calendar window is compared in: [[from, cut], [previous from, previous cut]]; both at the last full
// minute, as many days and the same time of day from their start.
export function cutOf(name, now, zone) {
  const [from] = windowOf(name, now, zone);
  const [before, until] = previousOf(name, now, zone);
  const cut = now - (now % 60_000);
  const days = Math.round((floorTo('day', cut, zone) - from) / 86_400_000);
  const shown = civil(cut, zone);
  const end = timeOfDay(add('day', before, days, zone), (shown.hour * 60 + shown.minute) * 60_000, zone);
  return [
    [from, cut],
    [before, Math.min(end, until)],
  ];
}

// Bucket bounds of a trend over [from, to): whole units, the ends clipped.
export function buckets(unit, from, to, zone) {
  const bounds = [from];
  for (let next = add(unit, from, 1, zone); next < to; next = add(unit, next, 1, zone)) bounds.push(next);
  bounds.push(to);
  return bounds;
}

export const iso = (ms) => new Date(ms).toISOString();
export const at = (text) => new Date(text).getTime();
