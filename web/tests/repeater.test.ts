import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Repeater } from "../core/repeater.ts";
import { settled } from "./support.ts";

describe("a repeater", () => {
  let runs: PromiseWithResolvers<void>[];
  let rests: unknown[];
  let wait: number | undefined;
  let repeater: Repeater;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    [runs, rests, wait] = [[], [], undefined];
    repeater = new Repeater(
      () => {
        runs.push(Promise.withResolvers());
        return runs.at(-1)!.promise;
      },
      (error) => {
        rests.push(error);
        return wait;
      },
    );
  });
  afterEach(() => {
    repeater.close();
    mock.timers.reset();
  });

  async function finish(error?: Error): Promise<void> {
    if (error) runs.at(-1)!.reject(error);
    else runs.at(-1)!.resolve();
    await settled();
  }

  it("runs once more for all that was asked while it ran", async () => {
    void repeater.run();
    void repeater.run();
    void repeater.run();
    assert.equal(runs.length, 1);
    await finish();
    assert.equal(runs.length, 2);
    await finish();
    assert.deepEqual([runs.length, rests, repeater.isRunning], [2, [undefined], false]);
  });

  it("runs by itself after its rest, or when asked, but not for both", async () => {
    wait = 5000;
    void repeater.run();
    await finish();
    mock.timers.tick(4999);
    assert.equal(runs.length, 1);
    void repeater.run();
    mock.timers.tick(1);
    await finish();
    assert.equal(runs.length, 2);
    mock.timers.tick(5000);
    assert.equal(runs.length, 3);
  });

  it("rests after an error, whatever was asked meanwhile", async () => {
    const error = new Error("refused");
    void repeater.run();
    void repeater.run();
    await finish(error);
    assert.deepEqual([runs.length, rests], [1, [error]]);
  });

  it("does nothing any more once it is closed", async () => {
    wait = 1;
    void repeater.run();
    void repeater.run();
    repeater.close();
    await finish();
    mock.timers.tick(1);
    assert.equal(runs.length, 1);
  });
});
