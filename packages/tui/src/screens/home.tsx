import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { Choice } from '../field/choice.js';
import { usePresses } from '../field/use-presses.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, innerRows, Lines, type Size } from './frame.js';
import { summaryLines } from './status-lines.js';
import { useLook } from './use-look.js';

export const PLACES = ['status', 'maintenance', 'console', 'deploy', 'leave'] as const;
export type Place = (typeof PLACES)[number];

const TITLES: Readonly<Record<Place, string>> = {
  status: 'Status of the hosts',
  maintenance: 'Maintenance',
  console: 'Console password of the engine VM',
  deploy: 'Deploy this host',
  leave: 'Leave',
};

interface HomeProps {
  readonly host: TuiHost;
  readonly size: Size;
  /** The place that one comes back from. */
  readonly from: Place | undefined;
  go(place: Place): void;
}

export function Home({ host, size, from, go }: HomeProps): ReactNode {
  const look = useLook(host);
  usePresses((press) => {
    if (press.kind === 'text' && /^q$/i.test(press.text)) go('leave');
  });
  const lines = summaryLines(look, size.columns).slice(0, innerRows(size) - PLACES.length - 1);
  return (
    <Frame
      size={size}
      title="Hosted Engine"
      aside={host.hostname}
      keys="Up/Down choose   Enter open   q leave"
    >
      <Lines lines={lines.map((text) => ({ text }))} />
      <Text> </Text>
      <Box flexDirection="column">
        <Choice
          items={PLACES.map((place) => TITLES[place])}
          initial={from === undefined ? 0 : PLACES.indexOf(from)}
          rows={PLACES.length}
          width={size.columns}
          look="menu"
          onSubmit={(index) => go(PLACES[index] ?? 'leave')}
        />
      </Box>
    </Frame>
  );
}
