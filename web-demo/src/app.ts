import { Engine, EngineError } from "./engine/client";
import type { Opened } from "./engine/protocol";
import { type Formats, formats, type Texts, texts } from "./i18n";
import { type Lender, lender } from "./lender/client";
import { RequestLog } from "./privacy/requests";
import { type Language, language, setLanguage } from "./settings";

/** A table of applicants whose outcomes are known. */
export interface Table {
  file: string;
  rows: number;
  /** The column with the outcome. */
  label: string;
}

/** An example bundle of the page, as `bundles/manifest.json` lists it. */
export interface Example {
  id: string;
  file: string;
  digest: string;
  bytes: number;
  title: Record<string, string>;
  /** A table to try it on. */
  table?: Table;
  /** The part of it that a device would run, if it is cut in two. */
  device?: { file: string; digest: string };
}

/** An example that tells a forecast. */
export interface Foreteller extends Example {
  /** The member of an event list that the forecast goes on from. */
  past: { field: string; member: string };
}

/** What stands beside the page: bundles and their publisher. */
export interface Manifest {
  publisher: string;
  bundles: Example[];
  /** `null` if there is none. */
  forecast: Foreteller | null;
}

/** The bundle in use. */
export interface Current extends Opened {
  /** The example that it is, or `null` if somebody dropped it. */
  example: Example | null;
  /** Where a Worker can open it again: an address, or its bytes. */
  source: ArrayBuffer | string;
  publicKey: string | null;
}

/** What the views share. */
export class App {
  readonly requests = new RequestLog();
  readonly engine = new Engine((seen) => this.requests.fromWorker(seen));
  manifest: Manifest = { publisher: "", bundles: [], forecast: null };
  current: Current | null = null;
  failure: unknown = null;
  /** Whom this page can send a receipt to; `null` where no lender's server stands behind it. */
  lender: Lender | null = null;
  /** That lender's device bundles, by digest, once they are open. */
  readonly devices = new Map<string, Opened>();
  /** Which of its products was chosen last. */
  product: string | null = null;
  /** What stands in the form, field by field, as text: it outlives a change of view, language or model. */
  readonly draft = new Map<string, string>();
  /** The bundle that tells a forecast, what stands in its form, and which sample was filled in last. */
  readonly forecast = { opened: null as Opened | null, draft: new Map<string, string>(), sample: -1 };
  /** Which of the lender's applicants was chosen last. */
  reference: string | null = null;
  /** Which sample applicant was filled in last. */
  sample = -1;
  language: Language = language();
  t: Texts = texts(this.language);
  f: Formats = formats(this.language);

  setLanguage(next: Language): void {
    setLanguage(next);
    this.language = next;
    this.t = texts(next);
    this.f = formats(next);
  }

  /** Opens a bundle in the page's engine; the one before it is closed. */
  async open(
    source: ArrayBuffer | string,
    publicKey: string | null,
    example: Example | null = null,
  ): Promise<Current> {
    const pinned = example?.digest ? { digest: example.digest } : {};
    const opened = await this.engine.call("open", { source, publicKey, language: this.language, ...pinned });
    if (this.current) this.engine.close(this.current.handle);
    this.current = { ...opened, example, source, publicKey };
    this.failure = null;
    return this.current;
  }

  /** Opens an example with its publisher's key. */
  openExample(example: Example): Promise<Current> {
    const url = new URL(`/bundles/${example.file}`, location.href).href;
    return this.open(url, this.manifest.publisher, example);
  }

  /** Opens a file beside the page, of its publisher and of the digest that the manifest names. */
  openFile({ file, digest }: { file: string; digest: string }): Promise<Opened> {
    const source = new URL(`/bundles/${file}`, location.href).href;
    return this.engine.call("open", { source, publicKey: this.manifest.publisher, language: this.language, digest });
  }

  /** Opens a device bundle of the lender, of the digest and publisher that it names. */
  async openDevice(digest: string, publisher: string): Promise<Opened> {
    const source = new URL(`/lender/bundles/${digest}`, location.href).href;
    const known = this.devices.get(digest);
    const opened = known ?? (await this.engine.call("open", { source, publicKey: publisher, language: this.language, digest }));
    this.devices.set(digest, opened);
    return opened;
  }

  /** Reads what stands beside the page, and opens its first bundle. */
  async start(): Promise<void> {
    const asked = lender();
    try {
      const response = await fetch("/bundles/manifest.json");
      if (!response.ok) throw new Error(`bundles/manifest.json: ${response.status}`);
      this.manifest = (await response.json()) as Manifest;
      const [first] = this.manifest.bundles;
      if (first) await this.openExample(first);
    } catch (error) {
      this.failure = error;
    }
    this.lender = await asked;
  }
}

/** A view of the page. */
export interface View {
  element: HTMLElement;
  /** Ends listeners and timers. */
  dispose(): void;
}

export { EngineError };
