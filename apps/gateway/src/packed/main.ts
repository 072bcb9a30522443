import '../process-settings.js';
import { fileURLToPath } from 'node:url';
import { load } from './load.js';

await load(fileURLToPath(new URL('gateway.cjs', import.meta.url))).contents.startGateway(process.env);
