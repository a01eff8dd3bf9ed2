import { STATUS_TITLES, statusHeadline, statusLine } from '@hosted-engine/core/whiteboard';
import { Text } from 'ink';
import { type ReactNode, useState } from 'react';
import { Choice } from '../field/choice.js';
import type { Press } from '../field/presses.js';
import { usePresses } from '../field/use-presses.js';
import { cut, wrap } from '../text/fit.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, innerRows, Lines, type Size } from './frame.js';
import { hostLines, idOf } from './status-lines.js';
import { useLook } from './use-look.js';

interface StatusProps {
  readonly host: TuiHost;
  readonly size: Size;
  leave(): void;
}

/** All hosts in a table, kept up to date; Enter shows all that one of them reports. */
export function Status({ host, size, leave }: StatusProps): ReactNode {
  const look = useLook(host);
  const [openId, setOpenId] = useState<number>();
  const [lastId, setLastId] = useState<number>();
  const [top, setTop] = useState(0);
  const rows = innerRows(size);
  const view = look?.board.kind === 'known' ? look.board.view : undefined;
  const open = view?.hosts.find((candidate) => idOf(candidate) === openId);
  const details =
    view === undefined || open === undefined ? [] : hostLines(view, open, size.columns);
  usePresses((press) => {
    if (press.kind === 'escape' || (press.kind === 'text' && press.text === 'q')) {
      if (openId === undefined) leave();
      setOpenId(undefined);
      setTop(0);
      return;
    }
    const by = scrolledBy(press, rows);
    const topMax = Math.max(0, details.length - rows);
    if (openId !== undefined) setTop((before) => Math.min(topMax, Math.max(0, before + by)));
  });
  if (openId !== undefined) {
    const shown = details.slice(top, top + rows);
    const more = details.length > rows ? '   Up/Down scroll' : '';
    return (
      <Frame size={size} title={`Host ${openId}`} aside={host.hostname} keys={`Esc back${more}`}>
        <Lines lines={shown.map((text) => ({ text }))} />
      </Frame>
    );
  }
  const why =
    look === undefined
      ? 'Asking the HA daemon ...'
      : look.board.kind === 'unknown'
        ? look.board.why
        : view?.hosts.length === 0
          ? 'No host has reported its state yet.'
          : undefined;
  const hosts = view?.hosts ?? [];
  return (
    <Frame
      size={size}
      title="Status of the hosts"
      aside={host.hostname}
      keys="Up/Down choose   Enter all that the host reports   Esc back"
    >
      {why === undefined && view !== undefined ? (
        <>
          <Text>{cut(statusHeadline(view), size.columns)}</Text>
          <Text> </Text>
          <Text bold>{cut(STATUS_TITLES, size.columns)}</Text>
          <Choice
            // The mark of the list takes the place of the blanks before the id.
            items={hosts.map((candidate) => statusLine(candidate).replace(/^ {2}/, ''))}
            initial={hosts.findIndex((candidate) => idOf(candidate) === lastId)}
            rows={rows - 3}
            width={size.columns}
            look="menu"
            onSubmit={(index) => {
              const chosen = hosts[index];
              setOpenId(chosen === undefined ? undefined : idOf(chosen));
              setLastId(chosen === undefined ? undefined : idOf(chosen));
            }}
          />
        </>
      ) : (
        <Lines lines={wrap(why ?? '', size.columns).map((text) => ({ text }))} />
      )}
    </Frame>
  );
}

function scrolledBy({ kind }: Press, rows: number): number {
  switch (kind) {
    case 'page-up':
      return -rows;
    case 'page-down':
      return rows;
    case 'up':
      return -1;
    case 'down':
      return 1;
    default:
      return 0;
  }
}
