/** A body to fetch, or the rest of it. */
export interface DownloadRequest {
  readonly uri: string;
  /** Bytes that are here already; 0 unless there is a validator. */
  readonly offset: number;
  /** What the server named the body by when those bytes came: an ETag or a date, in the source's own spelling. */
  readonly validator?: string;
  readonly login?: Login;
}

export interface Login {
  readonly userName: string;
  readonly password: string;
}

/** What is known of a body before its bytes. */
export interface DownloadBegin {
  /** The one that was asked for, or 0: the body changed, or the server does not give parts. */
  readonly offset: number;
  /** Absent: the download cannot be resumed. */
  readonly validator?: string;
  readonly totalBytes?: number;
  /** A resumed download must begin at a multiple of so many bytes. */
  readonly unit: number;
}

export interface DownloadSink {
  /** Before the first byte, and again when the body has to be begun anew. */
  begin(body: DownloadBegin): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
}

/** Fetches from one kind of server. */
export interface DownloadSource {
  /** Throws DeliveryError "bad-address" for a URI that it cannot read. */
  check(uri: string): void;
  /**
   * Resolves when the sink has the whole body. Rejects with DeliveryError when it is of no use to try again, with any
   * other error when it is; what the sink rejects with comes through.
   */
  download(request: DownloadRequest, sink: DownloadSink, signal: AbortSignal): Promise<void>;
}

/** By URI scheme in lower case, without the colon. */
export type DownloadSources = ReadonlyMap<string, DownloadSource>;
