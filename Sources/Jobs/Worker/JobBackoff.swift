/// Growing pauses between tries at a Redis that does not answer.
struct JobBackoff {
    private(set) var tries = 0

    /// 50 ms, doubling up to 2 s, less a random quarter so that processes do not come back in step.
    /// Returns early when the task is cancelled.
    mutating func pause() async {
        let milliseconds = min(50 << min(tries, 6), 2000)
        tries += 1
        // `try?`: cancelled, the caller decides by itself whether to go on.
        try? await Task.sleep(for: .milliseconds(Int.random(in: milliseconds * 3 / 4...milliseconds)))
    }
}
