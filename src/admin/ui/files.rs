//! The files of the dashboard, as Vite has built them into `dist/`.
//!
//! Written by `app/vite.config.mjs`; `assets` serves them.
//!
//! Invariant: every file of `dist/` stands here once.

/// Names below `/ui/`, and contents.
pub(super) const FILES: &[(&str, &[u8])] = &[
    ("assets/index-CHGh15rx.js", include_bytes!("dist/assets/index-CHGh15rx.js")),
    ("assets/style-f_DFVq9k.css", include_bytes!("dist/assets/style-f_DFVq9k.css")),
    ("favicon.svg", include_bytes!("dist/favicon.svg")),
    ("index.html", include_bytes!("dist/index.html")),
    ("licenses.txt", include_bytes!("dist/licenses.txt")),
];
