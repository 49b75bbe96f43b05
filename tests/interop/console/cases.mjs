// A case: its page, and the pages that ask before something is done with it.
import { base, check, lookAt, signIn, window } from './tools.mjs';

export const cases = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-supervisor');
  // The latest case of the demo, by the link that home has.
  await page.click('table tbody tr:first-child a');
  await page.waitForURL(/cases/);
  const path = new URL(page.url()).pathname;
  check((await page.locator('#grid table tbody tr').count()) > 10, 'the grid has no departments');
  // Who thinks better of it comes back; a form without its fields says what is missing, and where.
  await page.click('a[href$="/withdraw"]');
  await page.click('main button');
  check((await page.locator('.errors a').count()) === 2, 'a withdrawal without anybody is not refused');
  await page.click('.errors a');
  check(await page.evaluate(() => document.activeElement.closest('.field-wrong') !== null), 'an error leads to no field');
  await page.click('.back');
  check(new URL(page.url()).pathname === path, 'the way back leads elsewhere');
  await context.close();
  await lookAt('demo-supervisor', { [path]: 'case', [`${path}/issue`]: 'issue', [`${path}/withdraw`]: 'withdraw', [`${path}/erase`]: 'erase' });
};
