// What a page does better with JavaScript; all that it must do it does without. A form that is on its way is not sent
// again for a while: the same answer twice would be one all the same, but the second click would end the first request.
// And a question that is for some alone is there for them, and is not for others.

const ON_ITS_WAY_MS = 5000; // nobody is told that a request was stopped: then it may be sent again

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('form');

/**
 * What is answered, of what is shown: a field that is hidden is disabled too.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const answersOf = (form, name) => new FormData(form).getAll(name).map(String);

/**
 * @param {HTMLFormElement} form
 * @param {HTMLFieldSetElement} question
 */
function isFor(form, { dataset: { scores, after, in: values = '' } }) {
  /** @param {string} name @param {string} list */
  const isAnswered = (name, list) => answersOf(form, name).some((value) => list.split(' ').includes(value));
  return (scores === undefined || isAnswered('score', scores)) && (!after || isAnswered(`answer.${after}`, values));
}

/**
 * In their order, for one may hang on another in front of it.
 * @param {HTMLFormElement} form
 */
function show(form) {
  for (const question of /** @type {NodeListOf<HTMLFieldSetElement>} */ (form.querySelectorAll('.question'))) {
    if (question.dataset.scores === undefined && !question.dataset.after) continue;
    question.hidden = question.disabled = !isFor(form, question);
  }
}

for (const form of forms) {
  for (const field of form.querySelectorAll('[data-required]')) field.setAttribute('required', '');
  for (const hint of form.querySelectorAll('.hint')) hint.remove();
  form.addEventListener('change', () => show(form));
  // Words for something else are meant as such.
  form.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.classList.contains('words') || !target.value) return;
    const other = target.parentElement?.querySelector('input[value="other"]');
    if (other instanceof HTMLInputElement) other.checked = true;
  });
  form.addEventListener('submit', (event) => {
    if (form.hasAttribute('data-sent')) {
      event.preventDefault();
      return;
    }
    form.setAttribute('data-sent', '');
    setTimeout(() => form.removeAttribute('data-sent'), ON_ITS_WAY_MS);
  });
}

// Who comes back to a page that the browser kept may send it again, and finds what they had filled in.
addEventListener('pageshow', () => {
  for (const form of forms) {
    form.removeAttribute('data-sent');
    show(form);
  }
});

// What is wrong is read out, and where it is seen.
const error = document.querySelector('.error');
if (error instanceof HTMLElement) error.focus();
