/** undici's Pool without the rest of it, whose fetch, WebSocket and caches cost the gateway's start 9 MB. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
