let player: AudioContext | undefined;

const toneSeconds = 0.18;

/** Two short tones, falling for trouble and rising for its end. A browser may want a click before it plays any. */
export function playTone(isTrouble: boolean): void {
  player ??= new AudioContext();
  const { currentTime, destination } = player;
  const tones = isTrouble ? [660, 440] : [440, 660];
  tones.forEach((frequency, index) => {
    if (player === undefined) return;
    const start = currentTime + index * toneSeconds;
    const tone = new OscillatorNode(player, { frequency });
    const volume = new GainNode(player, { gain: 0 });
    volume.gain.setValueAtTime(0.15, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + toneSeconds);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + toneSeconds);
  });
}
