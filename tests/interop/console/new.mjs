// A new verification: typed, corrected as one types, looked at once more, sent, and seen filling in; and refused without script.
import { base, behave, check, inEveryGuise, look, signIn, window } from './tools.mjs';

const number = '11010519491231002X';
const at = (field) => `[name="/household/members/0/${field}"]`;

const fill = async (page) => {
  await page.goto(`${base}/new`);
  await page.selectOption('[name="/purpose"]', 'dibao_application');
  await page.fill('[name="/commissioned_by/investigators/0"]', '张三');
  await page.fill('[name="/commissioned_by/investigators/1"]', '李四');
  await page.selectOption('[name="/household/registered_as"]', 'urban');
  await page.fill(at('name'), '王<b>五</b>');
  await page.fill(at('id_number'), number);
  await page.fill(at('authorisation/number'), 'SQ-2026-0009');
  await page.fill(at('authorisation/signed_on'), '2026-10-20');
};

export const starts = async () => {
  const { context, page } = await window({});
  await signIn(page, 'demo-caseworker');
  await page.click('main a[href="/new"]');
  await page.waitForURL(`${base}/new`);
  const said = async (field) => (await page.locator(`${at(field)} + .said`).innerText()).trim();
  // As one types: a mistyped digit, two swapped, the old form, a date that lies ahead.
  for (const [typed, expected] of [['110105194912310021', '校验码'], ['11015019491231002X', '校验码'], ['991051949123100210', '前两位'], ['110105491231002', '1949年12月31日'], ['１１０１０５１９４９１２３１００２ｘ', '女']]) {
    await page.fill(at('id_number'), typed);
    await page.locator(at('id_number')).blur();
    check((await said('id_number')).includes(expected), `${typed}: ${await said('id_number')}`);
  }
  await page.fill(at('authorisation/signed_on'), '2999-01-01');
  await page.locator(at('authorisation/signed_on')).blur();
  check((await said('authorisation/signed_on')).includes('将来'), 'a date that lies ahead is not said at once');
  await page.selectOption(at('id_kind'), 'none');
  check(await page.locator(at('birth_date')).isVisible(), 'a birth date cannot be stated');
  await page.check(`${at('authorisation/signed_by')}[value=agent]`);
  check(await page.locator(at('authorisation/signed_by/agent/name')).isVisible(), 'an agent cannot be named');
  // One more person, with everything typed kept; and gone again.
  await fill(page);
  await page.click('button[name=add][value="/household/members"]');
  check((await page.locator(at('id_number')).inputValue()) === number, 'what was typed is gone');
  check((await page.locator('.person').count()) === 2, 'nobody was added');
  check(!page.url().includes(number), 'a number stands in the address');
  await page.click('button[name=remove][value="/household/members/1"]');
  check((await page.locator('.person').count()) === 1, 'nobody was removed');
  // Enter goes on, and does not remove somebody.
  await page.fill('[name="/commissioned_by/investigators/1"]', '');
  await page.press('[name="/commissioned_by/investigators/1"]', 'Enter');
  await page.waitForURL(/check/);
  await page.click('.errors a');
  check(await page.evaluate(() => document.activeElement.closest('.field-wrong') !== null), 'an error leads to no field');
  await page.fill('[name="/commissioned_by/investigators/1"]', '李四');
  await page.click('.go .button');
  check((await page.locator('main').innerText()).includes('王<b>五</b>'), 'a name is markup, or not there');
  await page.click('.button-second');
  check((await page.locator(at('id_number')).inputValue()) === number, 'what was typed is gone on the way back');
  await page.click('.go .button');
  // Slow departments, and one that is down: the page is seen filling in.
  const slow = '[[fault]]\ndepartment = "*"\nwhat = { delay = { uniform_ms = [200, 5000] } }\n';
  await behave(`${slow}[[fault]]\ndepartment = "vehicles"\nwhat = { error = { status = 500 } }\n`);
  await page.click('.go .button:not(.button-second)');
  await page.waitForURL(/cases.*done=sent/);
  const ended = async () => Number(await page.locator('.great').innerText());
  // Some answers are in, and some are not: how many there are to be is known a moment after it was sent.
  const filling = () => {
    const ended = Number(document.querySelector('.great').innerText);
    return ended > 2 && ended < document.querySelector('progress').max;
  };
  await page.waitForFunction(filling, null, { timeout: 60_000 });
  await look(page, 'case-filling');
  const before = await ended();
  await page.waitForFunction((than) => Number(document.querySelector('.great').innerText) > than, before, { timeout: 60_000 });
  // The page follows by itself until the report is there.
  await page.waitForSelector('#standing a.button', { timeout: 60_000 });
  check((await page.locator('#grid th').nth(1).innerText()).includes('王<b>五</b>'), 'the column has no name');
  check((await page.locator('#grid tbody tr').count()) > 10, 'the grid has no departments');
  // The one that was down is asked once more, when it is up again.
  await page.waitForSelector('a.offer[href*=vehicles]', { timeout: 60_000 });
  check((await page.locator('.outcome').innerText()).includes('取决于'), 'what decides is not said');
  await look(page, 'case-gap');
  await behave();
  await page.click('a.offer[href*=vehicles]');
  check(await page.isChecked('input[value=vehicles]'), 'the department is not chosen');
  await look(page, 'ask-again');
  await page.click('main form .button');
  await page.waitForURL(/done=asked_again/);
  await page.waitForFunction(() => document.querySelectorAll('#versions tbody tr').length > 1 && !document.querySelector('a.offer[href*=vehicles]'), null, { timeout: 60_000 });
  await context.close();

  // Without script the server says the same.
  {
    const { context, page } = await window({ javaScriptEnabled: false });
    await signIn(page, 'demo-caseworker');
    await fill(page);
    await page.fill(at('id_number'), '110105194912310021');
    await page.click('.go .button');
    check((await page.locator('.errors').innerText()).includes('校验码'), 'a mistyped number passes without script');
    await context.close();
  }

  // Six people: those who are not filled in now are a line each, and nothing of them is lost between the pages.
  {
    const { context, page } = await window({});
    await signIn(page, 'demo-caseworker');
    await fill(page);
    const people = ['王<b>五</b>', '王一', '王"二"', "王'三' & 四", '王=五', '王六'];
    for (const [place, name] of people.entries()) {
      if (place === 0) continue;
      await page.click('button[name=add][value="/household/members"]');
      await page.fill(`[name="/household/members/${place}/name"]`, name);
      await page.selectOption(`[name="/household/members/${place}/id_kind"]`, 'none');
      await page.fill(`[name="/household/members/${place}/birth_date"]`, `198${place}-02-03`);
      await page.fill(`[name="/household/members/${place}/authorisation/number"]`, `SQ-${place}`);
      await page.fill(`[name="/household/members/${place}/authorisation/signed_on"]`, '2026-10-20');
    }
    check((await page.locator('input[name=folded]').count()) === 5, 'a large household is not folded');
    await look(page, 'new-folded');
    await page.click('button[name=edit][value="/household/members/2"]');
    check((await page.inputValue('[name="/household/members/2/name"]')) === people[2], 'somebody who was folded came back as another');
    await page.click('.go .button');
    const read = await page.locator('main').innerText();
    for (const name of people) check(read.includes(name), `${name} went astray`);
    await page.click('.button-second');
    await page.click('button[name=edit][value="/household/members/3"]');
    check((await page.inputValue('[name="/household/members/3/birth_date"]')) === '1983-02-03', 'a day went astray');
    await context.close();
  }

  await inEveryGuise(async (page, lang, name) => {
    await signIn(page, 'demo-caseworker', lang);
    await page.goto(`${base}/new`);
    await look(page, name('new'));
    await page.click('.go .button');
    await look(page, name('new-errors'));
    await fill(page);
    await page.click('.go .button');
    await look(page, name('new-check'));
    await page.goto(`${base}/new/file`);
    await page.setInputFiles('input[type=file]', { name: 'request.json', mimeType: 'application/json', buffer: Buffer.from('{"purpose": "x"}') });
    await page.click('main button');
    await look(page, name('new-file'));
  });
};
