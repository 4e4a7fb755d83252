/** What this package needs of Node, without all of Node's types. */
declare module 'node:fs/promises' {
  export function readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
}

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
