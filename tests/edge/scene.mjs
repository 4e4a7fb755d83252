// What the tests of most files begin with: a running worker, a tenant with a bundle, and an applicant's device that has its part.
import { after } from 'node:test';
import { device } from './device.mjs';
import { Edge } from './harness.mjs';

/** `bundles`: those of the tenant; the first one is active and on the device. The worker is removed after the file's tests. */
export async function scene(...bundles) {
  const edge = await Edge.start();
  after(() => edge.remove());
  const [tenant, phone] = await Promise.all([edge.tenant({ bundles }), device(bundles[0])]);
  return { edge, tenant, phone };
}
