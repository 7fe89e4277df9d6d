/** One peer that speaks in lines of UTF-8. */
export interface LineConnection {
  /** A line without its end. Nothing happens when the connection is closed. */
  send(line: string): void;
  /** What was sent goes out, and the connection closes. */
  end(): void;
}

/** What is done with the lines of one peer. Nothing here may throw. */
export interface LineSession {
  line(text: string): void;
  /** What came is no line: not UTF-8, or too long, after which the connection ends. */
  malformed(problem: string): void;
  /** The peer sends no more lines; the session ends the connection when it has no more to say. */
  inputEnded(): void;
  /** The peer reads too slowly and is cut off: gives the last line that it gets. */
  tooSlow(): string;
  closed(): void;
}

/** Called for each peer that connects. */
export type LineHandler = (connection: LineConnection) => LineSession;

export interface LineListener {
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}
