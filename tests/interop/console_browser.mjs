// The console of a running demo in chromium. Arguments: its address, a folder for screenshots, the browser, the address of its departments, its sample request. Ends with 1 and says what was wrong.
import { audit } from './console/audit.mjs';
import { batches } from './console/batches.mjs';
import { cases } from './console/cases.mjs';
import { door } from './console/door.mjs';
import { link } from './console/link.mjs';
import { policy } from './console/policy.mjs';
import { readme } from './console/readme.mjs';
import { reports } from './console/reports.mjs';
import { reviews } from './console/reviews.mjs';
import { simulate } from './console/simulate.mjs';
import { sources } from './console/sources.mjs';
import { starts } from './console/new.mjs';
import { time } from './console/time.mjs';
import { browser, faults } from './console/tools.mjs';

await door();
await starts();
await cases();
await readme();
await reports();
await reviews();
await batches();
await time();
await link();
await audit();
await policy();
await simulate();
await sources();

await browser.close();
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  process.exit(1);
}
