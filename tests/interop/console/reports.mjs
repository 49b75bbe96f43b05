// Reports: the copies, their print as PDF with every figure and page number, the receipt, versions, objections, what changed.
import { execFileSync } from 'node:child_process';
import { base, check, folder, lookAt, signIn, window } from './tools.mjs';

const text = (pdf) => execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
const plain = (words) => words.replace(/\s+/g, '');

export const reports = async () => {
  const { context, page } = await window({ viewport: { width: 1280, height: 800 } });
  await signIn(page, 'demo-caseworker');
  await page.click('table tbody tr:first-child a');
  await page.waitForURL(/cases/);
  const path = new URL(page.url()).pathname;
  await page.click('a.button[href$="/report"]');
  await page.waitForURL(/report/);
  // The button stands in for the hint once the script has run; the word on the sheet says which opening it is.
  check(await page.locator('[data-print]').isVisible(), 'there is no button that prints');
  check(!(await page.locator('[data-no-print]').isVisible()), 'the hint stays beside the button');
  const cut = await page.$$eval('table.lines', (all) => all.filter((one) => one.scrollWidth > one.parentElement.clientWidth).length);
  check(cut === 0, `${cut} tables are cut on a screen of 1280`);
  const obligors = await page.$$eval('.household .obligors li', (all) => all.length);
  const count = (words) => Number(words.match(/第 (\d+) 次调阅/)?.[1]);
  const nth = count(await page.textContent('.reading'));
  await page.reload();
  check(count(await page.textContent('.reading')) === nth + 1, 'an opening is not counted');

  for (const lang of ['zh', 'en']) {
    await page.goto(`${base}${path}/report?lang=${lang}`);
    // The two ends of an interval may stand on two lines.
    const amounts = await page.$$eval('.lines .counted b', (all) => all.flatMap((one) => one.textContent.split('–')));
    check(amounts.length > 10, `${lang}: ${amounts.length} amounts`);
    const pdf = `${folder}/report-${lang}.pdf`;
    await page.pdf({ path: pdf, preferCSSPageSize: true });
    const pages = text(pdf).split('\f').slice(0, -1);
    check(pages.length > 1, `${lang}: a report of one page`);
    const all = plain(pages.join(''));
    for (const [index, words] of pages.entries()) {
      const number = lang === 'zh' ? `第 ${index + 1} 页 / 共 ${pages.length} 页` : `page ${index + 1} of ${pages.length}`;
      check(plain(words).includes(plain(number)), `${lang}: page ${index + 1} has no number`);
      // The last line of a page, its number apart, is no title of a section whose text is on the next.
      const lines = words.split('\n').map((line) => line.trim()).filter((line) => line !== '' && plain(line) !== plain(number));
      const titles = await page.$$eval('h2', (titles) => titles.map((title) => title.firstChild.textContent.trim()));
      check(!titles.includes(lines.at(-1)), `${lang}: the title ${lines.at(-1)} stands alone at the end of page ${index + 1}`);
    }
    for (const amount of amounts) check(all.includes(plain(amount)), `${lang}: ${amount} is not in print`);
    check(!all.includes('返回案件') && !all.includes('Backtothecase'), `${lang}: the bar is printed`);
    check(all.includes(lang === 'zh' ? '盖章处' : 'seal'), `${lang}: there is no place for the seal`);
  }

  await page.goto(`${base}${path}/report?copy=applicant&lang=zh`);
  check((await page.locator('.household .notes li').count()) === 0, `the applicant's copy lists obligors or places (of ${obligors})`);
  check((await page.locator('.bar [aria-current]').textContent()) === '申请人件', 'the copy is not marked');
  await page.click('.bar-back');
  check(new URL(page.url()).pathname === path, 'the way back leads elsewhere');

  // An objection, entered with the keyboard, and the version it leads to beside the one before.
  await page.goto(`${base}${path}/objections`);
  await page.click('main button');
  check((await page.locator('.errors a').count()) === 2, 'an objection without anything is not refused');
  await page.check('input[value=vehicles]');
  await page.fill('#statement', '车辆已于去年报废');
  await page.focus('main form button');
  await page.keyboard.press('Enter');
  await page.waitForURL(/done=objected/);
  await page.goto(`${base}${path}/objections`);
  check((await page.textContent('main')).includes('车辆已于去年报废'), 'the objection is not listed');
  await context.close();

  await lookAt('demo-caseworker', {
    [`${path}/report`]: 'report',
    [`${path}/report?copy=applicant`]: 'report-applicant',
    [`${path}/report?copy=notice`]: 'report-notice',
    [`${path}/receipt`]: 'receipt',
    [`${path}/versions`]: 'versions',
    [`${path}/change`]: 'change',
    [`${path}/objections`]: 'objections',
  });
};
