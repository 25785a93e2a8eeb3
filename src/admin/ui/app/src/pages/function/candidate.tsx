// The candidate beside the live version: both sides' calls and faults, its part of the calls, promote and drop.
//
// Invariant: moving the slider changes nothing; the button beside it does.
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, at } from '../../core/api';
import { count, percent, shortVersion } from '../../core/format';
import { navigate, href } from '../../core/router';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, Release } from '../../core/types';
import { confirm } from '../../parts/dialog';
import { Card } from '../../parts/page';

export function CandidateCard({ detail }: { detail: FunctionDetail }) {
  const candidate = detail.candidate;
  if (!candidate) return null;
  const sides = [
    { name: 'live', version: detail.version, part: 100 - candidate.percent, calls: detail.calls, faults: detail.faults, ready: detail.ready },
    { name: 'candidate', version: candidate.version, part: candidate.percent, calls: candidate.calls, faults: candidate.faults, ready: candidate.ready },
  ];
  return (
    <Card title="Canary" flush>
      <table class="table">
        <caption class="sr-only">The live version and the candidate</caption>
        <thead>
          <tr>
            <th scope="col">Side</th>
            <th scope="col" class="from-s">Version</th>
            <th scope="col" class="number">Part of calls</th>
            <th scope="col" class="number">Calls</th>
            <th scope="col" class="number">Faults</th>
            <th scope="col" class="number from-m">Instances</th>
          </tr>
        </thead>
        <tbody>
          {sides.map((side) => (
            <tr key={side.name}>
              <th scope="row">{side.name}</th>
              <td class="mono from-s">{shortVersion(side.version)}</td>
              <td class="number">{percent(side.part)}</td>
              <td class="number">{count(side.calls)}</td>
              <td class={side.faults > 0 ? 'number tone-bad' : 'number'}>
                {count(side.faults)} {side.calls > 0 && side.faults > 0 && <small>({percent((side.faults / side.calls) * 100)})</small>}
              </td>
              <td class="number from-m">{count(side.ready)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {candidate.sticky && <p class="calm faint">Callers stay on one side by {candidate.sticky}.</p>}
      {mayDeploy.value && <Weigh key={candidate.version} detail={detail} percent={candidate.percent} />}
    </Card>
  );
}

function Weigh({ detail, percent: present }: { detail: FunctionDetail; percent: number }) {
  const wanted = useSignal(present);
  const path = (what: string): string => at(['functions', detail.name, what]);
  const release = async (done: string, what: string, method: string, body?: unknown): Promise<void> => {
    await act(done, async () => {
      const started = await ask<Release>(path(what), body === undefined ? { method } : { method, body });
      navigate(href(['releases', started.id]));
    });
  };
  const drop = async (): Promise<void> => {
    const isSure = await confirm('Drop the candidate?', 'All calls go to the live version. The candidate stays among the versions that are kept.', 'Drop it', true);
    if (isSure) await release('The candidate is being dropped.', 'canary', 'DELETE');
  };
  return (
    <div class="weigh">
      <label class="slider">
        <span>Candidate’s part of the calls</span>
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={wanted.value}
          aria-valuetext={`${wanted.value} %`}
          onInput={(event) => (wanted.value = Number(event.currentTarget.value))}
        />
        <output>{percent(wanted.value)}</output>
      </label>
      <div class="actions">
        <button
          type="button"
          class="button"
          disabled={wanted.value === present}
          onClick={() => release(`The candidate gets ${wanted.value} % of the calls.`, 'canary', 'PUT', { percent: wanted.value })}
        >
          Set to {percent(wanted.value)}
        </button>
        <button type="button" class="button primary" onClick={() => release('The candidate becomes live.', 'promote', 'POST')}>
          Promote
        </button>
        <button type="button" class="button danger" onClick={drop}>
          Drop
        </button>
      </div>
    </div>
  );
}
