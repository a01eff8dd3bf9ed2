import { hostFilesContract } from '../contract/host-files.contract.js';
import { FakeFiles } from './fake/files.js';

hostFilesContract('the fake of the tests', async () => new FakeFiles());
