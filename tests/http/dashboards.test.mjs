// config/grafana and config/prometheus against a running daemon: every metric and label that an expression names is one
// that the daemon has, every expression is PromQL, and every alert is tried by tests/prometheus.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { parseMetrics } from './exposition.mjs';
import { HANGS_MS, METRICS, ROOT, makeDirectory, removeDirectory, start } from './harness.mjs';

const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const dir = makeDirectory();
const d = await start({ tls: true, config: { metrics: { ...METRICS, scores: 'yes' }, backup: { every: '1h' } } });
after(async () => {
  await d.stop();
  removeDirectory(dir);
});

function promtool(...args) {
  const done = spawnSync('promtool', args, { cwd: ROOT, encoding: 'utf8', timeout: HANGS_MS });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
}

// One of each kind that a sample needs to be there.
await d.survey('shop', { metric: 'nps' });
assert.equal((await d.post('shop', { score: 9 })).status, 201);
assert.equal((await d.score('shop')).status, 200);
const metrics = parseMetrics((await d.scrape()).text);

// name -> { label -> values } of all that the daemon shows, with the names of a histogram's series.
const known = new Map();
for (const { samples } of metrics.families.values()) {
  for (const { name, labels } of samples) {
    if (!known.has(name)) known.set(name, {});
    for (const [label, value] of Object.entries(labels)) (known.get(name)[label] ??= new Set()).add(value);
  }
}
const TARGET = ['job', 'instance']; // Prometheus' own

// Metrics that an expression names, with the matchers of each; and the labels that it groups by.
function take(expression) {
  const selectors = [...expression.matchAll(/\b((?:cxd|process)_\w+)(?:\{([^}]*)\})?/g)].map(([, name, matchers]) => ({
    name,
    matchers: [...(matchers ?? '').matchAll(/(\w+)(=~|=|!=|!~)"([^"]*)"/g)].map(([, label, operator, value]) => ({
      label,
      operator,
      value,
    })),
  }));
  const groups = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, labels]) =>
    labels.split(',').map((label) => label.trim()),
  );
  return { selectors, groups };
}

function check(expression, where) {
  const { selectors, groups } = take(expression);
  assert.ok(selectors.length > 0 || /\bup\b/.test(expression), `${where}: ${expression}`);
  const labels = new Set(TARGET);
  for (const { name, matchers } of selectors) {
    assert.ok(known.has(name), `${where}: the daemon has no ${name}`);
    for (const label of Object.keys(known.get(name))) labels.add(label);
    for (const { label, operator, value } of matchers) {
      if (TARGET.includes(label)) continue;
      const values = known.get(name)[label];
      assert.ok(values, `${where}: ${name} has no label ${label}`);
      // What has a fixed set of values is held to it; a status that did not come up here is still one.
      if (label === 'status') assert.match(value, /^[45]\.\.$/);
      else if (operator === '=') assert.ok(values.has(value), `${where}: ${name}{${label}="${value}"} is never there`);
      else
        assert.ok(
          [...values].some((one) => new RegExp(`^(?:${value})$`).test(one)),
          `${where}: ${name}{${label}=~"${value}"} is never there`,
        );
    }
  }
  for (const label of groups) assert.ok(labels.has(label), `${where}: nothing has the label ${label}`);
  return selectors.map(({ name }) => name);
}

// As Grafana fills them in.
const fill = (expression) =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*').replaceAll('$instance', '.*');

test('the dashboard can be imported, and each expression of it is one of this daemon', () => {
  const dashboard = JSON.parse(read('config/grafana/cxd.json'));
  assert.deepEqual([dashboard.uid, dashboard.title], ['cxd', 'cxd']);
  assert.ok(dashboard.schemaVersion >= 36);
  assert.equal(dashboard.id, undefined, 'an id is of one Grafana');
  const variables = dashboard.templating.list.map(({ name, type }) => `${name}:${type}`);
  assert.deepEqual(variables, ['datasource:datasource', 'job:query', 'instance:query']);
  for (const { definition } of dashboard.templating.list.slice(1))
    check(/label_values\((.*), \w+\)/.exec(definition)[1], 'a variable');
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const named = new Set();
  const rules = [];
  const places = [];
  for (const { type, title, description, datasource, gridPos, targets, fieldConfig } of dashboard.panels) {
    const { x, y, w, h } = gridPos;
    assert.ok(x >= 0 && x + w <= 24, title);
    for (const other of places)
      assert.ok(
        x >= other.x + other.w || other.x >= x + w || y >= other.y + other.h || other.y >= y + h,
        `${title} lies on another`,
      );
    places.push(gridPos);
    if (type === 'row') continue;
    assert.ok(['stat', 'timeseries'].includes(type) && title && description && fieldConfig.defaults.unit, title);
    assert.equal(datasource.uid, '${datasource}');
    assert.ok(targets.length > 0, title);
    for (const { expr, refId, legendFormat } of targets) {
      assert.ok(refId && legendFormat !== undefined, title);
      assert.ok(!/\$(?!__rate_interval|job|instance)/.test(expr), `${title}: ${expr}`);
      for (const name of check(expr, title)) named.add(name.replace(/_(bucket|sum|count)$/, ''));
      rules.push({ record: `panel:${rules.length}`, expr: fill(expr) });
    }
  }
  assert.ok(rules.length > 30);
  const file = path.join(dir, 'panels.yml');
  fs.writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] })); // JSON is YAML
  assert.match(promtool('check', 'rules', file), new RegExp(`SUCCESS: ${rules.length} rules found`));
  // Whatever the daemon tells is on it.
  const told = [...metrics.families.keys()].filter((name) => !named.has(name));
  assert.deepEqual(told, []);
});

test('the alerts are rules of this daemon, and say what they mean and where to read on', () => {
  const file = 'config/prometheus/cxd.rules.yml';
  promtool('check', 'rules', file);
  const { groups } = parse(read(file));
  const rules = groups.flatMap((group) => group.rules);
  assert.ok(rules.length > 15);
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, expr, labels, annotations } of rules) {
    check(expr, alert);
    assert.match(alert, /^Cxd[A-Z][A-Za-z]+$/);
    assert.match(labels.severity, /^(critical|warning)$/);
    assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook'], alert);
    assert.equal(annotations.runbook, `/usr/share/doc/cxd/operations.md#${alert.toLowerCase()}`);
  }
  const page = read('docs/operations.md');
  const headings = [...page.matchAll(/^### (Cxd\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    headings,
    rules.map(({ alert }) => alert),
    'the page has each alert, in the order of the rules',
  );
  const anchors = new Set(
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title.toLowerCase().replaceAll(' ', '-')),
  );
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) assert.ok(anchors.has(anchor), `#${anchor} leads nowhere`);
});

test('each alert is raised by what it is for, and by nothing else', () => {
  const file = 'tests/prometheus/cxd.rules.test.yml';
  promtool('test', 'rules', file);
  const text = read(file);
  for (const rule of parse(read('config/prometheus/cxd.rules.yml')).groups.flatMap((group) => group.rules)) {
    assert.match(
      text,
      new RegExp(`(ALERTS\\{alertname="${rule.alert}",|alertname: ${rule.alert}\\n)`),
      `${rule.alert} is not tried`,
    );
  }
});

test('the example is a configuration of Prometheus that finds the rules', () => {
  const out = promtool('check', 'config', 'config/prometheus/prometheus.example.yml');
  assert.match(out, /SUCCESS: 1 rule files found/);
  const { scrape_configs: jobs } = parse(read('config/prometheus/prometheus.example.yml'));
  assert.deepEqual(
    jobs.map(({ job_name: name }) => name),
    ['cxd'],
    'the alerts look for this job',
  );
});
