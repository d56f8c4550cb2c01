// What a page does better with JavaScript; all that it must do it does without. A form that is on its way is not sent
// again: the same answer twice would be one all the same, but the second click would end the first request.

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('form');

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    if (form.hasAttribute('data-sent')) event.preventDefault();
    form.setAttribute('data-sent', '');
  });
}

// Who comes back to a page that the browser kept may send it again.
addEventListener('pageshow', () => {
  for (const form of forms) form.removeAttribute('data-sent');
});

// What is wrong is read out, and where it is seen.
const error = document.querySelector('.error');
if (error instanceof HTMLElement) error.focus();
