import './process-settings.js';
import { startGateway } from './start-gateway.js';

await startGateway(process.env);
