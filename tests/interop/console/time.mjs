// A household over time: a second report that says something adverse, which the family is heard about; an alert; a case that is cancelled while its
// departments are asked; an inspection that two people agree to.
import { readFileSync } from 'node:fs';
import { base, behave, check, departments, look, lookAt, request, signIn, window } from './tools.mjs';

const sample = () => JSON.parse(readFileSync(request, 'utf8'));

// Sends a request by its file: the path of its case.
const sent = async (page, document) => {
  await page.goto(`${base}/new/file`);
  const file = { name: 'request.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(document)) };
  await page.setInputFiles('input[type=file]', file);
  await page.click('main form .button');
  await page.waitForURL(/cases.*done=sent/);
  return new URL(page.url()).pathname;
};

const final = (page) => page.waitForFunction(() => document.querySelector('#standing .tag-good') !== null, null, { timeout: 60_000 });

export const time = async () => {
  const { context, page } = await window({ viewport: { width: 1280, height: 800 } });
  await signIn(page, 'demo-supervisor');

  // Something adverse, told to the family and heard.
  const households = async (purpose) => {
    const told = await (await fetch(`${departments}/truth/requests?limit=20&purpose=${purpose}`)).text();
    return told.trim().split('\n').map((line) => JSON.parse(line));
  };
  let case_;
  for (const household of await households('periodic_review')) {
    await sent(page, household);
    await final(page);
    household.household.members[0].declared = { income: [{ class: 'business', annual_yuan: '900000.00', informal: true }] };
    case_ = await sent(page, household);
    await final(page);
    await page.goto(`${base}${case_}/change`);
    if ((await page.textContent('main')).includes('待听取说明')) break;
  }
  check((await page.textContent('main')).includes('待听取说明'), 'nothing is to be heard');
  await lookAt('demo-supervisor', { [`${case_}/change`]: 'change-adverse' });
  await page.click('main form button');
  check((await page.locator('.errors a').count()) === 1, 'nothing said is not refused');
  await page.fill('#statement', '年收入填错，应为九千元');
  await page.click('main form button');
  await page.waitForURL(/done=heard/);
  check((await page.textContent('main')).includes('年收入填错，应为九千元'), 'what the family said is not shown');
  await look(page, 'change-heard');

  // Monitoring finds something in one of a few households.
  const alerts = page.locator('main a[href^="/alerts/"]');
  for (const household of await households('monitoring')) {
    await sent(page, household);
    await final(page);
    await page.goto(`${base}/alerts`);
    if ((await alerts.count()) > 0) break;
  }
  const alert = await alerts.first().getAttribute('href');
  await lookAt('demo-supervisor', { '/alerts': 'alerts', [alert]: 'alert', [`${alert}/acknowledge`]: 'acknowledge' });
  await page.goto(`${base}${alert}/acknowledge`);
  await page.fill('#note', '已电话联系');
  await page.click('main form button');
  check((await page.textContent('main')).includes('已电话联系'), 'the note is not shown');

  // Cancelled while departments are asked.
  await behave('[[fault]]\ndepartment = "*"\nwhat = { delay = { uniform_ms = [90000, 120000] } }\n');
  const slow = await sent(page, { ...sample(), purpose: 'dibao_application' });
  await page.click('#actions a[href$="/cancel"]');
  await page.click('main form button');
  await page.waitForURL(/done=cancelled/);
  await behave();
  const grid = await page.textContent('main');
  check(grid.includes('已停止') && !grid.includes('查询中'), 'a cancelled case is still asked about');
  await lookAt('demo-supervisor', { [slow]: 'case-cancelled', [`${slow}/cancel`]: 'cancel' });

  // An inspection by the number of the report: asked for, agreed to by two, and read.
  await page.goto(`${base}${case_}`);
  const number = (await page.textContent('#standing')).match(/HD-\d{6}-\d{4}-\d+/)[0];
  await page.goto(`${base}/?tab=cases&number=${number}`);
  check((await page.locator(`a[href="${case_}"]`).count()) === 1, 'a case is not found by its number');
  await context.close();
  const auditor = await window({});
  await signIn(auditor.page, 'demo-auditor');
  await auditor.page.goto(`${base}/inspections/new`);
  await auditor.page.fill('#case', number);
  await auditor.page.check('input[name=grounds][value=complaint]');
  await auditor.page.fill('#document', '信访〔2026〕7号');
  await auditor.page.click('main form button');
  await auditor.page.waitForURL(/approvals.*done=asked/);
  const approval = new URL(auditor.page.url()).pathname;
  await lookAt('demo-security-admin', { [approval]: 'inspection-asked' });
  for (const person of ['demo-supervisor', 'demo-security-admin']) {
    const hand = await window({});
    await signIn(hand.page, person);
    await hand.page.goto(`${base}${approval}/agree`);
    await hand.page.click('main form button');
    await hand.page.waitForURL(/done=agreed/);
    await hand.context.close();
  }
  await lookAt('demo-auditor', { [approval]: 'inspection-agreed', [`${case_}/report`]: 'report-inspected' });
  await auditor.context.close();
};
