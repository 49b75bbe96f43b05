// The two pictures that the READMEs open with: the page of a case and its report, as an officer's screen shows them first. What is under
// `docs/` are copies of these.
import { statSync } from 'node:fs';
import { base, check, folder, signIn, window } from './tools.mjs';

const MOST_BYTES = 200_000;

export const readme = async () => {
  const { context, page } = await window({ viewport: { width: 1280, height: 860 } });
  await signIn(page, 'demo-caseworker');
  // The demo's own household is the first that was sent.
  await page.goto(`${base}/?tab=cases`);
  const picture = async (name) => {
    await page.waitForLoadState('load');
    const path = `${folder}/readme-${name}.png`;
    await page.screenshot({ path });
    check(statSync(path).size < MOST_BYTES, `readme-${name}.png is too large`);
  };
  while ((await page.locator('a[rel=next]').count()) > 0) await page.click('a[rel=next]');
  await page.click('table tbody tr:last-child a');
  await page.waitForURL(/cases/);
  await picture('case');
  await page.click('a.button[href$="/report"]');
  await page.waitForURL(/report/);
  await picture('report');
  await context.close();
};
