// How much of a limit is used.
//
// Invariant: the numbers stand beside the bar.

export function Meter({ label, used, limit, text }: { label: string; used: number; limit: number; text: string }) {
  const part = limit > 0 ? Math.min(1, used / limit) : 0;
  const tone = part >= 0.9 ? 'bad' : part >= 0.75 ? 'warn' : 'ok';
  return (
    <div class="meter" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(used, limit)} aria-valuetext={text}>
      <i class={`tone-${tone}`} style={{ width: `${part * 100}%` }} />
    </div>
  );
}
