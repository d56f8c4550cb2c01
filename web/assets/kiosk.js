// A survey page where many people answer on one device, one after the other. It stays open: an answer is handed to the
// queue, thanks are shown in place of the form, and after a while, or when somebody leaves in the middle, the form is
// as it was. Without this the page works as any other, and its thanks lead back.
import { Queue } from './kiosk/queue.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));
const thanks = /** @type {HTMLElement} */ (document.getElementById('thanks'));
const still = /** @type {HTMLElement} */ (document.getElementById('still'));
const waiting = /** @type {HTMLElement} */ (document.getElementById('waiting'));
const kept = /** @type {HTMLElement} */ (thanks.querySelector('.kept'));
const patienceMs = Number(form.dataset.kiosk) * 1000;

let isFilled = false; // by whoever is there
let timer = 0;

const queue = new Queue(location.pathname, (count) => {
  waiting.hidden = count === 0;
  waiting.textContent = (waiting.dataset.text || '').replace('{0}', String(count));
});

/** @param {() => void} then @param {number} ms */
function later(then, ms) {
  clearTimeout(timer);
  timer = setTimeout(then, ms);
}

function start() {
  clearTimeout(timer);
  form.reset();
  form.removeAttribute('data-sent');
  form.dispatchEvent(new Event('change')); // questions are there for whom they are
  isFilled = false;
  thanks.hidden = still.hidden = true;
  form.hidden = false;
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  scrollTo(0, 0);
}

/** The survey as it is by now: it may have been changed, or closed, and a form of today is asked for. */
async function renew() {
  try {
    const reply = await fetch(location.href, { cache: 'no-store' });
    if ([403, 404, 410].includes(reply.status)) location.reload();
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
    /** @param {Document} of @param {string} name */
    const value = (of, name) => {
      const field = of.querySelector(`input[name="${name}"]`);
      return field instanceof HTMLInputElement ? field.value : '';
    };
    if (value(page, 'revision') !== value(document, 'revision')) location.reload();
    const nonce = document.querySelector('input[name="nonce"]');
    if (nonce) nonce.setAttribute('value', value(page, 'nonce'));
  } catch (_) {
    // There is no connection: the form is good as it is.
  }
}

/** The next person's. */
function next() {
  start();
  renew();
}

/** Whoever is there is asked whether they are, and has a third of the time to say so. */
function wait() {
  still.hidden = true;
  later(
    () => {
      still.hidden = !isFilled;
      const button = still.querySelector('button');
      if (button && isFilled) button.focus();
      later(next, patienceMs / 3);
    },
    (patienceMs * 2) / 3,
  );
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (form.hidden) return;
  const fields = new URLSearchParams();
  new FormData(form).forEach((value, name) => fields.append(name, String(value)));
  start();
  form.hidden = true;
  thanks.hidden = false;
  kept.hidden = navigator.onLine;
  thanks.focus();
  later(next, patienceMs);
  const isTaken = await queue.add(fields);
  if (queue.isClosed)
    location.reload(); // to the page that says so
  else kept.hidden = isTaken;
});

thanks.addEventListener('click', (event) => {
  if (!(event.target instanceof Element) || !event.target.closest('.restart')) return;
  event.preventDefault();
  next();
});

for (const kind of ['pointerdown', 'touchstart', 'keydown', 'input'])
  document.addEventListener(kind, () => {
    if (!thanks.hidden) return;
    wait();
  });
for (const kind of ['input', 'change'])
  form.addEventListener(kind, (event) => {
    if (event.isTrusted) isFilled = true;
  });

// The whole screen is for who asks for it by a touch.
document.addEventListener('click', () => {
  const root = document.documentElement;
  if (root.requestFullscreen && !document.fullscreenElement) root.requestFullscreen().catch(() => {});
});

// Neither a page that the browser kept nor one that it filled in again shows what somebody said.
addEventListener('pagehide', () => start());
addEventListener('pageshow', () => start());
queue.send();
