// The board of departments: a department by its link, its charts with the figures behind them.
import { base, check, lookAt, signIn, window } from './tools.mjs';

export const sources = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-system-admin');
  await page.click('nav a[href="/sources"]');
  check((await page.locator('table tbody tr').count()) >= 20, 'the board has not every department');
  await page.click('table a[href="/sources/tax"]');
  await page.click('.chart + details summary');
  check(await page.isVisible('.chart + details table'), 'a chart has no figures behind it');
  await context.close();
  await lookAt('demo-system-admin', { '/sources': 'sources', '/sources/tax': 'source' });
};
