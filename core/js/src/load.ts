import { own } from './error.js';

/** Where the wasm comes from. */
export type InitSource =
  | string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module;

/** Compiles the wasm, while it arrives where that is possible. */
export async function compile(source: InitSource): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  const response = isResponse(given) ? given : await fetch(given);
  if (!response.ok) throw own('unloadable', `the engine could not be fetched: ${response.status} ${response.url}`);
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/wasm' && 'compileStreaming' in WebAssembly) {
    return WebAssembly.compileStreaming(response);
  }
  // A server that does not know the media type costs time only.
  return WebAssembly.compile(await response.arrayBuffer());
}

function isResponse(given: string | URL | Request | Response): given is Response {
  return typeof Response === 'function' && given instanceof Response;
}
