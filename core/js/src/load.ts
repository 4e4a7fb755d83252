import { own } from './error.js';

/** Where the wasm comes from. */
export type InitSource =
  | string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module;

/** The kind of a built-in object, whatever realm (frame, test environment) it was made in. */
export function tagOf(given: unknown): string {
  return Object.prototype.toString.call(given).slice(8, -1);
}

/** Compiles the wasm, while it arrives where that is possible. */
export async function compile(source: InitSource): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (isBuffer(given) || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  const response = isResponse(given) ? given : await fetch(given);
  if (!response.ok) throw own('unloadable', `the engine could not be fetched: ${response.status} ${response.url}`);
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/wasm' && 'compileStreaming' in WebAssembly) {
    return WebAssembly.compileStreaming(response);
  }
  // A server that does not know the media type costs time only.
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Whether a value is an `ArrayBuffer`. */
export function isBuffer(given: unknown): given is ArrayBuffer {
  return tagOf(given) === 'ArrayBuffer';
}

function isResponse(given: string | URL | Request | Response): given is Response {
  return typeof Response === 'function' && given instanceof Response;
}
