/**
 * The content security policy of the page, by `<meta>` and by header. `connect-src 'self'` is the promise of the privacy
 * view, kept by the browser: nothing on this page can talk to another host.
 */
export const POLICY: Readonly<Record<string, string>> = {
  "default-src": "'self'",
  // The engine is WebAssembly; no other evaluation is allowed.
  "script-src": "'self' 'wasm-unsafe-eval'",
  "style-src": "'self'",
  "img-src": "'self'",
  "connect-src": "'self'",
  "worker-src": "'self'",
  "manifest-src": "'self'",
  "object-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

const join = (policy: Readonly<Record<string, string>>): string =>
  Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

/** For the `<meta>` element. */
export const META = join(POLICY);

/** For the server's header, where framing can be refused too. */
export const HEADER = join({ ...POLICY, "frame-ancestors": "'none'" });

/** Every header that the page is served with. */
export const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": HEADER,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
};
