import { useEffect, useState } from 'react';
import type { Look, TuiHost } from '../tui-host.js';

/** The HA daemon publishes every 2 s; nothing changes faster. */
const EVERY_MS = 2000;

/** How things stand, looked at again and again while the screen is shown. Undefined until the first look. */
export function useLook(host: TuiHost): Look | undefined {
  const [look, setLook] = useState<Look>();
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    let isShown = true;
    const again = async (): Promise<void> => {
      const seen = await host.look();
      if (!isShown) return;
      setLook(seen);
      timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [host]);
  return look;
}
