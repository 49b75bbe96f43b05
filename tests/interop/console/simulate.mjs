// "What if": a supervisor tries a higher standard on a made-up county, mends a fault, takes the table along; whoever may not sees no link.
import { readFileSync } from 'node:fs';
import { base, check, inEveryGuise, look, signIn, window } from './tools.mjs';

const go = 'main form[method=post] .button:not(.button-second)';
const field = (key) => `[id="${key}"]`;

export const simulate = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-supervisor');
  await page.click('nav a[href="/policy"]');
  await page.click('table a[href="/policy/620422"]');
  await page.click('main a[href^="/policy/simulate"]');
  check(!(await page.isVisible('#seed')), 'a county is asked about that nobody wants');
  await page.check('[name=on][value=made_up]');
  check(await page.isVisible('#seed'), 'the made-up county cannot be chosen');
  await page.fill(field('standard.dibao.urban'), '80o');
  await page.fill('#households', '300');
  await page.click(go);
  await page.click(`.errors a[href="#standard.dibao.urban"]`);
  check(await page.$eval(field('standard.dibao.urban'), (own) => own === document.activeElement && own.value === '80o'), 'the fault does not lead to its field');
  await page.fill(field('standard.dibao.urban'), '800');
  await page.press(field('standard.dibao.urban'), 'Enter');
  await page.waitForSelector('.drawing svg[role=img]');
  const told = await page.textContent('main');
  check(told.includes('623.00 元/人·月') && told.includes('800.00 元/人·月'), 'what was changed is not told');
  check((await page.inputValue('#households')) === '300', 'the form forgets what was filled in');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
  check(/^simulate-620422-.*\.csv$/.test(file.suggestedFilename()), `the file is called ${file.suggestedFilename()}`);
  check(readFileSync(await file.path(), 'utf8').startsWith('region,before,after,households'), 'the file is no table');
  await context.close();

  const other = await window({});
  await signIn(other.page, 'demo-caseworker');
  await other.page.goto(`${base}/policy`);
  check((await other.page.$('a[href^="/policy/simulate"]')) === null, 'a caseworker is offered what is refused');
  check((await other.page.goto(`${base}/policy/simulate`)).status() === 403, 'a caseworker may try rules');
  await other.context.close();

  await inEveryGuise(async (own, lang, name) => {
    await signIn(own, 'demo-supervisor', lang);
    await own.goto(`${base}/policy/simulate`);
    await look(own, name('simulate'));
    await own.fill(field('standard.dibao.rural'), '650');
    await own.check('[name=on][value=made_up]');
    await own.click(go);
    await own.waitForSelector('.drawing svg');
    await look(own, name('simulate-result'));
    await own.fill('#seed', 'x');
    await own.click(go);
    await own.waitForSelector('.errors');
    await look(own, name('simulate-faults'));
  });
};
