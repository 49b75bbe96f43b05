// A held record: looked at beside the person, decided, and agreed to by a second person, who sees what is asked in words.
import { base, check, lookAt, look, signIn, window } from './tools.mjs';

export const reviews = async () => {
  const first = await window({});
  await signIn(first.page, 'demo-caseworker');
  await first.page.goto(`${base}/reviews`);
  await first.page.click('table tbody tr:first-child a');
  await first.page.waitForURL(/\/cases\/.*\/reviews/);
  const path = new URL(first.page.url()).pathname;
  check((await first.page.locator('.record').count()) > 0, 'no held record is shown');
  check((await first.page.locator('.drawing svg[role=img] title').count()) > 0, 'the weights are not drawn');
  await lookAt('demo-supervisor', { '/reviews': 'queue', [path]: 'held' });
  // Decided without grounds: what is wrong leads to its field.
  await first.page.check('input[name=belongs-1][value=no]');
  await first.page.click('main form button');
  await first.page.click('.errors a');
  check(await first.page.evaluate(() => document.activeElement.id === 'reason-1'), 'an error leads to no field');
  await look(first.page, 'held-errors');
  await first.page.fill('#reason-1', '已入户核实，该车为同名人员所有 <b>');
  await first.page.click('main form button');
  await first.page.waitForURL(/asked=/);
  check((await first.page.locator('main form').count()) === 0 || (await first.page.locator('.decide').count()) === 0, 'it can be sent twice');
  const approval = await first.page.locator('.banner a[href^="/approvals/"]').getAttribute('href');
  await look(first.page, 'held-sent');
  await first.page.goto(base + approval);
  check((await first.page.locator('a[href$="/agree"]').count()) === 0, 'whoever asked may agree');
  await first.context.close();

  await lookAt('demo-supervisor-2', { '/approvals': 'approvals', [approval]: 'approval', [`${approval}/agree`]: 'agree', [`${approval}/refuse`]: 'refuse' });
  await lookAt('demo-auditor', { '/inspections/new': 'inspection' });
  const second = await window({});
  await signIn(second.page, 'demo-supervisor-2');
  await second.page.goto(`${base}${approval}`);
  check((await second.page.locator('main b').count()) === 0, 'a reason is taken for markup');
  await second.page.click('a[href$="/agree"]');
  await second.page.click('main form button');
  await second.page.waitForURL(/done=agreed/);
  await look(second.page, 'agreed');
  await second.context.close();
};
