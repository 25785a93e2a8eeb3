// The lines of the log in rows of one height; only those that are seen are in the page.
//
// Invariant: a row shows the beginning of its line; the detail beside it shows all of it.
import { clock, day, isToday } from '../../core/format';
import type { LogLine } from '../../core/types';
import { Gap, useWindow } from '../../parts/windowed';
import { fieldOf, messageOf } from './query';

const ROW_HEIGHT = 26;

interface Props {
  lines: LogLine[];
  columns: string[];
  chosen: LogLine | null;
  choose: (line: LogLine | null) => void;
}

export function Lines({ lines, columns, chosen, choose }: Props) {
  const { rows, window } = useWindow<HTMLTableSectionElement>(lines.length, ROW_HEIGHT);
  return (
    <table class="table log-table" aria-rowcount={lines.length + 1}>
      <caption class="sr-only">Lines of the log, newest first</caption>
      <thead>
        <tr>
          <th scope="col" class="log-time">Time</th>
          <th scope="col" class="log-level">Level</th>
          <th scope="col" class="log-function from-s">Function</th>
          {columns.map((column) => (
            <th key={column} scope="col" class="from-s">
              {column.replace(/^field\./, '')}
            </th>
          ))}
          <th scope="col">Line</th>
        </tr>
      </thead>
      <tbody ref={rows}>
        <Gap rows={window.first} height={ROW_HEIGHT} />
        {lines.slice(window.first, window.end).map((line, index) => (
          <Row key={window.first + index} line={line} index={window.first + index} columns={columns} isChosen={line === chosen} choose={choose} />
        ))}
        <Gap rows={lines.length - window.end} height={ROW_HEIGHT} />
      </tbody>
    </table>
  );
}

function Row({ line, index, columns, isChosen, choose }: { line: LogLine; index: number; columns: string[]; isChosen: boolean; choose: (line: LogLine | null) => void }) {
  const ms = Date.parse(line.time);
  return (
    <tr class={`log-row level-${line.level}${isChosen ? ' chosen' : ''}`} aria-rowindex={index + 2} onClick={() => choose(isChosen ? null : line)}>
      <td class="log-time" title={line.time}>
        {!isToday(ms) && <span class="from-s">{day(ms).slice(5)} </span>}
        {clock(ms)}
        {isToday(ms) && <span class="from-s">.{clock(ms, true).slice(-3)}</span>}
      </td>
      <td class="log-level">{line.level}</td>
      <td class="log-function from-s">{line.function ?? <span class="faint">host</span>}</td>
      {columns.map((column) => (
        <td key={column} class="from-s log-field">
          {fieldOf(line, column)}
        </td>
      ))}
      <td class="log-text">
        <button type="button" aria-expanded={isChosen} onClick={(event) => (event.stopPropagation(), choose(isChosen ? null : line))}>
          {messageOf(line).slice(0, 600)}
        </button>
      </td>
    </tr>
  );
}
