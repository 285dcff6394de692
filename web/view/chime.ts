let context: AudioContext | undefined;

/** Two short tones, in one tab of all at most. */
export function chime(name: string): void {
  // Only secure pages have locks; elsewhere every tab sounds.
  if (!navigator.locks) return play();
  void navigator.locks.request(`${name}chime`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play();
    await new Promise((done) => setTimeout(done, 1000));
  });
}

function play(): void {
  try {
    context ??= new AudioContext();
    const { currentTime: now, destination } = context;
    const loudness = context.createGain();
    loudness.connect(destination);
    loudness.gain.setValueAtTime(0.08, now);
    loudness.gain.exponentialRampToValueAtTime(0.001, now + 0.4);
    for (const [pitch, at] of [[660, 0], [880, 0.12]] as const) {
      const tone = context.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(loudness);
      tone.start(now + at);
      tone.stop(now + 0.4);
    }
  } catch {
    // Without sound, then.
  }
}
