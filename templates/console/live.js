// Keeps the parts marked data-live as they stand on the server: at each word of its event stream (data-events) the page is fetched again and
// the parts are put in place, at most once a second; where there is no stream, each so many seconds (data-every). Without script the page stays as it was, with a link that fetches it.
const source = document.querySelector('[data-events]');
const every = document.querySelector('[data-every]')?.dataset.every;
const parts = () => [...document.querySelectorAll('[data-live]')];
let due = null;

const renew = async () => {
  due = null;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) { stream?.close(); clearInterval(timer); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of parts()) {
    const now = fresh.getElementById(part.id);
    // A part that is read out keeps its place: its text alone is new.
    if (part.dataset.live === 'text') {
      if (now && part.textContent !== now.textContent) part.textContent = now.textContent;
      continue;
    }
    // What somebody stands in is not taken from under them.
    if (now && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(now));
  }
  if (!fresh.querySelector('[data-events]')) stream?.close();
  if (!fresh.querySelector('[data-every]')) clearInterval(timer);
};
const soon = () => { due ??= setTimeout(renew, 1000); };

const timer = every && setInterval(renew, 1000 * every);
const stream = source && new EventSource(source.dataset.events);
for (const word of (source?.dataset.words ?? 'message').split(' ')) stream?.addEventListener(word, soon);

// Seconds that go on by themselves.
setInterval(() => {
  for (const clock of document.querySelectorAll('[data-since]')) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
    clock.textContent = clock.dataset.form.replace('{}', seconds);
  }
}, 1000);
