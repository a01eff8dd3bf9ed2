export {
  type DecisionEntry,
  formatEntry,
  JOURNAL_VERSION,
  type JournalEntry,
  type NoteEntry,
  type ParsedLine,
  type PeerChange,
  type PeersEntry,
  parseEntry,
} from './entry.js';
export { type Difference, type Replayed, replayLine } from './replay.js';
