// One release as it goes: the steps of each function on one axis of time, and the diagnostic of the step that failed.
//
// Follows the release by server-sent events until its end.
//
// Invariant: the end of the release is seen, whatever was missed before it.
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, asError, at, type ApiError } from '../../core/api';
import { pause, wait } from '../../core/connection';
import { millis } from '../../core/format';
import { href } from '../../core/router';
import { mayDeploy } from '../../core/session';
import { follow } from '../../core/sse';
import type { Release } from '../../core/types';
import { CopyButton } from '../../parts/copy';
import { confirm } from '../../parts/dialog';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card, Facts, Page } from '../../parts/page';
import { Badge, releaseTone } from '../../parts/status';
import { Ago, Clock } from '../../parts/time';
import { Timeline } from './timeline';
import { isRunning, namesOf, PURPOSES, STEPS } from './words';

export function ReleasePage({ id }: { id: string }) {
  const { release, error } = useRelease(id);
  const title = release ? namesOf(release) : id;
  const badge = release && <Badge tone={releaseTone[release.status]}>{release.unchanged ? 'nothing new' : release.status}</Badge>;
  return (
    <Page title={title} crumbs={[{ label: 'Releases', to: href(['releases']) }]} badge={badge} actions={release && <Actions release={release} />}>
      {!release && !error && <Loading what="Loading the release" />}
      {!release && error && (error.status === 404 ? <Empty title={error.message}>Releases of long ago are forgotten.</Empty> : <Problem error={error} />)}
      {release && <About release={release} />}
      {release?.failure && <Failure release={release} />}
      {release && <Timeline release={release} />}
    </Page>
  );
}

function useRelease(id: string): { release: Release | undefined; error: ApiError | undefined } {
  const release = useSignal<Release | undefined>(undefined);
  const error = useSignal<ApiError | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    release.value = undefined;
    error.value = undefined;
    void load(id, release, error, stop.signal);
    return () => stop.abort();
  }, [id]);
  return { release: release.value, error: error.value };
}

async function load(id: string, release: { value: Release | undefined }, error: { value: ApiError | undefined }, stop: AbortSignal): Promise<void> {
  for (let tries = 0; !stop.aborted && !release.value; tries += 1) {
    try {
      release.value = await ask<Release>(at(['releases', id]), { signal: stop });
      error.value = undefined;
    } catch (failure) {
      if (stop.aborted) return;
      error.value = asError(failure);
      if (error.value.status === 404 || error.value.status === 409) return;
      await pause(wait(tries), stop);
    }
  }
  if (stop.aborted || !release.value || !isRunning(release.value)) return;
  const onEvent = ({ event, data }: { event: string; data: string }): void => {
    if (event === 'release') release.value = JSON.parse(data) as Release;
  };
  await follow(at(['releases', id, 'events']), { onEvent, isEnd: () => !!release.value && !isRunning(release.value) }, stop);
}

function Actions({ release }: { release: Release }) {
  const cancel = async (): Promise<void> => {
    const isSure = await confirm('Cancel this release?', 'Steps that were done are undone. What was live stays live.', 'Cancel the release', true);
    if (isSure) await act('The release is being cancelled.', () => ask(at(['releases', release.id, 'cancel']), { method: 'POST' }));
  };
  return (
    <>
      {isRunning(release) && mayDeploy.value && (
        <button type="button" class="button danger" onClick={cancel}>
          Cancel
        </button>
      )}
      <CopyButton text={`skep releases ${release.id}`} label={`Copy: skep releases ${release.id}`}>
        CLI
      </CopyButton>
    </>
  );
}

function About({ release }: { release: Release }) {
  const facts: [string, preact.ComponentChildren][] = [
    ['Purpose', PURPOSES[release.purpose]],
    ['Began', <><Clock ms={release.created_ms} /> (<Ago ms={release.created_ms} />)</>],
    ['By', release.by ?? 'no token'],
    ['Took', release.ended_ms ? millis(release.ended_ms - release.created_ms) : 'is under way'],
    ['Id', <code>{release.id}</code>],
  ];
  if (release.note) facts.push(['Note', release.note]);
  return (
    <Card>
      <Facts facts={facts} />
    </Card>
  );
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function Failure({ release }: { release: Release }) {
  const failure = release.failure;
  if (!failure) return null;
  return (
    <section class="card failure" role="alert">
      <h2>
        <a href={href(['functions', failure.function])}>{failure.function}</a> failed at <b>{failure.step}</b>
      </h2>
      <p class="faint">What that step wants: {lower(STEPS[failure.step])}.</p>
      <p class="reason">{failure.reason}</p>
      {failure.detail && failure.detail !== failure.reason && (
        <pre tabIndex={0} aria-label="The whole diagnostic">
          {failure.detail}
        </pre>
      )}
      <CopyButton text={failure.detail ?? failure.reason} label="Copy the diagnostic" small>
        Copy
      </CopyButton>
    </section>
  );
}
