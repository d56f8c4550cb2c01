// Rules of alerts, in the dashboard: how they stand, and their making, changing and end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTame, judgeAll, texts, useDesk } from './desk.mjs';
import { until } from './harness.mjs';

const rules = async () => (await desk.get('/v1/alerts')).alerts;
const put = (name, body) => desk.daemon.admin('PUT', `/v1/alerts/${name}`, { body });

const desk = useDesk(async (daemon) => {
  await daemon.survey('shop', { metric: 'nps', name: 'The <b>shop</b>', properties: ['plan'] });
  await daemon.survey('other', { metric: 'csat' });
});

test('a rule is made, changed and deleted, in words', async () => {
  const page = await desk.open('/surveys/shop/alerts');
  await page.getByText('Nothing is watched yet').waitFor();
  await judgeAll(page, 'no alerts');
  await page.getByRole('button', { name: 'New alert' }).click();
  await page.getByLabel('This line').fill('30');
  await page.getByText('Fires when: The score of the last 30 days is below 30.0.').waitFor();
  await page.getByLabel('Answers at least').fill('10');
  await page.getByLabel('Name').fill('low');
  await judgeAll(page, 'a new alert');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.locator('[data-name=low]').waitFor();
  const [made] = await rules();
  assert.deepEqual(
    [made.name, made.survey, made.kind, made.below, made.window, made.min_n],
    ['low', 'shop', 'score', 30, '30d', 10],
  );
  await page.getByRole('button', { name: 'Change low' }).click();
  await page.getByLabel('Score drops').check();
  await page.getByText('Fires when: The score of the last 30 days is worse than').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await until(rules, ([rule]) => rule.kind === 'drop');
  await page.getByLabel('Score drops').waitFor({ state: 'detached' }); // the form's words say it too
  await page.getByText('worse than in the time before').waitFor();
  await judgeAll(page, 'alerts');

  await page.getByText('History').click();
  await page.getByText('Rule changed').waitFor();
  await page.getByRole('button', { name: 'Delete low' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Nothing is watched yet').waitFor();
  assert.deepEqual(await rules(), []);
  await assertTame(page);
  await page.context().close();
});

test('what is refused is shown at its field, and what was typed stays', async () => {
  const page = await desk.open('/surveys/shop/alerts');
  await page.getByRole('button', { name: 'New alert' }).click();
  await page.getByLabel('Answers at least').fill('0');
  await page.getByLabel('This line').fill('12');
  await page.getByLabel('Name').fill('bad');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.locator('[name=min_n][aria-invalid=true]').waitFor();
  assert.equal(await page.getByLabel('This line').inputValue(), '12');
  assert.deepEqual(await rules(), []);
  await page.context().close();
});

test('a rule that somebody else changed meanwhile is not overwritten unseen', async () => {
  await put('low', { survey: 'shop', kind: 'score', below: 10 });
  const page = await desk.open('/alerts');
  await page.getByRole('button', { name: 'Change low' }).click();
  await put('low', { survey: 'shop', kind: 'score', below: 20 });
  await page.getByLabel('This line').fill('15');
  await page.getByRole('button', { name: 'Save' }).click();
  await page
    .getByText('Somebody else changed this rule meanwhile: The score of the last 30 days is below 20.0')
    .waitFor();
  assert.equal((await rules())[0].below, 20);
  await page.getByRole('button', { name: 'Save' }).click();
  await until(rules, ([rule]) => rule.below === 15);
  await page.context().close();
});

test('one that fires is acknowledged with a note', async () => {
  await put('unhappy', { survey: 'shop', kind: 'detractor' });
  await desk.daemon.post('shop', { score: 1, comment: 'never again' });
  await until(rules, (all) => all.find(({ name }) => name === 'unhappy').state === 'firing');
  const page = await desk.open('/alerts');
  const card = page.locator('[data-name=unhappy]');
  assert.deepEqual((await texts(page, '.alert-card h3'))[0], 'unhappy', 'what fires stands first');
  await judgeAll(page, 'an alert that fires');
  await card.getByRole('button', { name: 'Acknowledge unhappy' }).click();
  await page.getByLabel('Note').fill('calls back <img src=x onerror=window.ran=1>');
  await page.keyboard.press('Enter');
  await card.getByText('calls back <img').waitFor();
  const now = (await rules()).find(({ name }) => name === 'unhappy');
  assert.deepEqual([now.state, now.acknowledged.note], ['acknowledged', 'calls back <img src=x onerror=window.ran=1>']);
  await assertTame(page);
  await page.context().close();
});

test('who may only look is offered nothing else', async () => {
  const page = await desk.open('/alerts', { scopes: ['read'] });
  await page.locator('.alert-card').first().waitFor();
  assert.equal(await page.getByRole('button', { name: /New|Change|Delete|Acknowledge/ }).count(), 0);
  await page.context().close();
});
