// The rules in force: a day is chosen, a rule opened with its history, two days compared.
import { base, check, lookAt, signIn, window } from './tools.mjs';

export const policy = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-caseworker');
  await page.click('nav a[href="/policy"]');
  await page.click('table a[href="/policy/620422"]');
  await page.fill('#as_of', '2026-11-01');
  await page.click('main form button');
  await page.click('a[href*="rule=standard.dibao.urban"]');
  check((await page.textContent('main')).includes('standard.dibao.urban'), 'a rule has no page');
  await page.click('.back');
  check(new URL(page.url()).searchParams.get('as_of') === '2026-11-01', 'the day that was chosen is lost');
  await context.close();
  await lookAt('demo-caseworker', {
    '/policy': 'policies', '/policy/620422?as_of=2026-11-01': 'policy', '/policy/620422?as_of=2026-11-01&rule=standard.guide.urban': 'policy-rule',
    '/policy/620422/changes?from=2025-11-01&to=2026-11-01': 'policy-changes',
  });
};
