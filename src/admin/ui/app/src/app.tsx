// The shell: navigation, what is signed in, the theme, the page that the address names.
//
// Invariant: every page can be reached from the navigation and by its address.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { isLost, lostSince } from './core/connection';
import { isFinderOpen, isHelpOpen } from './core/keys';
import { parts, path } from './core/router';
import { mayRead, session } from './core/session';
import { signOut } from './core/sign';
import { theme, THEMES, type Theme } from './core/theme';
import { act } from './core/act';
import { Confirmation } from './parts/dialog';
import { Choice } from './parts/field';
import { Finder } from './parts/finder';
import { Help } from './parts/help';
import { Hive, Icon, type IconName } from './parts/icon';
import { Empty, Loading } from './parts/note';
import { Page } from './parts/page';
import { now } from './parts/time';
import { Toasts } from './parts/toast';
import { FaultsPage } from './pages/faults';
import { FunctionPage } from './pages/function';
import { HostPage } from './pages/host';
import { InvokePage } from './pages/invoke';
import { LogsPage } from './pages/logs';
import { OverviewPage } from './pages/overview';
import { ReleasePage } from './pages/releases/detail';
import { ReleasesPage } from './pages/releases/list';
import { SignInPage } from './pages/sign_in';
import { TracePage } from './pages/traces/detail';
import { TracesPage } from './pages/traces/list';
import { TriggersPage } from './pages/triggers';

const NAVIGATION: { to: string; label: string; icon: IconName; owns: string[] }[] = [
  { to: '/ui/', label: 'Overview', icon: 'overview', owns: ['', 'functions'] },
  { to: '/ui/releases', label: 'Releases', icon: 'releases', owns: ['releases'] },
  { to: '/ui/logs', label: 'Logs', icon: 'logs', owns: ['logs'] },
  { to: '/ui/traces', label: 'Traces', icon: 'traces', owns: ['traces'] },
  { to: '/ui/faults', label: 'Faults', icon: 'faults', owns: ['faults'] },
  { to: '/ui/invoke', label: 'Invoke', icon: 'invoke', owns: ['invoke'] },
  { to: '/ui/triggers', label: 'Triggers', icon: 'triggers', owns: ['triggers'] },
  { to: '/ui/host', label: 'Host', icon: 'host', owns: ['host'] },
];

export function App() {
  const who = session.value;
  return (
    <>
      {who === undefined && (
        <main class="sign-in">
          <Loading what="Connecting to Skep" />
        </main>
      )}
      {who === null && <SignInPage />}
      {who && !mayRead.value && <NoReach />}
      {who && mayRead.value && (
        <div class="shell">
          <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector<HTMLElement>('main h1')?.focus())}>
            Skip to the page
          </a>
          <Sidebar />
          <main id="main">
            <Lost />
            <Route />
          </main>
        </div>
      )}
      {isHelpOpen.value && <Help />}
      {isFinderOpen.value && <Finder />}
      <Confirmation />
      <Toasts />
    </>
  );
}

/** A token for another purpose, such as scraping metrics. */
function NoReach() {
  return (
    <main class="sign-in">
      <div class="card form">
        <h1>This token opens no page</h1>
        <p>
          {session.value?.token} has the scope {session.value?.scope}. The dashboard needs read, deploy or admin.
        </p>
        <button type="button" class="button" onClick={() => act('Signed out.', signOut)}>
          Sign out
        </button>
      </div>
    </main>
  );
}

function Sidebar() {
  const isOpen = useSignal(false);
  const here = parts.value[0] ?? '';
  useEffect(() => {
    isOpen.value = false;
  }, [path.value]);
  return (
    <header class={isOpen.value ? 'sidebar open' : 'sidebar'}>
      <div class="brand">
        <a href="/ui/" aria-label="Skep, overview">
          <Hive />
          <b>Skep</b>
        </a>
        <button type="button" class="icon-button menu" aria-expanded={isOpen.value} aria-controls="menu" aria-label="Menu" onClick={() => (isOpen.value = !isOpen.value)}>
          <Icon name={isOpen.value ? 'close' : 'menu'} />
        </button>
      </div>
      <div id="menu" class="menu-body">
        <button type="button" class="find" onClick={() => (isFinderOpen.value = true)}>
          <Icon name="search" /> Find a function <kbd aria-hidden="true">/</kbd>
        </button>
        <nav aria-label="Pages">
          {NAVIGATION.map(({ to, label, icon, owns }) => (
            <a key={to} href={to} aria-current={owns.includes(here) ? 'page' : undefined}>
              <Icon name={icon} />
              {label}
            </a>
          ))}
        </nav>
        <Foot />
      </div>
    </header>
  );
}

const THEME_ICONS: Record<Theme, [IconName, string]> = {
  system: ['system', 'The theme of the system'],
  light: ['sun', 'Light'],
  dark: ['moon', 'Dark'],
};

function Foot() {
  const who = session.value;
  const options = THEMES.map((one): [Theme, ComponentChildren] => {
    const [icon, label] = THEME_ICONS[one];
    return [
      one,
      <>
        <Icon name={icon} />
        <span class="sr-only">{label}</span>
      </>,
    ];
  });
  return (
    <div class="foot">
      <div class="who">
        {who?.token === null ? (
          <span title="No token exists, so whoever is on this machine may do everything.">no token, admin</span>
        ) : (
          <>
            <span class="cut" title={`Token ${who?.token}, scope ${who?.scope}`}>
              {who?.token}, {who?.scope}
            </span>
            <button type="button" class="icon-button" aria-label="Sign out" title="Sign out" onClick={() => act('Signed out.', signOut)}>
              <Icon name="out" />
            </button>
          </>
        )}
      </div>
      <div class="foot-line">
        <Choice label="Theme" value={theme.value} options={options} onChange={(one) => (theme.value = one)} />
        <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" onClick={() => (isHelpOpen.value = true)}>
          <kbd aria-hidden="true">?</kbd>
        </button>
      </div>
    </div>
  );
}

/** A line that says since when the server is silent. One lost answer is not worth a line. */
function Lost() {
  const since = lostSince.value;
  const isLong = isLost.value && since !== null && now.value - since > 1500;
  return (
    <div role="status" class={isLong ? 'lost' : 'sr-only'}>
      {isLong && since !== null && (
        <>
          <Icon name="faults" /> Skep does not answer since {Math.round((now.value - since) / 1000)} s. This page asks again by itself; it shows what it knew.
        </>
      )}
    </div>
  );
}

function Route() {
  const [page = '', first, second = ''] = parts.value;
  if (page === '') return <OverviewPage />;
  if (page === 'functions') return first === undefined ? <OverviewPage /> : <FunctionPage key={first} name={first} tab={second} />;
  if (page === 'releases') return first === undefined ? <ReleasesPage /> : <ReleasePage id={first} />;
  if (page === 'traces') return first === undefined ? <TracesPage /> : <TracePage key={first} id={first} />;
  if (page === 'logs') return <LogsPage />;
  if (page === 'faults') return <FaultsPage />;
  if (page === 'invoke') return <InvokePage />;
  if (page === 'triggers') return <TriggersPage />;
  if (page === 'host') return <HostPage />;
  return (
    <Page title="Nothing here">
      <Empty title={`There is no page at ${path.value}.`}>
        The <a href="/ui/">overview</a> leads everywhere.
      </Empty>
    </Page>
  );
}
