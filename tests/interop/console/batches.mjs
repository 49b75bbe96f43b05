// A batch: its file sent, watched until it has ended, its results and faults, its files.
import { base, check, lookAt, signIn, window } from './tools.mjs';

export const batches = async () => {
  const { context, page } = await window({ acceptDownloads: true });
  await signIn(page, 'demo-supervisor');
  await page.goto(`${base}/batches/new`);
  await page.click('main form button');
  check((await page.locator('.errors a').count()) === 1, 'a form without a file is not refused');
  const csv = '户编号,姓名\n1,某人\n';
  await page.setInputFiles('#file', { name: 'households.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.click('main form button');
  check((await page.locator('.errors a').count()) === 1, 'a file without its headings is not refused');
  const household = JSON.stringify({ purpose: 'dibao_application' });
  await page.setInputFiles('#file', { name: 'households.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(`${household}\n`) });
  await page.click('main form button');
  await page.waitForURL(/\/batches\/.*done=sent/);
  // The page keeps itself as it stands until the batch has ended.
  await page.waitForFunction(() => document.querySelector('#progress .tag-good') !== null, null, { timeout: 60000 });
  const path = new URL(page.url()).pathname;
  await page.goto(`${base}${path}/faults`);
  check((await page.locator('table tbody tr').count()) > 0, 'no fault is told');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
  check(file.suggestedFilename().endsWith('-faults.csv'), `the file is called ${file.suggestedFilename()}`);
  await context.close();
  const pages = { '/batches': 'batches', '/batches/new': 'batch-new', [path]: 'batch', [`${path}/results`]: 'batch-results', [`${path}/faults`]: 'batch-faults' };
  await lookAt('demo-supervisor', { ...pages, '/due': 'due', '/alerts': 'alerts', '/watches': 'watches', '/watches/new': 'watch-new' });
};
