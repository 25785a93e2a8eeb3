// The last lines of the audit: who did what.
//
// Invariant: shown where the host has one, left out where it does not.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { at, open } from '../../core/api';
import { href } from '../../core/router';
import { lines } from '../../core/sse';
import type { LogLine } from '../../core/types';
import { Empty } from '../../parts/note';
import { Card } from '../../parts/page';
import { Badge, httpTone } from '../../parts/status';
import { Ago } from '../../parts/time';
import { fieldOf } from '../logs/query';

const SHOWN = 12;

export function Audit() {
  const list = useSignal<LogLine[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void load(stop.signal).then((got) => (list.value = got), () => undefined);
    return () => stop.abort();
  }, []);
  if (!list.value) return null;
  return (
    <Card title="Audit" actions={<a href={href(['logs'], { stream: 'audit', since: '7d' })}>All of it</a>} flush>
      {list.value.length === 0 && <Empty title="Nobody did anything in the last week." />}
      {list.value.length > 0 && (
        <table class="table">
          <caption class="sr-only">What was done, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">Operation</th>
              <th scope="col" class="from-s">Target</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="number">When</th>
            </tr>
          </thead>
          <tbody>
            {list.value.map((line, index) => (
              <tr key={index}>
                <th scope="row">{fieldOf(line, 'token') || <span class="faint">no token</span>}</th>
                <td class="mono wrap">{fieldOf(line, 'operation').replace('/api/v1', '')}</td>
                <td class="from-s wrap">{fieldOf(line, 'on').replace(/^\/api\/v1/, '')}</td>
                <td>
                  <Badge tone={httpTone(Number(fieldOf(line, 'status')))}>{fieldOf(line, 'status')}</Badge>
                </td>
                <td class="number">
                  <Ago ms={Date.parse(line.time)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

async function load(stop: AbortSignal): Promise<LogLine[]> {
  const response = await open(at(['logs'], { stream: 'audit', since: '7d', limit: SHOWN, order: 'desc' }), { accept: 'application/x-ndjson', signal: stop });
  const got: LogLine[] = [];
  for await (const text of lines(response)) if (text.startsWith('{')) got.push(JSON.parse(text) as LogLine);
  return got;
}
