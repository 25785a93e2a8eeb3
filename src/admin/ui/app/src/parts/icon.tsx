// The icons: strokes of 1.5 on a grid of 16.
//
// Invariant: an icon is decoration; whatever it means stands beside it as text, or in the label of its button.

const PATHS = {
  overview: 'M2.500 9.500h3v4h-3zM6.500 5.500h3v8h-3zM10.500 2.500h3v11h-3z',
  releases: 'M8 1.500 13.500 4.500v7L8 14.500l-5.500-3v-7zM2.500 4.500 8 7.500l5.500-3M8 7.500v7',
  logs: 'M2.500 3.500h11M2.500 6.500h7M2.500 9.500h11M2.500 12.500h5',
  traces: 'M2 3.500h8M5 6.500h6M7 9.500h4M9 12.500h5',
  faults: 'M8 2 14.500 13.500h-13zM8 6.500v3M8 11.500v.2',
  invoke: 'M4 2.500v11l9-5.500z',
  triggers: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 5v3.200l2.200 1.500',
  host: 'M2.500 3h11v4h-11zM2.500 9h11v4h-11zM5 5h.2M5 11h.2',
  search: 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 0 1 0-9zM10.300 10.300 14 14',
  menu: 'M2 4h12M2 8h12M2 12h12',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  check: 'M3 8.500l3.200 3.200L13 4.800',
  sun: 'M8 5.300a2.700 2.700 0 1 1 0 5.400a2.700 2.700 0 0 1 0-5.400zM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M12.600 3.400l-.7.7M4.100 11.900l-.7.7',
  moon: 'M13 9.700A5.500 5.500 0 0 1 6.300 3a5.500 5.500 0 1 0 6.700 6.700z',
  system: 'M2 3h12v8H2zM6 13.500h4',
  up: 'M8 12.500v-9M4.500 7 8 3.500 11.500 7',
  down: 'M8 3.500v9M4.500 9 8 12.500 11.500 9',
  right: 'M6 3.500 10.500 8 6 12.500',
  left: 'M10 3.500 5.500 8l4.500 4.500',
  external: 'M6.500 3.500h-3v9h9v-3M9 2.500h4.500V7M13.300 2.700 7.500 8.500',
  table: 'M2.500 3h11v10h-11zM2.500 6.500h11M2.500 10h11M6.500 3v10',
  chart: 'M2.500 2.500v11h11M5 10.500l2.500-3.500 2 2 3.500-5',
  plus: 'M8 3v10M3 8h10',
  pause: 'M5.500 3v10M10.500 3v10',
  refresh: 'M13 8a5 5 0 1 1-1.500-3.600M13.200 2v3h-3',
  key: 'M5 7.500a2.800 2.800 0 1 1 0 5.600a2.800 2.800 0 0 1 0-5.600zM7 8.500l5.500-5.500M10.500 5l2 2',
  out: 'M6 2.500H2.500v11H6M10 5l3 3-3 3M13 8H6',
  zoomIn: 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 0 1 0-9zM10.300 10.300 14 14M7 5v4M5 7h4',
  zoomOut: 'M7 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 0 1 0-9zM10.300 10.300 14 14M5 7h4',
  dot: 'M8 6.500a1.500 1.500 0 1 1 0 3a1.500 1.500 0 0 1 0-3z',
  minus: 'M4 8h8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark of Skep: a hive of straw. */
export function Hive() {
  return (
    <svg class="hive" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 3c-4.600 0-7 2.600-7.600 5h15.200C23 5.600 20.600 3 16 3Z" />
      <path d="M6.500 10h19a2.500 2.500 0 0 1 1.200 4.600H5.300A2.500 2.500 0 0 1 6.500 10Z" />
      <path d="M4.800 16.500h22.400a2.700 2.700 0 0 1 .6 5.200H4.200a2.700 2.700 0 0 1 .6-5.200Z" />
      <path d="M4 23.600h24a2.700 2.700 0 0 1 0 5.400h-8v-1.500a4 4 0 0 0-8 0V29H4a2.700 2.700 0 0 1 0-5.400Z" />
    </svg>
  );
}
