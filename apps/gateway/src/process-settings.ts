import { setFlagsFromString } from 'node:v8';

// Imported before all else. Read by libraries when they are loaded: graphql-js checks every value twice without it.
process.env['NODE_ENV'] ??= 'production';
// Prisma's query compiler is WebAssembly, and plans are kept: optimized as early as V8 likes to, its functions would take
// a fifth of the start's CPU time and 60 MB for a few hundred plans. What is hot is optimized still, ten times later.
setFlagsFromString('--wasm-tiering-budget=20000000');
