// What the daemon should answer, in memory and by the documents alone: surveys, responses, keys. It shares nothing with
// the daemon but the wire. Every method takes what is sent and gives { status, slug?, pointers?, body? … }, and keeps
// what it changes.
import { expectComparison, expectFigures, methodOf, bandsOf, scaleOf } from '../http/figures.mjs';
import { add, civil, floorTo, timeOfDay } from '../http/zone.mjs';
import { forgetAnswers, judgeAnswers, readAnswers, saysMore } from './questions.mjs';

const DAY = 86_400_000;
const SKEW = DAY;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const LABELS = { respondent: 256, touchpoint: 64, channel: 64, visit: 128 };
const MEMBERS = new Set([
  'score',
  'comment',
  'respondent',
  'touchpoint',
  'channel',
  'locale',
  'properties',
  'answered_at',
  'sequence',
  'id',
  'visit',
  'answers',
  'revision',
]);
const USUAL_SCALES = { nps: ['0-10'], csat: ['0-1', '1-3', '1-5', '1-7', '1-10'], ces: ['1-7', '1-5'] };
const mayHaveScale = (metric, { min, max }) =>
  metric === 'csat' ? min >= 0 && min < max && max <= 10 : USUAL_SCALES[metric].includes(`${min}-${max}`);
// Of csat: elsewhere a definition states its bands.
export const isUsualScale = (min, max) => USUAL_SCALES.csat.includes(`${min}-${max}`);
const METHODS = { nps: ['net_promoter'], csat: ['top_box', 'mean'], ces: ['mean', 'top_box', 'net_easy'] };

const characters = (text) => [...text].length;
// No character of a text: a control character, or half of a surrogate pair.
const isBad = (c, lines) => {
  const code = c.codePointAt(0);
  const isControl = code === 0x7f || (code >= 0x80 && code < 0xa0) || (code < 0x20 && !(lines && '\t\n\r'.includes(c)));
  return isControl || (code >= 0xd800 && code < 0xe000);
};
const hasControl = (text, lines) => [...text].some((c) => isBad(c, lines));
// Free text, as it is kept.
const mended = (text) =>
  typeof text === 'string' ? [...text].map((c) => (isBad(c, true) ? '\ufffd' : c)).join('') : text;
const isLocale = (text) => text.length <= 35 && /^[A-Za-z0-9]{1,8}([-_][A-Za-z0-9]{1,8})*$/.test(text);
const escape = (name) => name.replace(/~/g, '~0').replace(/\//g, '~1');
const problem = (status, slug, pointers) => ({ status, slug, pointers });
const BROKEN = problem(412, 'precondition_failed');
const plain = (response) =>
  JSON.stringify(
    ['score', 'comment', 'respondent', 'touchpoint', 'channel', 'locale', 'properties', 'visit', 'answers'].map(
      (name) => response[name] ?? null,
    ),
  );
// answered_at as it was given: what lay ahead became the time of receipt.
const saidOf = (response) => response.said ?? response.answered_at;
const isNothing = (value) => value === null || (typeof value === 'string' && /^[ \t\r\n]*$/.test(value));
const own = (object, name) => Object.prototype.hasOwnProperty.call(object, name) && !isNothing(object[name]);

// Only what RFC 3339 allows of the texts that the generator makes.
function parseTime(text) {
  const ok = typeof text === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = ok ? Date.parse(text.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

// An id is a name within its survey.
export const placeOf = (slug, id) => `${slug} ${id}`;

export class Model {
  constructor({ zone }) {
    this.zone = zone;
    this.surveys = new Map();
    this.responses = new Map(); // by id
    this.gone = new Set(); // ids that were erased, whether the response stays or not
    this.first = new Map(); // by id: what was sent first, of those that were amended since
    // Survey, Idempotency-Key and, of a batch's line, its content and how many equal ones precede it → id.
    this.named = new Map();
    this.keys = [];
  }

  // --- Keys ----------------------------------------------------------------------------------------------------------

  // The refusal of a call by this key (an entry of `keys`, 'unknown' or null), or null.
  authorize(key, scope) {
    if (key === null) return problem(401, 'no_key');
    if (key === 'unknown' || key.revoked) return problem(401, 'bad_key');
    return key.scopes.includes(scope) || key.scopes.includes('admin') ? null : problem(403, 'scope');
  }

  addKey({ name, scopes, id, secret }) {
    const key = {
      id,
      name,
      scopes: ['read', 'write', 'export', 'erase', 'admin'].filter((scope) => scopes.includes(scope)),
      secret,
      revoked: false,
    };
    this.keys.push(key);
    return key;
  }

  // --- Surveys -------------------------------------------------------------------------------------------------------

  // Pointers of what is wrong with a definition, for those mistakes that the generator makes.
  judgeDefinition(slug, sent) {
    const bad = new Set();
    if (!SLUG.test(slug)) bad.add('/slug');
    for (const name of Object.keys(sent)) if (!DEFINITION.has(name)) bad.add(`/${escape(name)}`);
    if (own(sent, 'slug') && sent.slug !== slug) bad.add('/slug');
    if (!(sent.metric in USUAL_SCALES)) {
      bad.add('/metric');
      return bad;
    }
    if (own(sent, 'scale') && !mayHaveScale(sent.metric, sent.scale)) bad.add('/scale');
    else if (sent.metric === 'csat' && own(sent, 'scale') && !isUsualScale(sent.scale.min, sent.scale.max))
      if (!own(sent, 'bands')) bad.add('/bands');
    if (own(sent, 'method') && !METHODS[sent.metric].includes(sent.method)) bad.add('/method');
    if (own(sent, 'direction') && sent.direction === 'lower_is_better' && sent.metric !== 'ces') bad.add('/direction');
    (sent.properties ?? []).forEach((key, i, all) => {
      if (!/^[A-Za-z0-9_.-]{1,64}$/.test(key) || all.indexOf(key) < i) bad.add(`/properties/${i}`);
    });
    if (own(sent, 'min_n') && sent.min_n < 0) bad.add('/min_n');
    if (own(sent, 'opens_at') && own(sent, 'closes_at') && sent.opens_at >= sent.closes_at) bad.add('/closes_at');
    return bad;
  }

  canonical(sent) {
    const bands = bandsOf(sent);
    const texts = {};
    for (const locale of Object.keys(sent.texts ?? {}).sort()) {
      texts[locale] = {
        question: null,
        low_label: null,
        high_label: null,
        comment_prompt: null,
        thanks: null,
        ...sent.texts[locale],
      };
    }
    return {
      name: sent.name ?? null,
      metric: sent.metric,
      scale: scaleOf(sent),
      method: methodOf(sent),
      direction: sent.direction ?? 'higher_is_better',
      bands: { satisfied_from: bands.from, dissatisfied_to: bands.to },
      score: sent.score ?? 'required',
      texts,
      properties: sent.properties ?? [],
      questions: sent.questions ?? [],
      allowed_origins: sent.allowed_origins ?? [],
      opens_at: sent.opens_at ?? null,
      closes_at: sent.closes_at ?? null,
      amend_window: sent.amend_window ?? 1800,
      max_backdate: sent.max_backdate ?? 604800,
      min_n: sent.min_n ?? 0,
      access: 'public',
      recontact_days: sent.recontact_days ?? 0,
      recontact: sent.recontact ?? 'refuse',
      min_seconds: 0,
      honeypot: sent.honeypot ?? 'further_remarks',
      retention_days: sent.retention_days ?? 0,
      retention: sent.retention ?? 'delete',
    };
  }

  answersOf(slug) {
    return [...this.responses.values()].filter((response) => response.survey === slug);
  }

  putSurvey(slug, sent, isBroken = () => false) {
    const bad = this.judgeDefinition(slug, sent);
    if (bad.size > 0) return problem(422, 'invalid', [...bad]);
    const definition = this.canonical(sent);
    const known = this.surveys.get(slug);
    const same = known && JSON.stringify(known.definition) === JSON.stringify(definition);
    const fixed =
      known &&
      (known.definition.metric !== definition.metric ||
        JSON.stringify(known.definition.scale) !== JSON.stringify(definition.scale));
    const turns = known !== undefined && (sent.archived ?? known.archived) !== known.archived;
    if (!(same && !turns) && isBroken(known)) return BROKEN;
    if (fixed && this.answersOf(slug).length > 0) return problem(409, 'survey_fixed');
    const survey = same ? known : { ...known, slug, definition, revision: (known?.revision ?? 0) + 1 };
    survey.revisions = { ...known?.revisions, [survey.revision]: definition };
    const archived = sent.archived ?? known?.archived ?? false;
    if (archived && !known?.archived) survey.archivals = (known?.archivals ?? 0) + 1;
    survey.archived = archived;
    this.surveys.set(slug, survey);
    return { status: known ? 200 : 201, survey };
  }

  deleteSurvey(slug, isBroken) {
    const survey = this.surveys.get(slug);
    if (!survey) return problem(404, 'no_survey');
    if (!survey.archived && isBroken(survey)) return BROKEN;
    if (!survey.archived) survey.archivals = (survey.archivals ?? 0) + 1;
    survey.archived = true;
    return { status: 200, survey };
  }

  isOpen(survey, now) {
    const { opens_at: opens, closes_at: closes } = survey.definition;
    return (
      !survey.archived && (opens === null || Date.parse(opens) <= now) && (closes === null || now < Date.parse(closes))
    );
  }

  // --- Responses -----------------------------------------------------------------------------------------------------

  // What the survey says of a body: pointers, and the response as it would be kept.
  judge(survey, sent, now, { batch = false, free = false } = {}) {
    const bad = new Set();
    const kept = { survey: survey.slug };
    const { min, max } = survey.definition.scale;
    const text = (name, most, least, lines) => {
      const value = lines ? mended(sent[name]) : sent[name];
      if (
        typeof value !== 'string' ||
        characters(value) > most ||
        characters(value) < least ||
        hasControl(value, lines)
      )
        bad.add(`/${name}`);
      else kept[name] = value;
    };
    for (const name of Object.keys(sent))
      if (!MEMBERS.has(name) && !(batch && name === 'survey')) bad.add(`/${escape(name)}`);
    const hasScore = own(sent, 'score');
    const mayLack = survey.definition.score === 'optional' && own(sent, 'comment');
    if (hasScore ? !Number.isInteger(sent.score) || sent.score < min || sent.score > max : !mayLack) bad.add('/score');
    kept.score = hasScore ? sent.score : null;
    if (own(sent, 'comment')) text('comment', 8000, 0, true);
    for (const [name, most] of Object.entries(LABELS)) if (own(sent, name)) text(name, most, 1, false);
    if (own(sent, 'locale')) {
      if (typeof sent.locale === 'string' && isLocale(sent.locale)) kept.locale = sent.locale;
      else bad.add('/locale');
    }
    if (own(sent, 'properties')) this.judgeProperties(sent.properties, kept, bad);
    if (own(sent, 'answers')) {
      if (typeof sent.answers === 'object' && !Array.isArray(sent.answers)) kept.read = readAnswers(sent.answers);
      else bad.add('/answers');
    }
    if (own(sent, 'revision')) {
      if (Number.isInteger(sent.revision)) kept.named = sent.revision;
      else bad.add('/revision');
    }
    if (own(sent, 'id')) {
      if (typeof sent.id === 'string' && UUID.test(sent.id) && !/^[0-]+$/.test(sent.id) && !/^[f-]+$/i.test(sent.id))
        kept.id = sent.id.toLowerCase();
      else bad.add('/id');
    }
    if (own(sent, 'answered_at')) {
      const at = parseTime(sent.answered_at);
      if (at === null || at > now + SKEW) bad.add('/answered_at');
      else Object.assign(kept, { said: at, answered_at: at > now ? undefined : at });
      if (at !== null && !free && at < now - survey.definition.max_backdate * 1000) kept.old = true;
    }
    if (own(sent, 'sequence')) {
      if (Number.isSafeInteger(sent.sequence) && sent.sequence >= 0) kept.sequence = sent.sequence;
      else bad.add('/sequence');
    }
    return { bad, kept };
  }

  judgeProperties(properties, kept, bad) {
    if (typeof properties !== 'object' || Array.isArray(properties)) {
      bad.add('/properties');
      return;
    }
    const names = Object.keys(properties).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const good = {};
    let scalars = 0;
    for (const name of names) {
      const value = mended(properties[name]);
      if (isNothing(value)) continue;
      const scalar = ['string', 'number', 'boolean'].includes(typeof value);
      scalars += scalar;
      if (
        !scalar ||
        !/^[A-Za-z0-9_.-]{1,64}$/.test(name) ||
        characters(String(value)) > 512 ||
        hasControl(String(value), true)
      )
        bad.add(`/properties/${escape(name)}`);
      else good[name] = String(value);
    }
    if (scalars > 32) bad.add('/properties');
    if (Object.keys(good).length > 0) kept.properties = good;
  }

  isSame(sent, stored) {
    return (
      sent.survey === stored.survey &&
      plain(sent) === plain(stored) &&
      (sent.said === undefined || sent.said === saidOf(stored) || sent.said === stored.answered_at) &&
      (sent.sequence === undefined || sent.sequence === stored.sequence)
    );
  }

  isFirst(sent, first) {
    return (
      first !== undefined &&
      sent.survey === first.survey &&
      plain(sent) === plain(first) &&
      (sent.said === undefined || sent.said === saidOf(first)) &&
      sent.sequence === first.sequence
    );
  }

  isOlder(sent, stored) {
    if (sent.sequence !== undefined && stored.sequence !== undefined && sent.sequence !== stored.sequence)
      return sent.sequence < stored.sequence;
    return sent.said !== undefined && stored.said !== undefined && sent.said < stored.said;
  }

  // Answers are judged by the revision that is named, where there is one, else by the current one; what may be a retry
  // by that of what is stored, or was stored first, unless it names another.
  judgeBy(survey, { read, named, ...kept }) {
    const isThere = named >= 1 && named <= survey.revision;
    const own = isThere ? named : survey.revision;
    return (revision) => {
      const by = isThere ? own : (revision ?? own);
      const judged = judgeAnswers(survey.revisions[by], kept.score, read);
      const pointers = judged.refused.map((key) => `/answers/${key}`);
      if (named !== undefined && !isThere) pointers.push('/revision');
      return { sent: { ...kept, ...judged, named }, own, pointers };
    };
  }

  // `id`, `answered_at` and `received_at` that are not known before the reply are undefined; learn() fills them in.
  decide(survey, came, refused, isKeyed = false, isBroken = () => false, isStrict = false) {
    const judge = this.judgeBy(survey, came);
    const { sent, own: revision, pointers } = judge();
    const { refused: _left, named: _named, ...kept } = sent;
    const stored = kept.id === undefined ? undefined : this.responses.get(placeOf(survey.slug, kept.id));
    if (kept.id !== undefined && this.gone.has(placeOf(survey.slug, kept.id))) return problem(410, 'response_gone');
    const first = this.first.get(placeOf(survey.slug, kept.id));
    const known = [stored, first].find((one) => {
      const again = one && judge(one.revision).sent;
      return one && (one === stored ? this.isSame(again, one) : this.isFirst(again, one));
    });
    const again = judge(known?.revision);
    let refuseNew = refused;
    if (isStrict && pointers.length > 0 && (!refused || refused.slug === 'invalid'))
      refuseNew = problem(422, 'invalid', [...(refused?.pointers ?? []), ...pointers]);
    // What was not asked when it was stored is no retry, where it may amend.
    const mayAmend = () =>
      !isKeyed && !refuseNew && !isBroken(stored) && survey.definition.amend_window > 0 && !this.isOlder(kept, stored);
    const isMore = known !== undefined && saysMore(sent.answers, again.sent.answers) && mayAmend();
    const same = known !== undefined && !isMore;
    if (same && isStrict && again.sent.refused.length > 0) return problem(422, 'invalid', again.pointers);
    if (stored && !same && isKeyed && refuseNew?.slug !== 'invalid') return problem(422, 'idempotency_key_reused');
    if (refuseNew && !same) return refuseNew;
    if (!same && isBroken(stored)) return BROKEN;
    if (!stored) {
      const response = { ...kept, revision, received_at: undefined };
      if (response.id !== undefined) this.responses.set(placeOf(response.survey, response.id), response);
      return { status: 201, outcome: 'created', response, sent };
    }
    if (same || this.isOlder(kept, stored))
      return { status: 200, outcome: 'replayed', response: stored, sent: again.sent };
    if (survey.definition.amend_window === 0) return problem(409, 'response_conflict');
    const response = {
      ...kept,
      answered_at: kept.said === undefined ? stored.answered_at : kept.answered_at,
      said: kept.said ?? stored.said,
      sequence: kept.sequence ?? stored.sequence,
      received_at: stored.received_at,
      revision,
    };
    for (const name of ['excluded', 'excluded_reason']) if (stored[name] !== undefined) response[name] = stored[name];
    if (first === undefined) this.first.set(placeOf(response.survey, response.id), stored);
    this.responses.set(placeOf(response.survey, response.id), response);
    return { status: 200, outcome: 'amended', response, sent };
  }

  erase(respondent, counts, isBroken) {
    const theirs = [...this.responses.values()].filter((response) => response.respondent === respondent);
    if (theirs.length === 0) return problem(404, 'no_respondent');
    if (isBroken(theirs[0])) return BROKEN;
    for (const response of theirs) {
      this.gone.add(placeOf(response.survey, response.id));
      if (counts) this.responses.delete(placeOf(response.survey, response.id));
      else this.forget(response);
    }
    return { status: 200, erased: theirs.length };
  }

  // Segments stay, unless their value is the name.
  forget(response) {
    const { properties: declared } = this.surveys.get(response.survey).definition;
    const names = (value) => value?.toLowerCase() === response.respondent.toLowerCase();
    for (const name of ['touchpoint', 'channel', 'locale']) if (names(response[name])) delete response[name];
    const kept = Object.entries(response.properties ?? {}).filter(
      ([key, value]) => declared.includes(key) && !names(value),
    );
    if (kept.length > 0) response.properties = Object.fromEntries(kept);
    else delete response.properties;
    for (const name of ['comment', 'respondent', 'visit', 'excluded_reason']) delete response[name];
    if (response.answers) response.answers = forgetAnswers(response.answers);
  }

  // { pathId, key: Idempotency-Key, isBroken: of its precondition } of one response.
  putResponse(slug, sent, now, { pathId, key, origin, isBroken, isStrict } = {}) {
    const survey = this.surveys.get(slug);
    if (
      survey &&
      origin &&
      survey.definition.allowed_origins.length > 0 &&
      !survey.definition.allowed_origins.includes(origin)
    )
      return problem(403, 'origin');
    if (!survey) return problem(404, 'no_survey');
    const { bad, kept } = this.judge(survey, sent, now);
    if (pathId !== undefined) {
      if (!UUID.test(pathId)) return problem(404, 'not_found');
      if (kept.id !== undefined && kept.id !== pathId.toLowerCase()) bad.add('/id');
      kept.id = pathId.toLowerCase();
    }
    const name = pathId === undefined && kept.id === undefined && key !== undefined ? `${slug}\n0\n${key}` : undefined;
    const hasId = kept.id !== undefined || name !== undefined;
    if (name !== undefined && !/^[ -~]{1,512}$/.test(key)) return problem(400, 'bad_idempotency_key');
    const old = kept.old;
    delete kept.old;
    if (old && (!hasId || bad.size > 0)) bad.add('/answered_at');
    if (bad.size > 0) return this.invalid(survey, bad, kept.id ?? this.named.get(name), isStrict);
    if (name !== undefined) kept.id = this.named.get(name);
    const open = this.isOpen(survey, now);
    if (!open && !hasId) return problem(403, 'survey_closed');
    const refuse = old ? problem(422, 'invalid', ['/answered_at']) : !open ? problem(403, 'survey_closed') : null;
    return { ...this.decide(survey, kept, refuse, name !== undefined, isBroken, isStrict), name, hasId };
  }

  // Under an id that was erased only what could not be read is refused for itself, and only of that answers are not
  // judged; the model does not tell it from what a limit keeps out.
  invalid(survey, bad, id, isStrict) {
    const orGone = id !== undefined && this.gone.has(placeOf(survey.slug, id));
    return { ...problem(422, 'invalid', [...bad]), orGone, orAnswers: isStrict };
  }

  // One line of a batch; `counts` is one object for all of its lines.
  batchLine(sent, now, key, counts, isStrict) {
    if (sent === undefined) return problem(400, 'malformed_json');
    if (!own(sent, 'survey') || typeof sent.survey !== 'string' || !SLUG.test(sent.survey)) {
      return problem(422, 'invalid', undefined);
    }
    const survey = this.surveys.get(sent.survey);
    if (!survey) return problem(404, 'no_survey');
    const { bad, kept } = this.judge(survey, sent, now, { batch: true, free: true });
    if (bad.size > 0) return this.invalid(survey, bad, kept.id, isStrict);
    let name;
    if (kept.id === undefined && key !== undefined) {
      const content = `${sent.survey}\n${plain({ ...kept, answers: kept.read })} ${kept.said} ${kept.sequence}`;
      counts[content] = (counts[content] ?? -1) + 1;
      name = `${content} ${counts[content]}\n${key}`;
    }
    const hasId = kept.id !== undefined || name !== undefined;
    if (name !== undefined) kept.id = this.named.get(name);
    const open = this.isOpen(survey, now);
    if (!open && !hasId) return problem(403, 'survey_closed');
    return {
      ...this.decide(
        survey,
        kept,
        open ? null : problem(403, 'survey_closed'),
        name !== undefined,
        undefined,
        isStrict,
      ),
      name,
      hasId,
    };
  }

  // The reply has told what only the server knew.
  learn(expected, { id, received_at, answered_at }) {
    const { response, name } = expected;
    if (response.id === undefined) {
      response.id = id;
      this.responses.set(placeOf(response.survey, id), response);
    }
    if (name !== undefined) this.named.set(name, response.id);
    response.received_at ??= received_at;
    response.answered_at ??= answered_at;
  }

  // --- Figures -------------------------------------------------------------------------------------------------------

  select(slug, filter) {
    return this.answersOf(slug).filter(
      (response) =>
        !response.excluded &&
        response.score !== null &&
        Object.entries(filter).every(
          ([name, value]) =>
            (name.startsWith('property.') ? response.properties?.[name.slice(9)] : response[name]) === value,
        ),
    );
  }

  scores(slug, filter, from, to) {
    return this.select(slug, filter)
      .filter((response) => response.answered_at >= from && response.answered_at < to)
      .map((response) => response.score);
  }

  figures(slug, scores, confidence) {
    const { definition } = this.surveys.get(slug);
    const survey = { ...definition, bands: definition.bands };
    const want = expectFigures(survey, scores, confidence);
    if (scores.length < definition.min_n)
      return {
        n: scores.length,
        score: null,
        mean: null,
        interval: null,
        bands: null,
        distribution: null,
        suppressed: true,
      };
    return want;
  }

  comparison(slug, scores, others, confidence) {
    const { definition } = this.surveys.get(slug);
    const want = expectComparison(definition, scores, others, confidence);
    const hidden = (list) => list.length < definition.min_n;
    if (hidden(others)) want.score = null;
    if (hidden(others) || hidden(scores))
      Object.assign(want, {
        delta: null,
        interval: null,
        test: null,
        reason: 'suppressed',
        p_value: null,
        significant: null,
      });
    return want;
  }

  // With min_n the bounds are whole days, and so is the window before.
  wholeDays(slug, { from, to, previous }) {
    if (this.surveys.get(slug).definition.min_n === 0) return { from, to, previous };
    const first = from === -Infinity ? from : floorTo('day', from, this.zone);
    const last = to === Infinity || to === floorTo('day', to, this.zone) ? to : add('day', to, 1, this.zone);
    const days = Math.round((last - first) / DAY);
    return {
      from: first,
      to: last,
      previous: previous && (previous.range ? [add('day', first, -days, this.zone), first] : previous),
    };
  }

  // Bounds of a trend's buckets in the zone; `null` where there is nothing.
  bounds(slug, unit, from, to) {
    const floor = (ms) => (unit === 'hour' ? ms - this.intoHour(ms) : floorTo(unit, ms, this.zone));
    const next = (ms) => (unit === 'hour' ? floor(ms) + 3_600_000 : add(unit, ms, 1, this.zone));
    if (from === -Infinity || to === Infinity) {
      const times = this.select(slug, {}).map((response) => response.answered_at);
      if (times.length === 0) return null;
      if (from === -Infinity) from = floor(Math.min(...times));
      if (to === Infinity) to = next(Math.max(...times));
      if (from >= to) return null;
    }
    const out = [from];
    for (let at = next(from); at < to; at = next(at)) out.push(at);
    out.push(to);
    return out;
  }

  // Zones of the fuzz shift by whole hours or not at all.
  intoHour(ms) {
    return (ms + (this.zone === 'Asia/Kathmandu' ? 45 * 60_000 : 0)) % 3_600_000;
  }

  daysBefore(end, days) {
    const start = floorTo('day', end, this.zone);
    const shown = civil(end, this.zone);
    return end === start
      ? add('day', end, -days, this.zone)
      : timeOfDay(add('day', end, -days, this.zone), (shown.hour * 60 + shown.minute) * 60_000, this.zone) +
          (end % 60_000);
  }
}

const DEFINITION = new Set([
  'slug',
  'name',
  'metric',
  'scale',
  'method',
  'direction',
  'bands',
  'score',
  'texts',
  'properties',
  'questions',
  'allowed_origins',
  'opens_at',
  'closes_at',
  'amend_window',
  'max_backdate',
  'min_n',
  'access',
  'recontact_days',
  'recontact',
  'min_seconds',
  'retention_days',
  'retention',
  'honeypot',
  'archived',
  'revision',
  'created_at',
  'updated_at',
  'archived_at',
]);

export { DAY };
