// Two rosters sent with a form, what is wrong with one, pairs and why, the file, deleted in the end.
import { base, check, inEveryGuise, look, signIn, window } from './tools.mjs';

const csv = (lines) => Buffer.from(`id,id_number,name,birth_date,sex,phone,address\n${lines.join('\n')}\n`);
const lefts = [
  'L1,620422196805130033,王建国,1968-05-13,男,13993012345,甘肃省白银市会宁县会师镇南关村12号',
  'L2,620422197109220021,李秀英,1971-09-22,女,,会宁县会师镇南关村12号',
  'L3,,张小娟,1993-06-17,女,13884301122,会宁县郭城驿镇新堡村三社',
];
const rights = [
  'R1,620422196805130033,王建國,19680513,1,,会宁县会师镇南关村',
  'R2,620422197109220012,李秀英,1971/9/22,2,,会师镇南关村12号',
  'R3,620422199306170018,张晓娟,1993-06-17,女,,会宁县郭城驿镇新堡村',
];
const file = (name, lines) => ({ name, mimeType: 'text/csv', buffer: csv(lines) });

const fill = async (page, left, right) => {
  await page.goto(`${base}/link`);
  await page.setInputFiles('#left', file('left.csv', left));
  await page.setInputFiles('#right', file('right.csv', right));
  await page.check('#one_to_one');
  await page.fill('#reason', '残疾人名册与低保名册核对');
  await page.click('main form[enctype] button');
};

export const link = async () => {
  const { context, page } = await window({ acceptDownloads: true });
  await signIn(page, 'demo-supervisor');
  await page.click('nav.sections a[href="/link"]');
  await page.click('main form[enctype] button');
  check((await page.locator('.errors a').count()) === 2, 'a form without roster and reason is not refused');
  const [example] = await Promise.all([page.waitForEvent('download'), page.click('a[href="/link/example?side=left"]')]);
  check(example.suggestedFilename() === 'example-left.csv', `the example is called ${example.suggestedFilename()}`);
  await fill(page, lefts, [...rights, 'R1,,孙强,,,,']);
  check((await page.locator('#right-error').textContent()).includes('right.csv 第 5 行'), 'a fault is not told by its line');
  check((await page.inputValue('#reason')) === '残疾人名册与低保名册核对', 'the reason has to be written again');
  await fill(page, lefts, rights);
  await page.waitForURL(/\/link\/[0-9a-f-]{36}$/);
  // The page keeps itself as it stands until the run has ended.
  await page.waitForSelector('#pairs-title', { timeout: 60000 });
  const path = new URL(page.url()).pathname;
  const [pairs] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="what=pairs"]')]);
  check(pairs.suggestedFilename().endsWith('-pairs.csv'), `the file is called ${pairs.suggestedFilename()}`);
  await page.click('a[href$="/pairs/1"]');
  check((await page.locator('h1').textContent()) === '比对依据', 'a pair does not say why');
  await page.click('a.back');
  await page.click('main button.button-bad');
  await page.waitForURL(/\/link\?done=deleted/);
  const gone = await page.goto(base + path);
  check(gone.status() === 404, 'a deleted run is there');
  await context.close();
  await inEveryGuise(async (own, lang, name) => {
    await signIn(own, 'demo-supervisor', lang);
    await own.goto(`${base}/link`);
    await look(own, name('link'));
    await fill(own, lefts, ['R1,,,,', ...rights]);
    await look(own, name('link-faults'));
    await fill(own, lefts, rights);
    await own.waitForSelector('#pairs-title', { timeout: 60000 });
    const at = own.url();
    await look(own, name('link-run'));
    await own.goto(`${at}/pairs/1`);
    await look(own, name('link-pair'));
    await own.goto(at);
    await own.click('main button.button-bad');
  });
};
