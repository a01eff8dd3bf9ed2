import { dirname, join, normalize } from 'node:path';

const LINK = /\]\(([^)\s]+)\)/g;
const ELSEWHERE = /^([a-z]+:|#)/i;

/** A link of a page to a file that is not there. */
export interface BrokenLink {
  readonly page: string;
  readonly target: string;
}

/**
 * Finds links between pages that lead nowhere.
 * @param page path of a Markdown page from the root of the repository
 * @param exists tells whether a path from that root is there
 */
export function brokenLinks(
  page: string,
  text: string,
  exists: (path: string) => boolean,
): readonly BrokenLink[] {
  return [...text.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !ELSEWHERE.test(target))
    .map((target) => target.replace(/#.*$/, ''))
    .filter((target) => !exists(normalize(join(dirname(page), target))))
    .map((target) => ({ page, target }));
}
