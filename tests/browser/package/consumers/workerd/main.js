import { Scorer } from '@scorelet/core';

export default {
  async fetch(request) {
    const { about, bundle } = await request.json();
    const bytes = Uint8Array.from(atob(bundle), (letter) => letter.charCodeAt(0));
    const scorer = await Scorer.open(bytes, { publicKey: about.publicKey });
    return new Response(scorer.score(about.record).digest);
  },
};
