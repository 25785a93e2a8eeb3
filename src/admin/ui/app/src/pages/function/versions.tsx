// The versions of a function that are kept: which is live, and the way back to each.
//
// Invariant: a rollback is a release like any other, and leads to its page.
import { act } from '../../core/act';
import { ask, at } from '../../core/api';
import { bytes, count, shortVersion } from '../../core/format';
import { href, navigate } from '../../core/router';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, Release, VersionSummary } from '../../core/types';
import { CopyButton } from '../../parts/copy';
import { confirm } from '../../parts/dialog';
import { Empty } from '../../parts/note';
import { Card } from '../../parts/page';
import { Badge } from '../../parts/status';
import { Ago } from '../../parts/time';
import { CandidateCard } from './candidate';

export function Versions({ detail, reload }: { detail: FunctionDetail; reload: () => void }) {
  if (detail.versions.length === 0) {
    return (
      <Card title="Versions">
        <Empty title="No version is kept." command={`skep deploy ./${detail.name}`}>
          {detail.owner === 'folder' ? 'It is of the functions directory, whose history is in your own repository. Functions that are deployed keep their versions here.' : undefined}
        </Empty>
      </Card>
    );
  }
  const rollBack = async (version: VersionSummary): Promise<void> => {
    const text = (
      <p>
        <code>{version.version}</code> becomes live again, without a lost request. It is checked first as every release is.
      </p>
    );
    if (!(await confirm(`Roll ${detail.name} back?`, text, 'Roll back'))) return;
    await act('The rollback has begun.', async () => {
      const release = await ask<Release>(at(['functions', detail.name, 'rollback']), { method: 'POST', body: { version: version.version } });
      reload();
      navigate(href(['releases', release.id]));
    });
  };
  return (
    <>
      {detail.candidate && <CandidateCard detail={detail} />}
      <Card title="Versions" flush>
        <Table detail={detail} rollBack={rollBack} />
      </Card>
      {!detail.candidate && (
        <Card title="Try a new version on some of the calls">
          <Empty title="There is no candidate." command={`skep deploy ./${detail.name} --canary 5`}>
            A candidate gets its part of the calls beside the live version. Both are compared here.
          </Empty>
        </Card>
      )}
    </>
  );
}

function Table({ detail, rollBack }: { detail: FunctionDetail; rollBack: (version: VersionSummary) => void }) {
  return (
    <table class="table">
      <caption class="sr-only">Versions of {detail.name}</caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col" class="number from-s">Stored</th>
          <th scope="col" class="number from-m">Last live</th>
          <th scope="col" class="number from-m">Size</th>
          <th scope="col" class="number from-l">Modules</th>
          <th scope="col" class="from-l">Note</th>
          {mayDeploy.value && (
            <th scope="col">
              <span class="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {detail.versions.map((one) => (
          <tr key={one.version} class="row">
            <th scope="row" class="mono">
              <span title={one.version}>{shortVersion(one.version)}</span>
              <CopyButton text={one.version} label={`Copy ${one.version}`} />
            </th>
            <td>
              <Badge tone={one.live ? 'ok' : one.candidate ? 'info' : 'idle'}>{one.live ? 'live' : one.candidate ? 'candidate' : 'kept'}</Badge>
            </td>
            <td class="number from-s">
              <Ago ms={one.stored_ms} />
            </td>
            <td class="number from-m">{one.live ? 'now' : one.live_ms ? <Ago ms={one.live_ms} /> : 'never'}</td>
            <td class="number from-m">{bytes(one.bytes)}</td>
            <td class="number from-l">{count(one.modules)}</td>
            <td class="from-l cut">{one.note}</td>
            {mayDeploy.value && (
              <td class="end">
                {!one.live && !one.candidate && (
                  <button type="button" class="button small" aria-label={`Roll back to ${one.version}`} onClick={() => rollBack(one)}>
                    Roll back
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
