// The log for an auditor: a search, an entry with its proof, a person's trail by a form, what stands out, and the check of the whole log.
import { base, check, lookAt, signIn, window } from './tools.mjs';

export const audit = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-auditor');
  await page.click('nav a[href="/audit"]');
  await page.selectOption('#kind', 'completed');
  await page.click('main form button');
  check(new URL(page.url()).searchParams.get('kind') === 'completed', 'the search is in no address');
  await page.click('table tbody tr:first-child td:first-child a');
  check((await page.textContent('main')).includes('已验证'), 'the proof of an entry does not hold');
  const entry = new URL(page.url()).pathname;
  await page.goto(`${base}/audit/subjects`);
  await page.click('main form button');
  check((await page.locator('.errors a').count()) === 1, 'a trail of nobody is not refused');
  // By keyboard alone: the field, a number that nobody has, Enter.
  await page.focus('#id_number');
  await page.keyboard.type('62042219710302123X');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.nothing, h3');
  check(!page.url().includes('62042219710302123X'), 'a number stands in an address');
  await page.goto(`${base}/audit/verify`);
  await page.click('main form button');
  await page.waitForSelector('#check .tag-good');
  check((await page.textContent('#check')).includes('未发现问题'), 'the log is not whole');
  await context.close();
  await lookAt('demo-auditor', {
    '/audit': 'audit', [entry]: 'audit-entry', '/audit/subjects': 'audit-subjects', '/audit/findings': 'audit-findings', '/audit/verify': 'audit-verify',
  });
};
