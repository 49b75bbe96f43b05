// The pictures that the READMEs open with, in the language of each: a report, and the page of a case that is filling in, as an officer's screen
// shows them first. What is under `docs/` are copies of these.
import { statSync } from 'node:fs';
import { base, behave, check, folder, request, signIn, window } from './tools.mjs';

const MOST_BYTES = 200_000;

const pictures = async (lang) => {
  const { context, page } = await window({ viewport: { width: 1280, height: 860 } });
  await signIn(page, 'demo-caseworker', lang);
  // The demo's own household is the first that was sent.
  await page.goto(`${base}/?tab=cases`);
  const picture = async (name) => {
    await page.waitForLoadState('load');
    const path = `${folder}/readme-${name}-${lang}.png`;
    await page.screenshot({ path });
    check(statSync(path).size < MOST_BYTES, `${path} is too large`);
  };
  while ((await page.locator('a[rel=next]').count()) > 0) await page.click('a[rel=next]');
  await page.click('table tbody tr:last-child a');
  await page.waitForURL(/cases/);
  await page.click('a.button[href$="/report"]');
  await page.waitForURL(/report/);
  await picture('report');
  // The same household once more, while its departments take their time.
  await behave('[[fault]]\ndepartment = "*"\nwhat = { delay = { uniform_ms = [300, 9000] } }\n');
  await page.goto(`${base}/new/file`);
  await page.setInputFiles('input[type=file]', request);
  await page.click('main form .button');
  await page.waitForURL(/cases.*done=sent/);
  const half = () => Number(document.querySelector('.great').innerText) > document.querySelector('progress').max / 2;
  await page.waitForFunction(half, null, { timeout: 60_000 });
  check((await page.locator('#standing a.button').count()) === 0, 'the picture is of a case that has ended');
  // without what it says to whoever has just sent it
  await page.goto(page.url().split('?')[0]);
  await picture('case');
  await behave();
  await page.waitForSelector('#standing a.button', { timeout: 60_000 });
  await context.close();
};

export const readme = async () => {
  for (const lang of ['zh', 'en']) await pictures(lang);
};
