// Rules that watch the surveys: how they stand, what happened, and their making.
import { ask, askAll, askWhole, at } from '../api.js';
import { attempt, mayNot } from '../acting.js';
import { EVENTS, STATES, eventWords, ruleWords, standsWords } from '../alert-words.js';
import { el, fill, words } from '../dom.js';
import { ago, day, moment, name as nameOf } from '../format.js';
import { button, dialog, empty, failed, field, loading, notice, panel, toast } from '../parts.js';
import { definition, surveyHead } from '../head.js';
import { to } from '../api.js';
import { editRule } from './alert-form.js';

/** @typedef {import('../router.js').Context} Context */

const ORDER = ['firing', 'acknowledged', 'no_data', 'ok'];

/** @param {any} alert */
const rank = (alert) => (alert.state === null ? ORDER.length : ORDER.indexOf(alert.state));

class Alerts {
  /** @param {Context} context @param {HTMLElement} place @param {string} [survey] of which alone */
  constructor(context, place, survey) {
    this.context = context;
    this.place = place;
    this.only = survey;
    /** @type {any[]} */
    this.surveys = [];
    /** @type {any[]} */
    this.alerts = [];
  }

  async begin() {
    fill(this.place, loading('rows', 3));
    try {
      await this.read();
      this.draw();
    } catch (error) {
      fill(
        this.place,
        failed(error, () => void this.begin()),
      );
    }
  }

  async read() {
    const { signal } = this.context;
    const [said, surveys] = await Promise.all([
      ask('/v1/alerts', { signal }),
      askAll('/v1/surveys', 'surveys', { signal }),
    ]);
    this.surveys = surveys;
    this.alerts = said.alerts.filter((/** @type {any} */ { survey }) => !this.only || survey === this.only);
    this.alerts.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  }

  /** @param {any} alert */
  survey(alert) {
    return this.surveys.find(({ slug }) => slug === alert.survey);
  }

  draw() {
    const make = mayNot(this.context.session, 'admin')
      ? []
      : [button({ label: 'New alert', icon: 'plus', kind: 'primary', on: () => void this.edit(null) })];
    if (this.alerts.length === 0) {
      const text =
        'An alert tells you when a score falls below a line or drops, when too many are unhappy, or nobody answers.';
      fill(this.place, empty({ title: 'Nothing is watched yet', text, icon: 'warning', actions: make }));
      return;
    }
    fill(
      this.place,
      el('div.list-head', null, el('p.soft', null, summary(this.alerts)), el('div.actions', null, ...make)),
      el('div.alerts', null, ...this.alerts.map((alert) => this.card(alert))),
    );
  }

  /** @param {any} alert */
  card(alert) {
    const survey = this.survey(alert);
    const { session } = this.context;
    const isFiring = alert.state === 'firing';
    const history = el('div', null);
    return el(
      'article.alert-card',
      { dataset: { name: alert.name, state: alert.state } },
      el(
        'header',
        null,
        el(
          `span.chip.${alert.state ?? 'no_data'}`,
          null,
          STATES[/** @type {keyof typeof STATES} */ (alert.state)] ?? 'Not shown',
        ),
        el('h3', null, alert.name),
        alert.since && el('span.soft', { title: moment(alert.since) }, `since ${ago(alert.since)}`),
      ),
      el('p.rule', null, ruleWords(alert, survey), '.'),
      !this.only &&
        survey &&
        el('p.soft', null, el('a', { href: to(at`/surveys/${survey.slug}`) }, words(nameOf(survey)))),
      el('p.stands', null, standsWords(alert, survey)),
      alert.evaluated_at &&
        el(
          'p.soft',
          null,
          alert.day_end
            ? `For the day that ended ${day(Date.parse(alert.day_end) - 1)}`
            : `Looked at ${ago(alert.evaluated_at)}`,
        ),
      alert.acknowledged && acknowledgement(alert.acknowledged),
      el(
        'footer.actions',
        null,
        isFiring &&
          !mayNot(session, 'write') &&
          button({ label: 'Acknowledge', kind: 'primary', hidden: alert.name, on: () => void this.acknowledge(alert) }),
        !mayNot(session, 'admin') &&
          button({ label: 'Change', kind: 'quiet', hidden: alert.name, on: () => void this.edit(alert) }),
        !mayNot(session, 'admin') &&
          button({ label: 'Delete', kind: 'quiet', hidden: alert.name, on: () => void this.remove(alert) }),
      ),
      el(
        'details.more',
        {
          on: {
            toggle: (/** @type {any} */ event) =>
              event.target.open && !history.firstChild && void this.history(alert, history),
          },
        },
        el('summary', null, 'History'),
        history,
      ),
    );
  }

  /** @param {any} alert @param {HTMLElement} place @param {string | null} [cursor] */
  async history(alert, place, cursor = null) {
    const list = place.querySelector('ol') ?? el('ol.history', null);
    if (!cursor) fill(place, loading('rows', 2));
    try {
      const said = await ask(at`/v1/alerts/${alert.name}/history`, {
        query: { limit: 20, cursor },
        signal: this.context.signal,
      });
      list.append(...said.events.map((/** @type {any} */ event) => this.event(event, alert)));
      const more = said.next && button({ label: 'Show more', on: () => void this.history(alert, place, said.next) });
      fill(place, list.children.length > 0 ? list : el('p.soft', null, 'Nothing happened yet.'), more);
    } catch (error) {
      fill(
        place,
        failed(error, () => void this.history(alert, place, cursor), 4),
      );
    }
  }

  /** @param {any} event @param {any} alert */
  event(event, alert) {
    const survey = this.survey(alert);
    const said = eventWords(event, alert, survey);
    return el(
      'li',
      null,
      el('time', { datetime: event.at }, moment(event.at)),
      el(`span.chip.${event.event}`, null, EVENTS[/** @type {keyof typeof EVENTS} */ (event.event)] ?? event.event),
      el('span', null, said),
      event.response &&
        survey &&
        el(
          'a',
          { href: to(at`/surveys/${survey.slug}/comments`, { band: 'unfavourable', window: 'all' }) },
          'Comments',
        ),
      event.acknowledged && acknowledgement(event.acknowledged),
    );
  }

  /** @param {any} alert */
  async acknowledge(alert) {
    const note = await attempt(this.context.session, 'write', askNote);
    if (note === null) return;
    const now = await attempt(this.context.session, 'write', () =>
      ask(at`/v1/alerts/${alert.name}/acknowledge`, { method: 'POST', body: note.trim() ? { note } : {} }),
    );
    if (now) await this.again(alert.name, 'Acknowledged: the others see that somebody looks');
  }

  /** @param {any} alert null: a new one */
  async edit(alert) {
    const done = await attempt(this.context.session, 'admin', async () => {
      const whole = alert ? await askWhole(at`/v1/alerts/${alert.name}`) : null;
      return editRule({
        rule: whole?.json ?? null,
        etag: whole?.etag ?? null,
        surveys: this.surveys.filter(({ archived, slug }) => !archived || slug === alert?.survey),
        survey: this.only,
      });
    });
    if (done) await this.again(done.name, alert ? 'The rule was changed' : 'The alert was made');
  }

  /** @param {any} alert */
  async remove(alert) {
    const done = await attempt(this.context.session, 'admin', async () => {
      const { json, etag } = await askWhole(at`/v1/alerts/${alert.name}`);
      const said = await dialog({
        title: `Delete ${alert.name}?`,
        body: [
          el('p', null, ruleWords(json, this.survey(alert)), '.'),
          el('p', null, 'How it stands and its history go with it.'),
        ],
        actions: [{ label: 'Delete', value: 'ok', kind: 'danger' }],
      });
      if (said !== 'ok') return null;
      return ask(at`/v1/alerts/${alert.name}`, { method: 'DELETE', etag: etag ?? undefined });
    });
    if (done) await this.again('', 'The alert was deleted');
  }

  /** @param {string} name where the focus goes @param {string} said */
  async again(name, said) {
    toast(said);
    await this.read();
    this.draw();
    const card = /** @type {HTMLElement | null} */ (
      name &&
        this.place.querySelector(`[data-name="${CSS.escape(name)}"] button, [data-name="${CSS.escape(name)}"] summary`)
    );
    (card || /** @type {HTMLElement | null} */ (this.place.querySelector('button')))?.focus();
  }
}

/** @param {any} said */
const acknowledgement = ({ at: when, by, note }) =>
  el('p.acknowledged', null, `Acknowledged ${ago(when)}`, by && ` by key ${by}…`, note && [': ', words(note)]);

/** @returns {Promise<string | null>} */
function askNote() {
  const control = el('input', { name: 'note', maxlength: '200', autocomplete: 'off' });
  return dialog({
    title: 'Acknowledge this alert',
    body: field({ label: 'Note', control, hint: 'Optional: who looks at it, or what is known. Name no respondent.' }),
    actions: [{ label: 'Acknowledge', value: 'ok', kind: 'primary' }],
    read: () => control.value,
  });
}

/** @param {any[]} alerts */
function summary(alerts) {
  const counts = ORDER.map(
    (state) => /** @type {const} */ ([state, alerts.filter((one) => one.state === state).length]),
  );
  return counts
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${n} ${STATES[/** @type {keyof typeof STATES} */ (state)].toLowerCase()}`)
    .join(', ');
}

/** @type {import('../router.js').View} */
export const surveyAlerts = {
  title: ({ survey }) => `Alerts of ${survey}`,
  async show(root, context) {
    const survey = await definition(context);
    context.say(`Alerts of ${nameOf(survey)}`);
    const place = el('div', null);
    fill(
      root,
      surveyHead(context, survey, 'alerts'),
      panel({ title: 'Alerts', note: 'Rules that watch this survey.' }, place),
    );
    await new Alerts(context, place, survey.slug).begin();
  },
};

/** @type {import('../router.js').View} */
export const alerts = {
  title: () => 'Alerts',
  async show(root, context) {
    const place = el('div', null);
    fill(
      root,
      el(
        'header.head',
        null,
        el('h1', null, 'Alerts'),
        el('p.note', null, 'Rules that watch the surveys, and tell you when something changes.'),
      ),
      panel(
        { title: 'All rules' },
        mayNot(context.session, 'admin') && notice('info', 'Your key may look at rules, and not change them.'),
        place,
      ),
    );
    await new Alerts(context, place).begin();
  },
};
