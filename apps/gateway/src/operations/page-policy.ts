/** For pages that run scripts of ours: the explorer and /docs, which style themselves inline. Nothing comes from elsewhere. */
export const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";
