// The door and home: each of the demo's people signs in and out; what is refused; keyboard; without script; on paper.
import { base, check, folder, inEveryGuise, look, signIn, window } from './tools.mjs';

export const door = async () => {
  await inEveryGuise(async (page, lang, name) => {
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
  });

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
};
