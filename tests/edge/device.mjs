// The applicant's device: the npm package, opened with a device bundle, as a page has it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './bundles.mjs';

const { Scorer } = await import(pathToFileURL(join(root, 'core/js/dist/node.js')));

/** A device with the device part of a bundle. */
export async function device(bundle) {
  return new Device(await Scorer.open(bundle.device.bytes, { publicKey: bundle.by.hex }));
}

class Device {
  constructor(scorer) {
    this.scorer = scorer;
  }

  /** A sealed receipt: what is sent, and what stays here for an audit. */
  async seal(challenge, record, options) {
    return this.scorer.seal(challenge, record, options);
  }

  /** The same at another time of the device's clock. */
  async sealAt(shift, challenge, record, options) {
    const now = Date.now;
    Date.now = () => now() + shift;
    try {
      return await this.seal(challenge, record, options);
    } finally {
      Date.now = now;
    }
  }
}
