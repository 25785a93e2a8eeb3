// The steps of each function on one axis of time.
//
// Invariant: every step stands there with its state as a word; the bars only add when.
import { useSignal } from '@preact/signals';
import { count, millis, shortVersion } from '../../core/format';
import { href } from '../../core/router';
import type { FunctionRecord, Release, StepRecord } from '../../core/types';
import { Search } from '../../parts/field';
import { Card } from '../../parts/page';
import { Dot, stepTone } from '../../parts/status';
import { now } from '../../parts/time';
import { isRunning, STEPS } from './words';

/** Functions whose steps are shown at a time; the rest are found by name. */
const SHOWN_MAX = 40;

export function Timeline({ release }: { release: Release }) {
  const text = useSignal('');
  const isMany = release.functions.length > 8;
  const isBad = (one: FunctionRecord): boolean => one.function === release.failure?.function;
  const wanted = release.functions.filter((one) => one.function.includes(text.value.trim()));
  const sorted = [...wanted.filter(isBad), ...wanted.filter((one) => !isBad(one))];
  const shown = sorted.slice(0, SHOWN_MAX);
  const from = release.created_ms;
  const to = release.ended_ms ?? (isRunning(release) ? now.value : from + 1);
  return (
    <Card title={release.functions.length === 1 ? 'Steps' : `Steps of ${count(release.functions.length)} functions`} flush>
      {isMany && (
        <div class="toolbar">
          <Search label="Find a function of this release" value={text.value} onInput={(value) => (text.value = value)} />
        </div>
      )}
      {shown.map((record) => (
        <Steps key={record.function} record={record} from={from} to={Math.max(to, from + 1)} isAlone={release.functions.length === 1} />
      ))}
      {sorted.length > shown.length && <p class="calm faint">{count(sorted.length - shown.length)} more: find them by name.</p>}
    </Card>
  );
}

function Steps({ record, from, to, isAlone }: { record: FunctionRecord; from: number; to: number; isAlone: boolean }) {
  const steps = record.steps ?? [];
  return (
    <div class="steps">
      <h3>
        <a href={href(['functions', record.function])}>{record.function}</a>
        <span class="faint mono">
          {record.before && record.before !== record.version ? `${shortVersion(record.before)} → ` : ''}
          {shortVersion(record.version)}
        </span>
      </h3>
      {steps.length === 0 ? (
        <p class="faint calm">It ended before it began.</p>
      ) : (
        <table class="table">
          <caption class="sr-only">Steps of {record.function}</caption>
          <thead class={isAlone ? '' : 'sr-only'}>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">State</th>
              <th scope="col" class="from-m">When</th>
              <th scope="col" class="number">Took</th>
              <th scope="col" class="from-s">Remark</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <StepLine key={step.step} step={step} from={from} to={to} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function StepLine({ step, from, to }: { step: StepRecord; from: number; to: number }) {
  const length = to - from;
  const began = step.began_ms;
  const took = step.took_ms ?? (step.state === 'running' && began ? Math.max(0, to - began) : 0);
  return (
    <tr class={`step ${step.state}`}>
      <th scope="row" title={STEPS[step.step]}>
        {step.step}
      </th>
      <td>
        <span class={`badge tone-${stepTone[step.state]}`}>
          <Dot tone={stepTone[step.state]} />
          {step.state}
        </span>
      </td>
      <td class="from-m bar-cell">
        {began !== undefined && (
          <i
            class={`bar tone-${stepTone[step.state]}`}
            style={{ left: `${((began - from) / length) * 100}%`, width: `${Math.max(0.5, (took / length) * 100)}%` }}
          />
        )}
      </td>
      <td class="number">{step.took_ms === undefined ? (step.state === 'running' ? millis(took) : '') : millis(step.took_ms)}</td>
      <td class="from-s remark">{step.detail}</td>
    </tr>
  );
}
