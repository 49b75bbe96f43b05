// The console of a running demo in chromium. Arguments: its address, a folder for screenshots, the browser. Ends with 1 and says what was wrong.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const from = createRequire(`${process.cwd()}/package.json`);
const { chromium } = (await import(pathToFileURL(from.resolve('playwright-core')))).default;
const axe = (await import('node:fs')).readFileSync(from.resolve('axe-core/axe.min.js'), 'utf8');

const [base, folder, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const faults = [];
const check = (good, what) => good || faults.push(what);

const window = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('console', (said) => {
    // The browser itself remarks on statuses of 4xx and on a frame it refuses; both are checked below.
    const expected = said.text().startsWith('Failed to load resource') || said.text().startsWith('Framing ');
    if (said.type() === 'error' && !expected) faults.push(`${page.url()}: ${said.text()}`);
  });
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname;
    check(host === '127.0.0.1', `asked ${host}`);
  });
  return { context, page };
};

// Names, contrast, structure (WCAG 2.2 AA); nothing wider than the screen; then a picture.
const look = async (page, name) => {
  // A click is done when the next page has begun, which may be before its stylesheet is there.
  await page.waitForLoadState('load');
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: 'tag', values } }), tags);
  for (const { id, nodes } of violations) faults.push(`${name}: ${id}: ${nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`);
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  check(wide <= screen, `${name}: ${wide} px wide on a screen of ${screen}`);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

const signIn = async (page, person) => {
  await page.goto(`${base}/signin`);
  await page.click('main button');
  await page.click(`button[value=${person}]`);
  await page.waitForURL(`${base}/`);
};

for (const lang of ['zh', 'en']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      const name = (what) => `${what}-${lang}-${colorScheme}-${width}`;
      const { context, page } = await window({ viewport: { width, height: 800 }, colorScheme });
      await page.goto(`${base}/signin?lang=${lang}`);
      await look(page, name('signin'));
      await page.click('main button');
      await look(page, name('people'));
      await page.click('button[value=demo-caseworker]');
      await page.waitForURL(`${base}/`);
      check((await page.locator('table tbody tr').count()) > 0, `${name('home')}: no case`);
      await look(page, name('home'));
      await page.goto(`${base}/?tab=reviews`);
      await page.click('summary');
      await look(page, name('reviews'));
      await page.goto(`${base}/?tab=cases&status=nonsense`);
      await look(page, name('errors'));
      await page.goto(`${base}/nowhere`);
      await look(page, name('notice'));
      await context.close();
    }
  }
}

// Each role: its lists, and a page that refuses another's.
const roles = {
  'demo-caseworker': { tabs: 5, refused: 'callbacks' },
  'demo-supervisor': { tabs: 5, refused: 'callbacks' },
  'demo-supervisor-2': { tabs: 5, refused: 'callbacks' },
  'demo-auditor': { tabs: 1, refused: 'cases' },
  'demo-system-admin': { tabs: 1, refused: 'cases' },
  'demo-security-admin': { tabs: 1, refused: 'cases' },
};
for (const [person, { tabs, refused }] of Object.entries(roles)) {
  const { context, page } = await window({});
  await signIn(page, person);
  check((await page.locator('.who strong').innerText()) === person, `${person}: another name in the header`);
  check((await page.locator('.tabs a').count()) === tabs, `${person}: other lists`);
  const answer = await page.goto(`${base}/?tab=${refused}`);
  check(answer.status() === 403, `${person}: ${refused} is ${answer.status()}`);
  await context.close();
}

// Keyboard alone: the skip link first, then in by Enter; out again; and what was ended stays ended.
{
  const { context, page } = await window({});
  await page.goto(`${base}/signin`);
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.matches('.skip')), 'the skip link is not first');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/authorize/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/`);
  const cookies = await context.cookies();
  const session = cookies.find((cookie) => cookie.name === 'hedui-session');
  check(session?.httpOnly && session?.sameSite === 'Lax', 'the cookie is within reach');
  await page.click('header button');
  await page.waitForURL(/signed_out/);
  await context.addCookies([session]);
  const answer = await page.goto(`${base}/`);
  check(answer.status() === 401, `a session that was ended is ${answer.status()}`);
  await page.goBack();
  check((await page.locator('.who').count()) === 0, 'the way back shows a page of the ended session');
  await context.close();
}

// Without script, and as the page of another site: nothing is framed.
{
  const { context, page } = await window({ javaScriptEnabled: false });
  await signIn(page, 'demo-auditor');
  await page.setContent(`<iframe src="${base}/"></iframe>`);
  const frame = page.frames()[1];
  check(!frame || !(await frame.content()).includes('demo-auditor'), 'a page can be framed');
  await context.close();
}

// On paper.
{
  const { context, page } = await window({});
  await signIn(page, 'demo-caseworker');
  await page.pdf({ path: `${folder}/home.pdf`, format: 'A4' });
  await context.close();
}

await browser.close();
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  process.exit(1);
}
