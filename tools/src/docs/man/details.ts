// The details of a command are written for a terminal: lines that flow, `name: text` items with lines
// indented below them, and examples behind a line that ends with a colon.

import { example, item, paragraph } from './roff.js';

type Block =
  | { readonly kind: 'text'; readonly lines: string[] }
  | { readonly kind: 'item'; readonly term: string; readonly lines: string[] }
  | { readonly kind: 'example'; readonly lines: string[] };

const ITEM = /^([a-z][\w-]*):\s+(\S.*)$/;

export function detailBlocks(details: readonly string[]): readonly string[] {
  return blocksOf(details).flatMap(roffOf);
}

function roffOf(block: Block): readonly string[] {
  switch (block.kind) {
    case 'text':
      return paragraph(block.lines.join(' '));
    case 'item':
      return item(block.term, block.lines.join(' '));
    case 'example':
      return example(block.lines);
  }
}

function blocksOf(details: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let before: Block | undefined;
  for (const line of details) {
    const [, term, text] = ITEM.exec(line) ?? [];
    if (line.trim() === '') {
      before = undefined;
    } else if (term !== undefined && text !== undefined) {
      before = { kind: 'item', term, lines: [text] };
      blocks.push(before);
    } else if (line.startsWith(' ') && isExampleHead(before)) {
      before = { kind: 'example', lines: [line.trim()] };
      blocks.push(before);
    } else if (before !== undefined && (before.kind !== 'example' || line.startsWith(' '))) {
      before.lines.push(line.trim());
    } else {
      before = { kind: 'text', lines: [line.trim()] };
      blocks.push(before);
    }
  }
  return blocks;
}

function isExampleHead(block: Block | undefined): boolean {
  return block?.kind === 'text' && block.lines.at(-1)?.endsWith(':') === true;
}
