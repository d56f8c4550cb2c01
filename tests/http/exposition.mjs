// Reads Prometheus' text format 0.0.4, and nothing else: whatever is not exactly a line of it throws. Written from the
// format's description.
import assert from 'node:assert/strict';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`, 'su');
const PAIR = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/suy;

function readLabels(text) {
  const labels = {};
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const pair = PAIR.exec(text);
    assert.ok(pair, `labels: ${text}`);
    assert.ok(!(pair[1] in labels), `a label twice: ${text}`);
    labels[pair[1]] = pair[2].replace(/\\(.)/gs, (_, c) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

function readValue(text) {
  if (text === '+Inf') return Infinity;
  assert.match(text, /^-?\d+(\.\d+)?$/, 'a value');
  return Number(text);
}

const keyOf = (name, labels) => `${name}${JSON.stringify(Object.entries(labels).sort())}`;

// { families: Map name -> { type, help, samples: [{ name, labels, value }] }, value(name, labels), all(name) }
// `moving`: while others count, so that a sum may be a value ahead of its buckets or behind.
export function parseMetrics(text, { moving = false } = {}) {
  assert.ok(text.endsWith('\n') && !text.includes('\r'));
  const families = new Map();
  const seen = new Map();
  let family;
  let help;
  for (const line of text.slice(0, -1).split('\n')) {
    const about = /^# (HELP|TYPE) (\S+) (.*)$/su.exec(line);
    if (about?.[1] === 'HELP') {
      assert.ok(about[3].length > 10 && about[3].endsWith('.'), `help of ${about[2]}`);
      help = about;
      continue;
    }
    if (about) {
      assert.equal(help?.[2], about[2], 'HELP comes before TYPE');
      assert.ok(!families.has(about[2]), `${about[2]} twice`);
      assert.match(about[3], /^(counter|gauge|histogram)$/);
      family = { name: about[2], type: about[3], help: help[3], samples: [] };
      families.set(family.name, family);
      continue;
    }
    const sample = SAMPLE.exec(line);
    assert.ok(sample, `a line: ${line}`);
    const [, name, labelText, valueText] = sample;
    const allowed =
      family.type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => family.name + end) : [family.name];
    assert.ok(allowed.includes(name), `${name} under ${family.name}`);
    const labels = readLabels(labelText ?? '');
    const value = readValue(valueText);
    const key = keyOf(name, labels);
    assert.ok(!seen.has(key), `twice: ${line}`);
    seen.set(key, value);
    family.samples.push({ name, labels, value });
  }
  const metrics = {
    families,
    moving,
    value: (name, labels = {}) => seen.get(keyOf(name, labels)),
    all: (name) => families.get(name)?.samples ?? assert.fail(`no ${name}`),
  };
  for (const { name, type } of families.values()) if (type === 'histogram') checkHistogram(metrics, name);
  return metrics;
}

// Buckets ascend in bound and count, end with +Inf, which is the count; and the sum is between what the buckets allow.
function checkHistogram(metrics, name) {
  const series = new Map();
  for (const {
    name: own,
    labels: { le, ...labels },
    value,
  } of metrics.all(name)) {
    const key = JSON.stringify(labels);
    if (!series.has(key)) series.set(key, { labels, buckets: [] });
    if (own.endsWith('_bucket')) series.get(key).buckets.push([Number(le === '+Inf' ? Infinity : le), value]);
  }
  for (const { labels, buckets } of series.values()) {
    const count = metrics.value(`${name}_count`, labels);
    const sum = metrics.value(`${name}_sum`, labels);
    assert.ok(buckets.length > 10 && buckets.length <= 16);
    assert.deepEqual(buckets.at(-1), [Infinity, count], name);
    let least = 0;
    let most = 0;
    for (const [i, [bound, below]] of buckets.entries()) {
      const before = i > 0 ? buckets[i - 1] : [0, 0];
      assert.ok(bound > before[0] && below >= before[1], `${name} ${JSON.stringify(labels)} le ${bound}`);
      least += (below - before[1]) * before[0];
      most += (below - before[1]) * (below > before[1] ? bound : 0);
    }
    if (!metrics.moving)
      assert.ok(
        sum >= least && sum <= most,
        `${name} ${JSON.stringify(labels)}: sum ${sum} is not in ${least} to ${most}`,
      );
  }
}

// Every counter (and count, sum and bucket) of `before` is there in `now`, and not less.
export function assertMonotonic(before, now) {
  for (const { type, samples } of before.families.values()) {
    if (type === 'gauge') continue;
    for (const { name, labels, value } of samples) {
      const later = now.value(name, labels);
      assert.ok(later >= value, `${name} ${JSON.stringify(labels)} fell from ${value} to ${later}`);
    }
  }
}
