// A survey without answers: how one gets some.
import { at, root } from '../api.js';
import { el } from '../dom.js';
import { button, state, toast } from '../parts.js';

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied');
  } catch {
    toast('This browser does not let the page copy: select the line instead.');
  }
}

/** @param {string} title @param {any} about @param {string} code */
const way = (title, about, code) =>
  el(
    'li.way',
    null,
    el('h3', null, title),
    el('p.note', null, about),
    el(
      'div.code',
      null,
      el('pre', { 'tabindex': '0', 'role': 'region', 'aria-label': title }, el('code', null, code)),
      button({ label: 'Copy', hidden: title, on: () => void copy(code) }),
    ),
  );

/** @param {any} survey */
export function welcome(survey) {
  const site = location.origin + root;
  const page = site + at`/s/${survey.slug}`;
  return el(
    'section.panel.welcome',
    null,
    state({
      title: 'No answers yet',
      text: 'As soon as the first one is stored, its score stands here. Three ways to get it:',
    }),
    el(
      'ul.ways',
      null,
      way(
        'A link',
        [
          el('a', { href: page, target: '_blank' }, 'The page of the survey'),
          ', for mails, chats, receipts and codes.',
        ],
        page,
      ),
      way(
        'A line in your website',
        'The widget asks where your customers are.',
        `<script async src="${site}/widget.js" data-survey="${survey.slug}"></script>`,
      ),
      way(
        'A call from your program',
        'Any response is one request.',
        `curl -d score=${survey.scale?.max ?? 9} ${site}${at`/v1/surveys/${survey.slug}/responses`}`,
      ),
    ),
  );
}
