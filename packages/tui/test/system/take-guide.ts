// Puts the screens as they are into the guide.

import { readFile, writeFile } from 'node:fs/promises';
import { GUIDE, takeScreens, withScreens } from './guide.js';

await writeFile(GUIDE, withScreens(await readFile(GUIDE, 'utf8'), await takeScreens()));
