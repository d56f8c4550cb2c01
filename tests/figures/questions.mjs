// Further questions of random surveys, for figures.mjs: what a daemon says of options, scales and overlapping rows,
// as cases for R, which has the raw answers alone.
import assert from 'node:assert/strict';
import { KINDS, methodOf, scaleOf } from '../http/figures.mjs';

const SURVEYS = 6;
const DAYS = 24;
const SHARE = { metric: 'csat', scale: { min: 0, max: 1 } }; // a share is a top box of ones and zeros
const OPTIONS = ['a', 'b', 'c', 'd'];
const REST = ['other', null];

// What a survey asks: one of some, several of some, and a scale of a kind.
const define = (kind, ease) => ({
  ...kind,
  questions: [
    { key: 'one', type: 'choice', options: OPTIONS.map((value) => ({ value })), other: true },
    { key: 'many', type: 'choices', options: OPTIONS.map((value) => ({ value })), other: true },
    { key: 'ease', type: 'scale', ...ease },
  ],
});

function makeAnswers({ kind, ease, pick, below, random, day }) {
  const score = ({ min, max }) => pick([min, max, min + below(max - min + 1)]);
  const often = OPTIONS.map(() => pick([0, 0.1, 0.5, 1]));
  const size = DAYS * pick([0, 1, 3, 3 + below(20)]);
  return Array.from({ length: size }, () => {
    const many = [...OPTIONS, 'other'].filter((_, i) => random() < (often[i] ?? 0.05));
    const one = random() < 0.8 ? pick([...OPTIONS, ...OPTIONS, 'other']) : null;
    return {
      score: score(scaleOf(kind)),
      day: below(DAYS),
      answered_at: day(random() * DAYS),
      answers: { one, many, ease: random() < 0.7 ? score(scaleOf(ease)) : null },
    };
  });
}

const saysOf = ({ answers }, key) => (Array.isArray(answers[key]) ? answers[key] : [answers[key]].filter((x) => x));

// The rows by a question's answers: whom each has, and whom it is held against.
function rowsOf(lines, key) {
  const values = [...new Set(lines.flatMap((line) => saysOf(line, key)))];
  const rows = values.map((value) => ({ value, has: (line) => saysOf(line, key).includes(value) }));
  const unset = { value: null, has: (line) => saysOf(line, key).length === 0 };
  return lines.some(unset.has) ? [...rows, unset] : rows;
}

const scores = (lines) => lines.map(({ score }) => score);

// Asks a daemon, and R through `ask` (figures.mjs).
export async function askQuestions(daemon, ask, { pick, below, random }) {
  const from = Date.parse('2021-03-01T00:00:00Z');
  const day = (i) => new Date(from + Math.floor(i * 86_400_000)).toISOString();
  for (let s = 0; s < SURVEYS; s += 1) {
    const slug = `q${s}`;
    const [kind, ease] = [pick(KINDS), pick(KINDS)];
    await daemon.survey(slug, define(kind, ease));
    const lines = makeAnswers({ kind, ease, pick, below, random, day });
    await daemon.load(lines.map(({ score, answered_at, answers }) => ({ survey: slug, score, answered_at, answers })));
    const get = async (target) => {
      const reply = await daemon.admin('GET', `/v1/surveys/${slug}/${target}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.json;
    };
    for (let i = 0; i < DAYS; i += 1) {
      const begin = random() < 0.5 ? below(DAYS) : random() * DAYS;
      const end = begin + (random() < 0.5 ? 1 + below(DAYS) : random() * DAYS);
      const [confidence, alpha] = [pick([0.95, 0.8, 0.9, 0.99]), pick([0.05, 0.01, 0.1])];
      const window = `from=${day(begin)}&to=${day(end)}&confidence=${confidence}`;
      const within = lines.filter(({ answered_at: at }) => at >= day(begin) && at < day(end));
      const of = (question, list) => list.map(({ answers }) => answers[question]).filter((x) => x !== null);
      ask(`s.${s}.${i}`, ease, confidence, 0.05, of('ease', within), [], {
        bucket: await get(`score?question=ease&${window}`),
      });
      for (const key of ['one', 'many']) {
        const told = await get(`questions/${key}?${window}&alpha=${alpha}`);
        const answered = within.filter((line) => saysOf(line, key).length > 0);
        assert.deepEqual([told.n, told.asked, told.answered], [within.length, within.length, answered.length]);
        for (const [at, { value, has }] of rowsOf(within, key).entries()) {
          const id = `g${key}${s}_${i}.${at}`;
          const rest = scores(within.filter((line) => !has(line)));
          const option = told.options.find((row) => row.value === value);
          // Who did not answer is in the family of p, and no option.
          ask(id, kind, confidence, alpha, scores(within.filter(has)), rest, value && { segment: option, alpha });
          if (!value) continue;
          const { share: score, share_interval: interval } = option;
          const share = { n: answered.length, score, interval: { ...interval, margin: null } };
          ask(
            `h${key}${s}.${i}.${at}`,
            SHARE,
            confidence,
            0.05,
            answered.map((line) => Number(has(line))),
            [],
            { share },
          );
        }
        assert.ok(told.options.every(({ n, value }) => n > 0 || [...OPTIONS, ...REST].includes(value)));
      }
    }
    const trend = await get(`trend?question=ease&interval=day&from=${day(0)}&to=${day(DAYS)}`);
    trend.buckets.forEach((bucket, i) => {
      const list = lines.filter(({ answered_at: at }) => at >= day(i) && at < day(i + 1));
      ask(
        `u${s}.${i}`,
        ease,
        0.95,
        0.05,
        list.map(({ answers }) => answers.ease).filter((x) => x !== null),
        [],
        { bucket },
      );
    });
    assert.equal(methodOf(trend), methodOf(ease));
  }
}
