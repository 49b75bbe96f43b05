// What every part of the browser's test uses: windows that watch for faults, a look at a page, signing in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const from = createRequire(`${process.cwd()}/package.json`);
const { chromium } = (await import(pathToFileURL(from.resolve('playwright-core')))).default;
const axe = readFileSync(from.resolve('axe-core/axe.min.js'), 'utf8');

export const [base, folder, executablePath, departments, request] = process.argv.slice(2);
export const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
export const faults = [];
export const check = (good, what) => good || faults.push(what);

export const window = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('console', (said) => {
    // The browser itself remarks on statuses of 4xx and on a frame it refuses; both are checked where they are expected.
    const expected = said.text().startsWith('Failed to load resource') || said.text().startsWith('Framing ');
    if (said.type() === 'error' && !expected) faults.push(`${page.url()}: ${said.text()}`);
  });
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname;
    check(host === '127.0.0.1', `asked ${host}`);
  });
  return { context, page };
};

// A day as machines write it, outside of examples and codes, if a page shows one.
const machineDay = () => {
  const shown = document.body.cloneNode(true);
  for (const one of shown.querySelectorAll('.hint, code, pre, script, style, svg desc')) one.remove();
  return shown.textContent.match(/.{0,24}\b20\d\d-[01]\d-[0-3]\d\b.{0,8}/)?.[0];
};

// Names, contrast, structure (WCAG 2.2 AA); nothing wider than the screen; below 100 KB; days as people write them; then a picture.
export const look = async (page, name) => {
  // A click is done when the next page has begun, which may be before its stylesheet is there.
  await page.waitForLoadState('load');
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: 'tag', values } }), tags);
  for (const { id, nodes } of violations) faults.push(`${name}: ${id}: ${nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`);
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  check(wide <= screen, `${name}: ${wide} px wide on a screen of ${screen}`);
  const bytes = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.decodedBodySize ?? 0);
  check(bytes > 0 && bytes < 100_000, `${name}: ${bytes} bytes`);
  const day = await page.evaluate(machineDay);
  check(!day, `${name}: ${day}`);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

export const signIn = async (page, person, lang = 'zh') => {
  await page.goto(`${base}/signin?lang=${lang}`);
  await page.click('main button');
  await page.click(`button[value=${person}]`);
  await page.waitForURL(`${base}/`);
};

// Does something in both languages, in light and dark, on a screen and on a phone.
export const inEveryGuise = async (act) => {
  for (const lang of ['zh', 'en']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 390]) {
        const { context, page } = await window({ viewport: { width, height: 800 }, colorScheme });
        await act(page, lang, (what) => `${what}-${lang}-${colorScheme}-${width}`);
        await context.close();
      }
    }
  }
};

// Pages as a person sees them in every guise: path => name.
export const lookAt = (person, pages) =>
  inEveryGuise(async (page, lang, name) => {
    await signIn(page, person, lang);
    for (const [path, what] of Object.entries(pages)) {
      await page.goto(base + path);
      await look(page, name(what));
    }
  });

// Makes the departments behave so; without a plan, as they do.
export const behave = (plan) => fetch(`${departments}/control/faults`, { method: plan ? 'PUT' : 'DELETE', body: plan });
