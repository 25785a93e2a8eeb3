// Starts the dashboard.
//
// Invariant: nothing is asked of another origin, here or anywhere in these sources.
import { render } from 'preact';
import { App } from './app';
import { startKeys } from './core/keys';
import { startRouter } from './core/router';
import { findSession } from './core/sign';
import { startTheme } from './core/theme';
import { startClock } from './parts/time';
import './style/index.css';

startTheme();
startRouter();
startKeys();
startClock();
void findSession();
const root = document.getElementById('app');
if (root) render(<App />, root);
