// The head of every page, and the card that its parts stand in.
//
// Invariant: a page has one heading of the first rank, and the title of the document says the same.
import { useEffect, useId } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

export function Page({ title, crumbs, actions, badge, children, sub }: {
  title: string;
  crumbs?: { label: string; to: string }[];
  actions?: ComponentChildren;
  badge?: ComponentChildren;
  sub?: ComponentChildren;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Skep`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          {crumbs && (
            <nav class="crumbs" aria-label="Where this page is">
              {crumbs.map(({ label, to }) => (
                <a key={to} href={to}>
                  {label}
                </a>
              ))}
            </nav>
          )}
          <div class="title-line">
            <h1 tabIndex={-1}>{title}</h1>
            {badge}
          </div>
          {sub && <p class="sub">{sub}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Card({ title, actions, children, flush, class: more = '' }: {
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  /** Without padding: the content is a table. */
  flush?: boolean;
  class?: string;
}) {
  const id = useId();
  return (
    <section class={`card ${flush ? 'flush' : ''} ${more}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <header class="card-head">
          <h2 id={id}>{title}</h2>
          {actions}
        </header>
      )}
      <div class="card-body">{children}</div>
    </section>
  );
}

/** Names and values, one line each. */
export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
