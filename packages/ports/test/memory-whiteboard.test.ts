import { whiteboardContract } from '../contract/whiteboard.contract.js';
import { FaultyStorage } from '../src/fakes/faulty-storage.js';
import { ManualClock } from '../src/fakes/manual-clock.js';
import { createMemoryWhiteboard, type SharedSlots } from '../src/fakes/memory-whiteboard.js';

whiteboardContract('in memory', async () => {
  const slots: SharedSlots = new Map();
  const clock = new ManualClock();
  const storage = new FaultyStorage();
  return {
    board: createMemoryWhiteboard({ slots, storage, clock }),
    other: createMemoryWhiteboard({ slots, storage: new FaultyStorage(), clock }),
    storage,
    clock,
    pastDeadlineMs: 6000,
    dispose: async () => undefined,
  };
});
