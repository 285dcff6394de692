/** The little of Bun that the tools use, so that they are checked like everything else. */
declare const Bun: {
  build(options: {
    entrypoints: string[];
    format: "esm" | "iife";
    target: "browser";
    minify: boolean;
    define?: Record<string, string>;
    plugins?: BunPlugin[];
  }): Promise<{ success: boolean; outputs: { text(): Promise<string> }[]; logs: unknown[] }>;
  serve<Data>(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: BunServer<Data>): Promise<Response | undefined>;
    websocket: {
      open(socket: BunSocket<Data>): void;
      message(socket: BunSocket<Data>, text: string): void;
      close(socket: BunSocket<Data>): void;
    };
  }): { port: number };
};

interface BunPlugin {
  name: string;
  setup(build: {
    onLoad(
      filter: { filter: RegExp },
      load: (file: { path: string }) => { contents: string; loader: "text" },
    ): void;
  }): void;
}

interface BunServer<Data> {
  upgrade(request: Request, options: { data: Data; headers?: Record<string, string> }): boolean;
}

interface BunSocket<Data> {
  data: Data;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}
