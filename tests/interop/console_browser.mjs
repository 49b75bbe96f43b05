// The console of a running demo in chromium. Arguments: its address, a folder for screenshots, the browser. Ends with 1 and says what was wrong.
import { cases } from './console/cases.mjs';
import { door } from './console/door.mjs';
import { browser, faults } from './console/tools.mjs';

await door();
await cases();

await browser.close();
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  process.exit(1);
}
