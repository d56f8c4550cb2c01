// What leads to the page of a survey, and that page where the daemon takes no more answers for now.
export const options = { config: { limits: { ingest_rate: 1 }, server: { public_url: 'https://survey.example' } } };
export const isStyled = true;

export async function scenes({ daemon }) {
  await daemon.survey('nps', { metric: 'nps' });
  const sent = async (page) => {
    const replied = page.waitForResponse((reply) => reply.request().method() === 'POST');
    await page.click('form button');
    await replied;
    await page.waitForLoadState();
  };
  const mail = await (await fetch(`${daemon.url}/s/nps/mail.html?lang=en`)).text();
  return {
    'mail': { target: 'about:blank', then: (page) => page.setContent(mail) },
    'busy': {
      target: '/s/nps?score=9',
      then: async (page) => {
        await sent(page);
        await page.goto(`${daemon.url}/s/nps?score=9`);
        await sent(page);
      },
    },
  };
}
