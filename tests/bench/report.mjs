// The tables of `make bench`.

function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(cells[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.slice(1).map(line)].join('\n');
}

const ratio = (value) => (!Number.isFinite(value) ? '–' : value < 10 ? value.toFixed(2) : value.toFixed(1));
const whole = (value) => Math.round(value).toLocaleString('en');
const ms = (value) => value.toFixed(value < 10 ? 2 : 1);
const micro = (value) => value.toFixed(3);
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

function ingestTable(rows, ratios) {
  const head = [
    'server',
    'connections',
    ...ratios.map((one) => one.title),
    'requests/s',
    'CPU µs',
    'p50 ms',
    'p99 ms',
    'errors',
  ];
  return table(
    head,
    rows.map((row) => [
      row.title,
      row.connections,
      ...ratios.map((one) => ratio(row.ratio[one.key])),
      whole(row.perSecond),
      Number.isFinite(row.cpuUs) ? row.cpuUs.toFixed(1) : '–',
      ms(row.p50Ms),
      ms(row.p99Ms),
      row.errors,
    ]),
  );
}

function speedText({ rows, more }, { rounds, seconds }) {
  return (
    `Speed: POST of a response of about 200 bytes; medians of ${rounds} interleaved rounds of ${seconds} s\n\n` +
    ingestTable(rows, [
      { key: 'floor', title: '× floor' },
      { key: 'node', title: '× Node' },
      ...(rows.some((row) => 'before' in row.ratio) ? [{ key: 'before', title: '× before' }] : []),
    ]) +
    '\n\nOf batches the lines are counted, but the times are those of a batch\n\n' +
    ingestTable(more, [
      { key: 'floor', title: '× floor' },
      { key: 'single', title: '× posts' },
    ])
  );
}

function sendersText({ rows, flushMs }, { rounds, seconds }) {
  return (
    `Who sends; medians of ${rounds} interleaved rounds of ${seconds} s. A flush of a page alone takes ` +
    `${ms(flushMs)} ms here\n\n` +
    table(
      ['senders', 'requests/s', '× 64', 'CPU µs', 'p50 ms', 'p99 ms', 'at most ms', 'MB at peak', 'errors'],
      rows.map((row) => [
        row.title,
        whole(row.perSecond),
        ratio(row.ratio),
        row.cpuUs.toFixed(1),
        ms(row.p50Ms),
        ms(row.p99Ms),
        ms(row.maxMs),
        megabytes(row.peak),
        row.errors,
      ]),
    )
  );
}

function delayText({ disks }, { rounds, seconds }) {
  return disks
    .map(
      ({ delayMs, rows }) =>
        `The same on a slower disk: every fsync takes ${delayMs} ms longer; medians of ${rounds} rounds ` +
        `of ${seconds} s\n\n` +
        ingestTable(rows, [{ key: 'node', title: '× Node' }]),
    )
    .join('\n\n');
}

function everythingText({ rows, eventRows }, { rounds, seconds }) {
  return (
    `Ingest, watched by rules of alerts; medians of ${rounds} interleaved rounds of ${seconds} s\n\n` +
    ingestTable(rows, [{ key: 'before', title: '× before' }]) +
    '\n\n' +
    ingestTable(eventRows, [{ key: 'responses', title: '× responses' }])
  );
}

function webText({ rows }, { rounds, seconds }) {
  return (
    `What browsers ask for and post; medians of ${rounds} interleaved rounds of ${seconds} s; processor time against ` +
    `/healthz, of posts against JSON\n\n` +
    ingestTable(rows, [{ key: 'cpu', title: '× CPU' }])
  );
}

function widgetText({ bytes, requests, more, visits, scriptMs, paintedMs }) {
  return (
    `The widget on a page of another origin, in headless Chromium; medians of ${visits} visits\n\n` +
    table(
      ['bytes, gzip', 'requests', 'for a comment', 'script ms', 'from there to painted ms'],
      [[whole(bytes), requests.length, more.length, micro(scriptMs), micro(paintedMs)].map(String)],
    )
  );
}

function scaleText({ sizes }) {
  const reads = sizes.flatMap((size) =>
    Object.values(size.questions).map((question) => [
      question.title,
      whole(size.size),
      micro(question.appMs),
      micro(question.appP99Ms),
      micro(question.firstMs),
      micro(question.clientMs),
      whole(question.perSecond),
    ]),
  );
  reads.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const sums = sizes.map((size) => [
    whole(size.size),
    megabytes(size.startMemory.rss),
    megabytes(size.memory.rss),
    megabytes(size.memory.peak),
    size.bytesPerResponse.toFixed(0),
    size.generateSeconds.toFixed(1),
  ]);
  return (
    'Scale: reads in the daemon (median and 99th of 200, and the first of all), at the client, and at 16 ' +
    'connections\n\n' +
    table(['question', 'stored', 'daemon ms', 'p99 ms', 'first ms', 'client ms', 'requests/s'], reads) +
    '\n\n' +
    table(['stored', 'MB at start', 'MB after all', 'MB at peak', 'bytes a response', 'generated in s'], sums)
  );
}

function analysisText({ sizes }) {
  const stored = ({ size, kind }) => `${whole(size)} ${kind}`;
  const reads = sizes.flatMap((all) =>
    all.questions.map((one) => [
      one.title,
      stored(all),
      ...(one.missing || one.refused
        ? ['–', '–', '–', '–', 0, '–']
        : [ms(one.bestMs), ms(one.medianMs), ms(one.p99Ms), ms(one.firstMs), one.times, one.underMs ?? '–']),
    ]),
  );
  const refused = sizes.flatMap(({ size, questions }) =>
    questions.filter((one) => one.refused).map((one) => `${one.title}, ${whole(size)} stored: ${one.refused}`),
  );
  const bytes = sizes.flatMap((all) =>
    Object.entries(all.bytes).map(([what, count]) => [what, stored(all), (count / all.size).toFixed(1)]),
  );
  return (
    'Analysis: of "people" comments, respondents, visits, 1,000 branches and alerts are there, of "asking" answers ' +
    'to four further questions;\none request at a time, ms in the daemon, or at the client where it does not say\n\n' +
    table(['question', 'stored', 'best ms', 'median ms', 'p99 ms', 'first ms', 'times', 'under'], reads) +
    (refused.length > 0 ? `\n\nRefused:\n${refused.join('\n')}` : '') +
    '\n\n' +
    table(['on disk', 'stored', 'bytes a response'], bytes) +
    '\n\n' +
    table(
      ['stored', 'MB at start', 'MB after all', 'MB at peak', 'generated in s'],
      sizes.map((size) => [
        stored(size),
        megabytes(size.startMemory.rss),
        megabytes(size.memory.rss),
        megabytes(size.memory.peak),
        Number.isFinite(size.generateSeconds) ? size.generateSeconds.toFixed(1) : '–',
      ]),
    ) +
    '\n\n' +
    table(['held in memory', 'at most'], sizes[0].caches)
  );
}

const kilobytes = (bytes) => whole(bytes / 1024);

function footprintText({ program, spawnMs, sizes, connections, loadConnections }) {
  const name = ({ size }) => (size === 0 ? 'nothing' : whole(size));
  const memoryOf = (title, pick) => [
    title,
    (size) => {
      const { rss, pss, anonymous, peak } = pick(size);
      return [rss, pss, anonymous, peak].map(megabytes).join(' / ');
    },
  ];
  const idleOf = (title, pick) => [title, (size) => `${pick(size).wakeups.toFixed(1)} / ${whole(pick(size).cpuUs)}`];
  const rows = [
    ['start to ready, ms: median / 90th', ({ start }) => `${ms(start.ms)} / ${ms(start.p90Ms)}`],
    ['the first start, ms', ({ start }) => ms(start.firstMs)],
    memoryOf('MB idle: resident / proportional / own / peak', ({ idle }) => idle.memory),
    memoryOf(`the same with ${connections} idle connections`, ({ connected }) => connected.memory),
    memoryOf(`the same, ${loadConnections} connections posting`, ({ load }) => load.posting),
    memoryOf(`the same, ${loadConnections} connections reading`, ({ load }) => load.reading),
    idleOf('idle, a second: wake-ups / CPU µs', ({ idle }) => idle),
    idleOf(`the same with ${connections} idle connections`, ({ connected }) => connected),
    idleOf('the same after load', ({ after }) => after),
    ['MB on disk', (size) => megabytes(size.diskBytes)],
    ['bytes on disk a response', (size) => whole(size.bytesPerResponse)],
  ];
  return (
    `Footprint: the program has ${kilobytes(program.strippedBytes)} KB (${kilobytes(program.debugBytes)} ` +
    `with debug information) and loads ` +
    `${program.loaded} libraries of together ${megabytes(program.loadedBytes)} MB,\nof which it names ` +
    `${program.linked.length}: ${program.linked.join(' ')}. ` +
    `Starting any process takes ${ms(spawnMs)} ms here\n\n` +
    table(
      ['with stored', ...sizes.map(name)],
      rows.map(([title, cell]) => [title, ...sizes.map(cell)]),
    )
  );
}

function upgradeText(one) {
  const rows = [
    ['start to ready, s', (one.ms / 1000).toFixed(1)],
    [
      'of that until the backup was made and the upgrade tried on it, s',
      one.copyMs === undefined ? '–' : (one.copyMs / 1000).toFixed(1),
    ],
    ['the start after that, ms', ms(one.againMs)],
    ['MB of the database before', megabytes(one.bytes)],
    ['MB of disk beyond it, at most', megabytes(one.extraBytes)],
    ['MB that the database has grown by', megabytes(one.grownBytes)],
    ['MB of memory at the peak', megabytes(one.peak)],
    ['going back: start of the version before, ms', ms(one.backMs)],
    ['responses since, which are not in the backup', one.lost],
  ];
  return (
    `Upgrade: from schema ${one.from} to ${one.to} with ${whole(one.size)} responses stored\n\n` +
    table(['', 'is'], rows)
  );
}

function importsText({ rows, imported, undone, peak }) {
  const row = (title, { seconds, perSecond, cpuUs }) => [title, seconds.toFixed(1), whole(perSecond), cpuUs.toFixed(1)];
  return (
    `Imports: ${whole(rows)} rows over two connections; ${megabytes(peak)} MB of memory at the peak\n\n` +
    table(['', 'seconds', 'rows a second', 'CPU µs a row'], [row('imported', imported), row('undone', undone)])
  );
}

function importText({ runs }) {
  const rows = runs.flatMap(({ format, count, bytes, first, again }) =>
    [
      ['', first],
      [', again', again],
    ].map(([which, run]) => [
      `${whole(count)} rows, ${megabytes(bytes)} MB of ${format}${which}`,
      run.seconds.toFixed(1),
      run.sendSeconds.toFixed(1),
      whole(count / run.seconds),
      (run.cpuUs / count).toFixed(1),
      (run.serverCpuUs / count).toFixed(1),
      megabytes(run.peak),
    ]),
  );
  return (
    'Import: a file into a daemon on this machine, with the dry run before\n\n' +
    table(['file', 's', 's to send', 'rows/s', 'CPU µs a row', 'of the daemon', 'MB at most'], rows)
  );
}

function exportsText({ size, forms, peak, alone, beside }) {
  const rows = forms.map(({ form, bytes, seconds, perSecond, cpuUs }) => [
    form,
    seconds.toFixed(1),
    whole(perSecond),
    megabytes(bytes / seconds),
    cpuUs.toFixed(2),
  ]);
  return (
    `Exports: ${whole(size)} responses; ${megabytes(peak)} MB of memory at the peak; ingest beside one is ` +
    `${ratio(beside)} of the ${whole(alone)} responses a second without\n\n` +
    table(['', 'seconds', 'responses a second', 'MB a second', 'CPU µs a response'], rows)
  );
}

function besideText({ size, rows, peak }, { rounds, seconds }) {
  const [alone] = rows;
  return (
    `Posts at 16 connections while the daemon does something else too; ${whole(size)} responses stored; medians of ` +
    `${rounds} rounds of ${seconds} s; ${megabytes(peak)} MB of memory at the peak\n\n` +
    table(
      ['beside', 'times', 'requests/s', '× alone', 'p50 ms', 'p99 ms', 'at most ms', 'errors'],
      rows.map((row) => [
        row.title,
        row.times,
        whole(row.perSecond),
        ratio(row.perSecond / alone.perSecond),
        ms(row.p50Ms),
        ms(row.p99Ms),
        ms(row.maxMs),
        row.errors,
      ]),
    )
  );
}

function boundsText(bounds) {
  return table(
    ['bound', 'is', 'must be', ''],
    bounds.map((one) => [one.what, ratio(one.value), one.bound, one.kept ? 'kept' : 'BROKEN']),
  );
}

function dashboardText({ size, files, pages, rows }, { rounds, seconds }) {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    `The dashboard: what a browser loads, compressed\n\n` +
    table(['file', 'bytes'], [...files.map((file) => [file.name, whole(file.bytes)]), ['together', whole(total)]]) +
    `\n\nA page with ${whole(size)} responses stored, in headless Chromium; medians of ${rounds}\n\n` +
    table(
      ['page', 'requests', 'of use after ms'],
      pages.map((page) => [page.title, whole(page.requests), whole(page.interactiveMs)]),
    ) +
    `\n\nIts pictures; medians of ${rounds} interleaved rounds of ${seconds} s; processor time against JSON\n\n` +
    ingestTable(rows, [{ key: 'cpu', title: 'CPU × JSON' }])
  );
}

// Of answers also how many there are of those where nobody listens.
function liveText({ rows }, { rounds, seconds }) {
  const [nobody] = rows;
  return (
    `Who listens while answers come; medians of ${rounds} interleaved rounds of ${seconds} s\n\n` +
    table(
      ['live clients', 'at rest MiB', 'at rest % CPU', 'at most MiB', 'CPU µs an answer', 'told MB'],
      rows.map((row) => [
        whole(row.clients),
        row.restMib.toFixed(1),
        (100 * row.restCpu).toFixed(1),
        row.mostMib.toFixed(1),
        row.cpuUs.toFixed(1),
        (row.bytes / 1e6).toFixed(1),
      ]),
    ) +
    '\n\nWhat they do to ingest, beside nobody who listens; their program has what is left of the processors\n\n' +
    table(
      ['live clients', 'answers/s', '× nobody', 'p50 ms', '× nobody', 'p99 ms', '× nobody'],
      rows.map((row) => [
        whole(row.clients),
        whole(row.perSecond),
        ratio(row.perSecond / nobody.perSecond),
        ...['p50Ms', 'p99Ms'].flatMap((name) => [ms(row[name]), ratio(row[name] / nobody[name])]),
      ]),
    )
  );
}

export function report(result, options) {
  const parts = [];
  if (result.speed) parts.push(speedText(result.speed, options));
  if (result.senders) parts.push(sendersText(result.senders, options));
  if (result.delay) parts.push(delayText(result.delay, options));
  if (result.ingest) parts.push(everythingText(result.ingest, options));
  if (result.web) parts.push(webText(result.web, options));
  if (result.widget) parts.push(widgetText(result.widget));
  if (result.live) parts.push(liveText(result.live, options));
  if (result.scale) parts.push(scaleText(result.scale));
  if (result.dashboard) parts.push(dashboardText(result.dashboard, options));
  if (result.analysis) parts.push(analysisText(result.analysis));
  if (result.beside) parts.push(besideText(result.beside, options));
  if (result.imports) parts.push(importsText(result.imports));
  if (result.exports) parts.push(exportsText(result.exports));
  if (result.footprint) parts.push(footprintText(result.footprint));
  if (result.import) parts.push(importText(result.import));
  if (result.upgrade) parts.push(upgradeText(result.upgrade));
  if (result.bounds.length > 0) parts.push(boundsText(result.bounds));
  return parts.join('\n\n') + '\n';
}
