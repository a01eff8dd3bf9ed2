import { STATE_NAMES, type Transition } from '@hosted-engine/core';
import { type Arrow, arrowsOf, type Box, boxOf, FRAMES, PLACES } from './arrangement.js';

type Side = 'left' | 'right' | 'top' | 'bottom';

interface End {
  readonly id: string;
  readonly side: Side;
  /** Where the arrow goes: ends on one side are ordered by it, so that fewer arrows cross. */
  readonly towards: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The picture of the state machine. The same table gives the same bytes. */
export function stateMachineSvg(transitions: readonly Transition[]): string {
  const arrows = arrowsOf(transitions);
  const ends = arrows.map((arrow) => endsOf(arrow));
  const all = ends.flat();
  const drawn = arrows.map((arrow, index) => {
    const [start, end] = ends[index] ?? [];
    if (start === undefined || end === undefined) return '';
    return drawArrow(arrow, portOf(start, all), start.side, portOf(end, all), end.side);
  });
  const colours = [...new Set(arrows.map(({ colour }) => colour))];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1520 900" width="1520" height="900" font-family="sans-serif" font-size="15">
<title>States of the HA daemon and the changes between them</title>
<style>
svg{background:#ffffff}
path.arrow{fill:none;stroke-width:1.5}
path.arrow:hover{stroke-width:4}
</style>
<defs>
${colours.map(marker).join('\n')}
</defs>
${FRAMES.map(drawFrame).join('\n')}
${drawn.join('\n')}
${STATE_NAMES.map((name) => drawState(name, PLACES[name])).join('\n')}
</svg>
`;
}

function marker(colour: string): string {
  return `<marker id="head-${colour.slice(1)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="${colour}"/></marker>`;
}

function drawFrame({ x, y, width, height, title, colour }: (typeof FRAMES)[number]): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="${colour}" fill-opacity="0.05" stroke="${colour}" stroke-dasharray="6 4"/>
<text x="${x + 14}" y="${y + 18}" fill="${colour}" font-style="italic">${title}</text>`;
}

function drawState(name: string, { x, y, width, height }: Box): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="#ffffff" stroke="#111827" stroke-width="1.5"/>
<text x="${x + width / 2}" y="${y + height / 2 + 5}" text-anchor="middle" fill="#111827">${name}</text>`;
}

function drawArrow(arrow: Arrow, from: Point, out: Side, to: Point, into: Side): string {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const reach = out === into ? 40 + 0.12 * distance : clamp(0.45 * distance, 28, 130);
  const first = pushed(from, out, reach);
  const second = pushed(to, into, reach);
  const line = `M${text(from)}C${text(first)} ${text(second)} ${text(to)}`;
  return `<path class="arrow" d="${line}" stroke="${arrow.colour}" marker-end="url(#head-${arrow.colour.slice(1)})"><title>${escaped(`${arrow.from} to ${arrow.to}: ${arrow.meaning}`)}</title></path>`;
}

function endsOf({ from, to }: Arrow): readonly [End, End] {
  const start = boxOf(from);
  const end = boxOf(to);
  const [out, into] = sidesOf(from, to, start, end);
  return [
    { id: from, side: out, towards: alongside(out, end) },
    { id: to, side: into, towards: alongside(into, start) },
  ];
}

function sidesOf(from: string, to: string, start: Box, end: Box): readonly [Side, Side] {
  if (from === to) return ['right', 'right'];
  if (end.x >= start.x + start.width) return ['right', 'left'];
  if (end.x + end.width <= start.x) return ['left', 'right'];
  const gapY = end.y > start.y ? end.y - start.y - start.height : start.y - end.y - end.height;
  // Past the box between them.
  if (gapY > 180 && start.width === end.width) return ['right', 'right'];
  return end.y > start.y ? ['bottom', 'top'] : ['top', 'bottom'];
}

function alongside(side: Side, { x, y, width, height }: Box): number {
  return side === 'left' || side === 'right' ? y + height / 2 : x + width / 2;
}

/** The ends on one side of a box stand evenly, in the order of where they lead. */
function portOf(end: End, all: readonly End[]): Point {
  const { x, y, width, height } = boxOf(end.id);
  const same = all
    .filter(({ id, side }) => id === end.id && side === end.side)
    .sort((a, b) => a.towards - b.towards);
  const share = (same.indexOf(end) + 1) / (same.length + 1);
  switch (end.side) {
    case 'left':
      return { x, y: y + height * share };
    case 'right':
      return { x: x + width, y: y + height * share };
    case 'top':
      return { x: x + width * share, y };
    case 'bottom':
      return { x: x + width * share, y: y + height };
  }
}

function pushed({ x, y }: Point, side: Side, by: number): Point {
  switch (side) {
    case 'left':
      return { x: x - by, y };
    case 'right':
      return { x: x + by, y };
    case 'top':
      return { x, y: y - by };
    case 'bottom':
      return { x, y: y + by };
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
