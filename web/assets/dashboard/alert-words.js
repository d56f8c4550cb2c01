// What a rule of an alert says, how it stands, and what happened to it, in sentences. Nothing here draws.
import { count, score, signed } from './format.js';
import { METRICS } from './definition.js';

/** @typedef {Record<string, any>} Alert As `GET /v1/alerts/{name}` has it. */
/** @typedef {Record<string, any> | undefined} Survey */

export const KINDS = {
  score: { name: 'Score beyond a line', about: 'Once a day: is the score of a time below (or above) a line?' },
  drop: { name: 'Score drops', about: 'Once a day: is the score worse than in the time before, and more than noise?' },
  rate: { name: 'Too many unhappy', about: 'Once a day: is the share of the unhappy above a line?' },
  silence: { name: 'Nobody answers', about: 'A day without an answer, of a weekday that usually has some.' },
  detractor: { name: 'Somebody unhappy wrote', about: 'At once, for every unhappy answer with a comment.' },
};

export const WINDOWS = {
  yesterday: 'yesterday',
  '7d': 'the last 7 days',
  '14d': 'the last 14 days',
  '30d': 'the last 30 days',
  '90d': 'the last 90 days',
  week: 'this week',
  last_week: 'last week',
  month: 'this month',
  last_month: 'last month',
  quarter: 'this quarter',
  last_quarter: 'last quarter',
  year: 'this year',
};

export const STATES = { firing: 'Firing', acknowledged: 'Acknowledged', ok: 'Fine', no_data: 'No data' };

export const REASONS = {
  not_evaluated_yet: 'not looked at yet',
  few_answers: 'too few answers',
  suppressed: 'fewer answers than the survey shows figures for',
  survey_closed: 'the survey was closed that day',
  no_usual_day: 'no usual day yet: it needs some weeks of answers',
  survey_archived: 'the survey is archived',
  no_survey: 'there is no such survey',
  unreadable: 'the rule cannot be read: save it again, or delete it',
};

/** @param {string | undefined} name */
const windowWords = (name) => {
  const known = WINDOWS[/** @type {keyof typeof WINDOWS} */ (name ?? '30d')];
  const days = /^(\d+)d$/.exec(name ?? '');
  return known ?? (days ? `the last ${days[1]} days` : String(name).replaceAll('_', ' '));
};

/** @param {Survey} survey */
export const unhappyOf = (survey) => METRICS[/** @type {keyof typeof METRICS} */ (survey?.metric ?? 'nps')].bands[2];

/** @param {Alert} alert */
function whereWords(alert) {
  const parts = ['touchpoint', 'channel', 'locale']
    .filter((name) => alert[name])
    .map((name) => `${name} ${alert[name]}`);
  for (const [key, value] of Object.entries(alert.properties ?? {})) parts.push(`${key} ${value}`);
  return parts.length > 0 ? `, of ${parts.join(', ')} alone` : '';
}

/**
 * The rule, in one sentence.
 * @param {Alert} alert
 * @param {Survey} survey
 */
export function ruleWords(alert, survey) {
  const method = survey?.method ?? 'net_promoter';
  const of = `${windowWords(alert.window)}${whereWords(alert)}`;
  const line = (/** @type {number} */ value) => score(value, method);
  switch (alert.kind) {
    case 'score':
      return typeof alert.below === 'number'
        ? `The score of ${of} is below ${line(alert.below)}`
        : `The score of ${of} is above ${line(alert.above)}`;
    case 'drop':
      return [
        `The score of ${of} is worse than in the time before, and chance alone would show so much`,
        `in less than ${percentWords(alert.alpha ?? 0.05)} of cases`,
      ].join(' ');
    case 'rate':
      return `More than ${alert.above}% of the answers of ${of} are ${unhappyOf(survey)}`;
    case 'silence':
      return `A day without an answer${whereWords(alert)}, of a weekday that usually has some`;
    case 'detractor':
      return `Somebody of the ${unhappyOf(survey)}${whereWords(alert)} leaves a comment`;
    default:
      return 'This rule cannot be read';
  }
}

/** @param {number} share 0 to 1. */
const percentWords = (share) => `${Number((share * 100).toPrecision(3))}%`;

/**
 * How it stands, in one sentence.
 * @param {Alert} alert
 * @param {Survey} survey
 */
export function standsWords(alert, survey) {
  if (alert.state === null) return 'How this rule stands is shown to those who signed in';
  if (alert.state === 'no_data')
    return `No data: ${REASONS[/** @type {keyof typeof REASONS} */ (alert.reason)] ?? 'not looked at yet'}`;
  return valueWords(alert, alert, survey);
}

/**
 * @param {Alert} alert
 * @param {Record<string, any>} at What has value, n and p_value: the alert, or an event of it.
 * @param {Survey} survey
 */
function valueWords(alert, at, survey) {
  const method = survey?.method ?? 'net_promoter';
  const n = at.n ?? 0;
  const answers = `${count(n)} ${n === 1 ? 'answer' : 'answers'}`;
  switch (alert.kind) {
    case 'score':
      return typeof at.value === 'number' ? `Score ${score(at.value, method)} of ${answers}` : '';
    case 'drop':
      return typeof at.value === 'number'
        ? `${signed(at.value, method)} against the time before, of ${answers}${chanceWords(at.p_value)}`
        : '';
    case 'rate':
      return typeof at.value === 'number' ? `${at.value}% ${unhappyOf(survey)} of ${answers}` : '';
    case 'silence': {
      const expected = at.expected ?? at.value;
      return typeof expected === 'number' ? `${answers}, where ${expected} are usual` : answers;
    }
    case 'detractor':
      if (typeof at.value === 'number') return `Score ${at.value}`;
      return n > 0 ? `${count(n)} to look at` : 'Nobody to look at';
    default:
      return '';
  }
}

/** @param {number | null | undefined} p */
const chanceWords = (p) =>
  typeof p === 'number' ? `; by chance in ${p < 0.001 ? 'less than 0.1 %' : percentWords(p)} of cases` : '';

export const EVENTS = { fired: 'Fired', resolved: 'Resolved', acknowledged: 'Acknowledged', changed: 'Rule changed' };

/**
 * What happened, in one sentence.
 * @param {Record<string, any>} event
 * @param {Alert} alert
 * @param {Survey} survey
 */
export function eventWords(event, alert, survey) {
  return event.event === 'changed' ? 'It begins anew' : valueWords(alert, event, survey);
}
